package io.workersupervisor.internal.logs;

import io.workersupervisor.internal.logs.entries.Parsed;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/**
 * The times of the entries of one file, in milliseconds. A line may begin with a date as its content, or with the time of another
 * zone, so that its arrival decides. Mutable, for one thread; a function of what it is told.
 *
 * <ol>
 *   <li>An entry that arrived while the file was watched has its own time where that lies within two minutes of the arrival.
 *   <li>Where own times are off by a number of quarter hours, the same for 20 lines on end, they are shifted by it.
 *   <li>Otherwise its time is that of the arrival, and inferred.
 *   <li>An entry that was written while nobody looked has its own time where that lies between the last look, at which it may
 *       have been open for two minutes, and the next one; else the last time that is known since, or where none is, the time at
 *       which the file was last written.
 *   <li>No time is before the birth of the worker, nor after its end, as far as these themselves can be right.
 * </ol>
 */
final class EntryTimes {
    static final Duration NEAR = Duration.ofMinutes(2);
    private static final long QUARTER = Duration.ofMinutes(15).toMillis();
    private static final int ON_END = 20;

    /** The most arrivals that are told apart. */
    private static final int MOST = 64;

    private final List<Arrival> arrivals = new ArrayList<>();
    private final Queue<Stamp> announced;
    private Instant last = Instant.EPOCH;
    private long shift;
    private long tried;
    private int lines;

    /** The time of an entry, and whether it is not the one that the entry gives. */
    record Stamp(Instant time, boolean inferred) {}

    /** Bytes up to an end that arrived between two moments; where nobody looked, with the time of the last writing. */
    private record Arrival(long end, Instant from, Instant to, Optional<Instant> written) {
        boolean contains(Instant time) {
            return !time.isBefore(from.minus(NEAR)) && !time.isAfter(to.plus(NEAR)) && time.isAfter(Instant.EPOCH);
        }

        boolean isExact() {
            return written.isEmpty() && !to.isAfter(from.plus(NEAR));
        }

        /** The time of an entry that gives none. */
        Instant otherwise(Instant last) {
            return written.isEmpty() ? to : contains(last) ? between(from, last, Instant.MAX) : written.get();
        }
    }

    EntryTimes() {
        this(List.of());
    }

    /** Repeats the times with which entries were announced, so that a clock, a zone or the worker's end changes nothing. */
    EntryTimes(List<Stamp> announced) {
        this.announced = new ArrayDeque<>(announced);
    }

    /** The bytes before a place that are not told of yet arrived between two moments. */
    void arrived(long end, Instant from, Instant to) {
        add(new Arrival(end, from.isBefore(to) ? from : to, to, Optional.empty()));
    }

    /** The same for what a look finds, with the time of the last writing, which is believed where it can be right. */
    void seen(WorkerLogFile.Stat found, Instant from, Instant now) {
        Instant written = Instant.ofEpochMilli(found.modified());
        boolean isBelieved = !written.isAfter(now) && !written.isBefore(from.minus(NEAR));
        arrived(found.size(), from, isBelieved ? written : now);
    }

    /** The bytes before a place were written between two looks; a clock that was wrong at the first one is not believed. */
    void missed(WorkerLogFile.Stat found, Instant from, Instant to) {
        Instant since = from.isBefore(to) ? from : to;
        Instant written = between(since, Instant.ofEpochMilli(found.modified()), to);
        add(new Arrival(found.size(), since, to, Optional.of(written)));
    }

    private void add(Arrival arrival) {
        if (arrivals.isEmpty() || arrivals.get(arrivals.size() - 1).end < arrival.end) {
            arrivals.add(arrival);
        }
        if (arrivals.size() > MOST) {
            Arrival first = arrivals.remove(1);
            Arrival second = arrivals.get(1);
            arrivals.set(1, new Arrival(second.end, first.from, second.to, second.written));
        }
    }

    /** Goes on behind an entry; another file of the worker has arrivals of its own. */
    void begin(LogProgress before) {
        last = before.time();
        shift = before.shift() * QUARTER;
        arrivals.removeIf(arrival -> arrival.end <= before.offset());
    }

    void restart() {
        arrivals.clear();
    }

    /** Forgets the arrivals of a file that was longer than the one in its place. */
    void cut(long size) {
        if (!arrivals.isEmpty() && arrivals.get(arrivals.size() - 1).end > size) {
            restart();
        }
    }

    /** The number of quarter hours by which own times are shifted. */
    int shift() {
        return (int) (shift / QUARTER);
    }

    private Arrival at(long end) {
        return arrivals.stream()
                .filter(arrival -> arrival.end >= end)
                .findFirst()
                .orElseGet(() -> new Arrival(end, last, last, Optional.empty()));
    }

    /** A time near which an entry that ends here was written, as far as that is known before it is read. */
    Instant near(long end) {
        if (!announced.isEmpty()) {
            return announced.element().time();
        }
        Arrival arrival = at(end);
        return arrival.isExact() || !arrival.contains(last) ? arrival.otherwise(last) : last;
    }

    /** The time of the entry that ends here. */
    Stamp of(long end, Parsed entry, KnownWorkers.Known worker) {
        if (!announced.isEmpty()) {
            return announced.remove();
        }
        Arrival arrival = at(end);
        Optional<Instant> own = entry.inferred() ? Optional.empty() : own(arrival, entry.timestamp());
        Instant born = worker.startedAt().filter(arrival.to::isAfter).orElse(Instant.EPOCH);
        Instant ended = worker.endedAt().filter(born::isBefore).orElse(Instant.MAX);
        Instant found = between(born, own.orElseGet(() -> arrival.otherwise(last)), ended);
        last = found.truncatedTo(ChronoUnit.MILLIS);
        return new Stamp(last, own.isEmpty());
    }

    private Optional<Instant> own(Arrival arrival, Instant given) {
        if (arrival.contains(given)) {
            lines = 0;
            return Optional.of(given);
        }
        if (arrival.isExact()) {
            long off = Math.round((double) Duration.between(arrival.to, given).toMillis() / QUARTER) * QUARTER;
            lines = off == tried && arrival.contains(given.minusMillis(off)) ? lines + 1 : 1;
            tried = off;
            shift = lines >= ON_END ? off : shift;
        }
        return Optional.of(given.minusMillis(shift)).filter(time -> shift != 0 && arrival.contains(time));
    }

    private static Instant between(Instant least, Instant time, Instant most) {
        return time.isBefore(least) ? least : time.isAfter(most) ? most : time;
    }
}
