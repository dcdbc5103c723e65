package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * A choice of log entries: the last ones that fit. Immutable; each method returns a narrower query.
 *
 * <pre>{@code
 * LogQuery.last(100)                                              // of all accounts
 * LogQuery.last(50).account(account).atLeast(LogLevel.WARNING)    // of one account, worth a person's look
 * LogQuery.last(1_000).since(clock.instant().minus(24, HOURS))    // of a period
 * LogQuery.last(20).account(account).until(report.endedAt())      // before the worker ended
 * }</pre>
 *
 * @param account the only account; empty for all
 * @param workerId the only incarnation; empty for all
 * @param levels the only levels, at least one
 * @param since the first instant; empty for no bound
 * @param until the last instant; empty for no bound
 * @param limit the most entries, 1 to {@value #MOST}
 */
public record LogQuery(
        Optional<AccountId> account,
        Optional<String> workerId,
        Set<LogLevel> levels,
        Optional<Instant> since,
        Optional<Instant> until,
        int limit) {
    /** The most entries that one query returns. */
    public static final int MOST = 100_000;

    public LogQuery {
        Require.noneNull("account workerId levels since until", account, workerId, levels, since, until);
        Require.between("limit", limit, 1, MOST);
        if (levels.isEmpty()) {
            throw new IllegalArgumentException("levels must name at least one level, was empty");
        }
        levels = Set.copyOf(levels);
    }

    /** The last entries of all accounts, 1 to {@value #MOST}. */
    public static LogQuery last(int limit) {
        Set<LogLevel> all = EnumSet.allOf(LogLevel.class);
        return new LogQuery(Optional.empty(), Optional.empty(), all, Optional.empty(), Optional.empty(), limit);
    }

    /** Narrows to one account. */
    public LogQuery account(AccountId one) {
        return new LogQuery(Optional.of(Require.nonNull("one", one)), workerId, levels, since, until, limit);
    }

    /** Narrows to one incarnation, by its worker id; its entries come in the order in which it wrote. */
    public LogQuery worker(String one) {
        return new LogQuery(account, Optional.of(Require.nonNull("one", one)), levels, since, until, limit);
    }

    /** Narrows to this level and higher ones. */
    public LogQuery atLeast(LogLevel least) {
        return new LogQuery(
                account,
                workerId,
                EnumSet.range(Require.nonNull("least", least), LogLevel.CRITICAL),
                since,
                until,
                limit);
    }

    /** Narrows to entries from this instant on. */
    public LogQuery since(Instant first) {
        return new LogQuery(account, workerId, levels, Optional.of(Require.nonNull("first", first)), until, limit);
    }

    /** Narrows to entries up to this instant. */
    public LogQuery until(Instant last) {
        return new LogQuery(account, workerId, levels, since, Optional.of(Require.nonNull("last", last)), limit);
    }

    /** Tells whether an entry fits, the limit aside. */
    public boolean selects(LogEntry entry) {
        Require.nonNull("entry", entry);
        return account.map(entry.account()::equals).orElse(true)
                && workerId.map(one -> entry.position()
                                .map(p -> p.workerId().equals(one))
                                .orElse(false))
                        .orElse(true)
                && levels.contains(entry.level())
                && since.map(first -> !entry.timestamp().isBefore(first)).orElse(true)
                && until.map(last -> !entry.timestamp().isAfter(last)).orElse(true);
    }
}
