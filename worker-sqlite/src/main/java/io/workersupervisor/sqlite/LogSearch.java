package io.workersupervisor.sqlite;

import static java.util.stream.Collectors.joining;

import io.workersupervisor.LogLevel;
import io.workersupervisor.LogQuery;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A query as SQL, newest first. Each reads one index in its order and stops after the last row that is wanted: of a
 * worker the key, of what a person should look at one of the small indexes of that, else that of the account or the time. Levels that other
 * programs spell otherwise have an index of their own.
 *
 * @param sql the statement
 * @param values its parameters
 */
record LogSearch(String sql, List<Object> values) {
    private static final String SELECT = "SELECT " + String.join(", ", LogTable.COLUMNS) + " FROM worker_logs";
    private static final Set<LogLevel> ALL = EnumSet.allOf(LogLevel.class);
    private static final Set<LogLevel> GRAVE = EnumSet.range(LogLevel.WARNING, LogLevel.CRITICAL);

    private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant END = Instant.parse("+10000-01-01T00:00:00Z");

    static LogSearch of(LogQuery query) {
        boolean ofWorker = query.workerId().isPresent();
        // the sign keeps the planner from an index that is not in the order of a worker's file
        String free = ofWorker ? "+" : "";
        List<String> terms = new ArrayList<>();
        List<Object> values = new ArrayList<>();
        query.workerId().ifPresent(worker -> {
            terms.add("worker_id = ?");
            values.add(worker);
        });
        query.before().ifPresent(place -> {
            terms.add("byte_offset < ?");
            values.add(place.offset());
        });
        query.account().ifPresent(account -> {
            terms.add(free + "account_id = ?");
            values.add(account.value());
        });
        query.since().ifPresent(first -> {
            terms.add(free + "timestamp >= ?");
            values.add(first(first));
        });
        query.until().ifPresent(last -> {
            terms.add(free + "timestamp <= ?");
            values.add(bound(last));
        });
        String order =
                (ofWorker ? " ORDER BY byte_offset DESC" : " ORDER BY timestamp DESC, worker_id DESC, byte_offset DESC")
                        + " LIMIT ?";
        if (query.levels().equals(ALL)) {
            values.add(query.limit());
            return new LogSearch(select(terms) + order, values);
        }
        List<String> own = new ArrayList<>(terms);
        if (GRAVE.containsAll(query.levels()) && !ofWorker) {
            own.add("(" + LogTable.GRAVE + ")");
        }
        own.add("level IN " + list(query.levels().stream().map(LogLevel::name)));
        List<String> foreign = new ArrayList<>(terms);
        foreign.add((ofWorker ? "+" : "") + LogTable.FOREIGN);
        foreign.add(foreign(query.levels()));
        values.addAll(List.copyOf(values));
        values.add(query.limit());
        return new LogSearch(select(own) + " UNION ALL " + select(foreign) + order, values);
    }

    private static String select(List<String> terms) {
        return SELECT + (terms.isEmpty() ? "" : " WHERE " + String.join(" AND ", terms));
    }

    /** INFO is also all that is no level. */
    private static String foreign(Set<LogLevel> wanted) {
        boolean open = wanted.contains(LogLevel.INFO);
        return (open ? "level NOT IN " : "level IN ")
                + list(ALL.stream()
                        .filter(level -> wanted.contains(level) != open)
                        .flatMap(level -> level.spellings().stream())
                        .filter(String.class::isInstance)
                        .map(String.class::cast));
    }

    private static String list(Stream<String> texts) {
        return texts.sorted().map(text -> "'" + text + "'").collect(joining(", ", "(", ")"));
    }

    /** Tells whether a time is stored in the width that sorts. */
    static boolean isStorable(Instant time) {
        return !time.isBefore(FIRST) && time.isBefore(END);
    }

    /** Entries have milliseconds: the first that is not before the instant. */
    private static String first(Instant instant) {
        Instant floor = isStorable(instant) ? instant.truncatedTo(ChronoUnit.MILLIS) : instant;
        return bound(floor.equals(instant) ? floor : floor.plusMillis(1));
    }

    /** The time as it is stored, in milliseconds, or a text before or behind all of them. */
    static String bound(Instant instant) {
        if (isStorable(instant)) {
            return ResultRow.time(instant);
        }
        return instant.isBefore(FIRST) ? "" : "after all";
    }
}
