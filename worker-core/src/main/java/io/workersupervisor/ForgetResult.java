package io.workersupervisor;

import io.workersupervisor.internal.text.Require;

/** The outcome of forgetting an account. A registry that is down or corrupt is an exception instead. */
public sealed interface ForgetResult {
    /** The account. */
    AccountId account();

    /** The result in one sentence. */
    String describe();

    /** The account is in no list any more. */
    record Forgotten(AccountId account) implements ForgetResult {
        public Forgotten {
            Require.nonNull("account", account);
        }

        @Override
        public String describe() {
            return "account " + account + " is forgotten";
        }
    }

    /** Nothing has changed; the evidence are the findings in words. */
    record Refused(AccountId account, RefusalReason reason, String evidence) implements ForgetResult {
        public Refused {
            Require.noneNull("account reason evidence", account, reason, evidence);
        }

        @Override
        public String describe() {
            return "account " + account + " is not forgotten (" + reason + "): " + evidence + "; " + reason.advice();
        }
    }
}
