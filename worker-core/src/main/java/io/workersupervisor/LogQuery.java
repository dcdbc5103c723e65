package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import io.workersupervisor.spi.LogPosition;
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
 * @param before the place in a worker's file that all entries are before, within {@code workerId}; empty for no bound
 * @param limit the most entries, 1 to {@value #MOST}
 */
public record LogQuery(
        Optional<AccountId> account,
        Optional<String> workerId,
        Set<LogLevel> levels,
        Optional<Instant> since,
        Optional<Instant> until,
        Optional<LogPosition> before,
        int limit) {
    /** The most entries that one query returns. */
    public static final int MOST = 100_000;

    public LogQuery {
        Require.noneNull("account workerId levels since until before", account, workerId, levels, since, until, before);
        Require.between("limit", limit, 1, MOST);
        if (levels.isEmpty()) {
            throw new IllegalArgumentException("levels must name at least one level, was empty");
        }
        if (before.isPresent() && !before.map(LogPosition::workerId).equals(workerId)) {
            throw new IllegalArgumentException(
                    "before must be of worker " + workerId.orElse("(none)") + ", was " + before);
        }
        levels = Set.copyOf(levels);
    }

    /** The last entries of all accounts, 1 to {@value #MOST}. */
    public static LogQuery last(int limit) {
        Set<LogLevel> all = EnumSet.allOf(LogLevel.class);
        Optional<Instant> ever = Optional.empty();
        return new LogQuery(Optional.empty(), Optional.empty(), all, ever, ever, Optional.empty(), limit);
    }

    /** Narrows to one account. */
    public LogQuery account(AccountId one) {
        return new LogQuery(Optional.of(Require.nonNull("one", one)), workerId, levels, since, until, before, limit);
    }

    /** Narrows to one incarnation, by its worker id; its entries come in the order in which it wrote. */
    public LogQuery worker(String one) {
        Optional<LogPosition> same = before.filter(place -> place.workerId().equals(one));
        return new LogQuery(account, Optional.of(Require.nonNull("one", one)), levels, since, until, same, limit);
    }

    /** Narrows to this level and higher ones. */
    public LogQuery atLeast(LogLevel least) {
        Set<LogLevel> from = EnumSet.range(Require.nonNull("least", least), LogLevel.CRITICAL);
        return new LogQuery(account, workerId, from, since, until, before, limit);
    }

    /** Narrows to entries from this instant on. */
    public LogQuery since(Instant first) {
        Optional<Instant> from = Optional.of(Require.nonNull("first", first));
        return new LogQuery(account, workerId, levels, from, until, before, limit);
    }

    /** Narrows to entries up to this instant. */
    public LogQuery until(Instant last) {
        Optional<Instant> to = Optional.of(Require.nonNull("last", last));
        return new LogQuery(account, workerId, levels, since, to, before, limit);
    }

    /** Narrows to the entries of one incarnation that stand before this place of its file. */
    public LogQuery before(LogPosition place) {
        Optional<String> worker = Optional.of(Require.nonNull("place", place).workerId());
        return new LogQuery(account, worker, levels, since, until, Optional.of(place), limit);
    }

    /** The same query for another number of entries, 1 to {@value #MOST}. */
    public LogQuery limit(int most) {
        return new LogQuery(account, workerId, levels, since, until, before, most);
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
                && until.map(last -> !entry.timestamp().isAfter(last)).orElse(true)
                && before.map(place -> entry.requirePosition().compareTo(place) < 0)
                        .orElse(true);
    }
}
