package io.workersupervisor;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which entries of a sink are wanted: the last ones that fit. Immutable; each method returns a narrower query.
 *
 * <pre>{@code
 * LogQuery.last(100)                                              // of all accounts
 * LogQuery.last(50).account(account).atLeast(LogLevel.WARNING)         // of one account, what a person should look at
 * LogQuery.last(1_000).since(clock.instant().minus(24, HOURS))    // of a period
 * LogQuery.last(20).account(account).until(report.endedAt())           // before it went
 * }</pre>
 *
 * @param account of this account only
 * @param workerId of this incarnation only
 * @param levels of these levels only
 * @param since not before this instant
 * @param until not after this instant
 * @param limit how many at most, 1 to {@value #MOST}
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
        if (limit < 1 || limit > MOST) {
            throw new IllegalArgumentException("limit must be between 1 and " + MOST + ", was " + limit);
        }
        if (levels.isEmpty()) {
            throw new IllegalArgumentException("levels must name at least one level, was empty");
        }
        levels = Set.copyOf(levels);
    }

    /**
     * The last entries of all accounts.
     *
     * @param limit how many at most, 1 to {@value #MOST}
     * @return the query
     */
    public static LogQuery last(int limit) {
        return new LogQuery(
                Optional.empty(),
                Optional.empty(),
                EnumSet.allOf(LogLevel.class),
                Optional.empty(),
                Optional.empty(),
                limit);
    }

    /**
     * Of one account.
     *
     * @param one the account
     * @return a narrower query
     */
    public LogQuery account(AccountId one) {
        return new LogQuery(Optional.of(one), workerId, levels, since, until, limit);
    }

    /**
     * Of one incarnation, in the order in which it wrote.
     *
     * @param one the worker id
     * @return a narrower query
     */
    public LogQuery worker(String one) {
        return new LogQuery(account, Optional.of(one), levels, since, until, limit);
    }

    /**
     * Of this level and graver ones.
     *
     * @param least the least level
     * @return a narrower query
     */
    public LogQuery atLeast(LogLevel least) {
        return new LogQuery(account, workerId, EnumSet.range(least, LogLevel.CRITICAL), since, until, limit);
    }

    /**
     * Of a period that begins.
     *
     * @param first the first instant of it
     * @return a narrower query
     */
    public LogQuery since(Instant first) {
        return new LogQuery(account, workerId, levels, Optional.of(first), until, limit);
    }

    /**
     * Of a period that ends.
     *
     * @param last the last instant of it
     * @return a narrower query
     */
    public LogQuery until(Instant last) {
        return new LogQuery(account, workerId, levels, since, Optional.of(last), limit);
    }

    /**
     * Whether an entry fits, the limit aside.
     *
     * @param entry an entry
     * @return whether it is one of those asked for
     */
    public boolean selects(LogEntry entry) {
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
