package io.workersupervisor;

import io.workersupervisor.internal.text.Require;

/** The outcome of a signal. A registry that is down or corrupt is an exception instead. */
public sealed interface SignalResult {
    /** The account. */
    AccountId account();

    /** The result in one sentence. */
    String describe();

    /** The signal was sent to the worker's process; a worker that does not handle it is ended by it. */
    record Sent(AccountId account, WorkerSignal signal, String workerId, long pid) implements SignalResult {
        public Sent {
            Require.noneNull("account signal workerId", account, signal, workerId);
        }

        @Override
        public String describe() {
            return "account " + account + " got " + signal + ": worker " + workerId + ", pid " + pid;
        }
    }

    /** No worker of the account runs. */
    record NotRunning(AccountId account) implements SignalResult {
        public NotRunning {
            Require.nonNull("account", account);
        }

        @Override
        public String describe() {
            return "account " + account + " got no signal: no worker of it runs";
        }
    }

    /** Nothing was sent, by a rule or because of a doubt; the evidence are the findings in words. */
    record Refused(AccountId account, RefusalReason reason, String evidence) implements SignalResult {
        public Refused {
            Require.noneNull("account reason evidence", account, reason, evidence);
        }

        @Override
        public String describe() {
            return "account " + account + " got no signal (" + reason + "): " + evidence + "; " + reason.advice();
        }
    }
}
