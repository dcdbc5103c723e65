package io.workersupervisor.internal.events;

import io.workersupervisor.AccountId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** Puts the account into slf4j's MDC for the length of a piece of work, and restores the application's value. */
final class AccountMdc {
    private static final String KEY = "account";

    private AccountMdc() {}

    static void run(Optional<AccountId> account, Runnable work) {
        @Nullable String before = MDC.get(KEY);
        MDC.put(KEY, name(account));
        try {
            work.run();
        } finally {
            if (before == null) {
                MDC.remove(KEY);
            } else {
                MDC.put(KEY, before);
            }
        }
    }

    static String name(Optional<AccountId> account) {
        return account.map(AccountId::toString).orElse("-");
    }
}
