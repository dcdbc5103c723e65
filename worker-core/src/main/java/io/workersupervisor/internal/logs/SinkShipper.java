package io.workersupervisor.internal.logs;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogEntry;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.events.LastingTrouble;
import io.workersupervisor.internal.machine.Descriptors;
import io.workersupervisor.internal.text.Text;
import io.workersupervisor.spi.LogSink;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Carries the entries of all workers of a data directory into one sink, each exactly once and in order.
 *
 * <ol>
 *   <li>Hold the lock of the sink: one host at a time, another takes over when it dies.
 *   <li>Append a batch that was announced and not acknowledged, entry for entry as it was announced.
 *   <li>Read on in the files that grew, a bounded part of each, cut it into entries and parse them ({@link FollowedFile}).
 *   <li>Announce them in the journal, durably.
 *   <li>Append them to the sink, which has them when it returns; entries that it rejects are set aside.
 *   <li>Note the acknowledgement.
 * </ol>
 *
 * A crash before 4 changes nothing; after it, step 2 of the next host repeats the batch, which changes nothing where it was
 * done. A sink that fails is tried again after a growing pause; the files keep the rest.
 *
 * <p>One thread calls {@link #tick}; {@link #noticed} is for any.
 */
public final class SinkShipper implements AutoCloseable {
    private static final Duration LOCK_AGAIN = Duration.ofSeconds(2);
    private static final Duration READ_AGAIN = Duration.ofSeconds(2);
    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(60);

    /** Lines that come one by one share a batch. */
    private static final Duration BETWEEN_BATCHES = Duration.ofMillis(50);

    /** A file that is read to its end is held open for this long, should the worker delete or rename it. */
    private static final Duration HELD_OPEN = Duration.ofSeconds(2);

    /** Interval at which it is noted that there is nothing to do. */
    private static final Duration LOOK_NOTED = Duration.ofMinutes(1);

    /** A line of now waits for two turns at most. */
    private static final Duration LONGEST_TURN = Duration.ofMillis(250);

    /** The part of a turn in which files of before are taken. */
    private static final Duration LONGEST_TAKING = Duration.ofMillis(100);

    /** The number of workers beyond which those that have ended are forgotten. */
    private static final int MANY_REMEMBERED = 10_000;

    private static final int MOST_BYTES = 4 << 20;

    private final LogSink sink;
    private final DataDirectory data;
    private final Path directory;
    private final LogFeed feed;
    private final RefusedEntries aside;
    private final Map<WorkerLogFile, Instant> grown = new ConcurrentHashMap<>();
    private final SinkNotes notes;
    private final Map<String, Followed> followed = new LinkedHashMap<>();
    /** Files that are open, the one that was read least lately first. */
    private final Set<Followed> held = new LinkedHashSet<>();

    private final int mostOpen;
    private final LastingTrouble shortage = new LastingTrouble();
    private boolean isShort;
    private long shortAt;
    private long turn;
    private final Map<String, HandedOn> handedOn = new HashMap<>();
    private int mostRemembered = MANY_REMEMBERED;
    private List<BatchPiece> collected = new ArrayList<>();
    private List<LogEntry> entries = new ArrayList<>();
    private @Nullable CheckpointJournal journal;
    private Duration backoff = FIRST_BACKOFF;
    private Instant looked = Instant.EPOCH;
    private long lookedAt;
    /** Files that may have grown while no host looked, and are not taken yet. */
    private final Set<WorkerLogFile> missed = new LinkedHashSet<>();

    private boolean listed;
    private Instant missedSince = Instant.EPOCH;

    private Optional<Outage> outage = Optional.empty();

    /** A file that is being read. */
    private static final class Followed {
        final FollowedFile file;
        final LastingTrouble trouble = new LastingTrouble();
        boolean ready = true;
        /** True if it grew after it was read to its end, and has not been read to its end since. */
        boolean fresh;
        /** The time since which bytes may wait that were not read; far away where it was read to its end. */
        Instant unread = Instant.MAX;
        /** The last turn in which entries of it were taken. */
        long served;

        long touched;
        /** The time of the next look after a failure; far away where there was none. */
        long again = Long.MAX_VALUE;

        Followed(FollowedFile file) {
            this.file = file;
        }

        /** The time at which there is something to do although nothing is written. */
        long due() {
            return again < Long.MAX_VALUE ? again : file.due();
        }
    }

    /** The beginning of a sink's outage, and when it is tried again. */
    private record Outage(long since, long retryAt) {}

    /** Has at most so many files of workers open at once. */
    public SinkShipper(LogSink sink, DataDirectory data, LogFeed feed, int mostOpen) {
        this.mostOpen = mostOpen;
        this.shortAt = feed.clocks().nanos() - LONGEST_BACKOFF.toNanos();
        this.sink = sink;
        this.data = data;
        this.directory = Layout.checkpoints(data).resolve(sink.name());
        this.feed = feed;
        this.aside = new RefusedEntries(sink.name(), directory, feed);
        this.notes = new SinkNotes(directory, feed);
    }

    /** Comes before anything is archived or removed: bytes that this sink does not have stay. */
    void claim() throws IOException {
        CheckpointJournal.make(directory);
        sink.reportTo(finding -> {
            notes.reported(finding);
            feed.report(new WorkerEvent.SinkNews(feed.clocks().now(), sink.name(), finding));
        });
    }

    /** A file may have grown, or its worker may have ended. */
    public void noticed(WorkerLogFile file) {
        grown.putIfAbsent(file, feed.clocks().now());
    }

    /** Does all steps; returns the time after which there is more to do although nothing is noticed. */
    public Duration tick() {
        long now = feed.clocks().nanos();
        Instant at = feed.clocks().now();
        try {
            CheckpointJournal open = journal == null ? begin() : journal;
            if (open == null) {
                return LOCK_AGAIN;
            }
            take(open, now, at);
            if (outage.isPresent() && now - outage.get().retryAt() < 0) {
                return Duration.ofNanos(outage.get().retryAt() - now);
            }
            repeat(open);
            // A batch that could not be announced comes first.
            boolean more = collected.isEmpty() && collect(now, at);
            deliver(open);
            up();
            look(open, now, at);
            return more || !missed.isEmpty() ? Duration.ZERO : untilNext(now);
        } catch (IOException failed) {
            return isShort(now) ? READ_AGAIN : down(directory + ": " + Text.reason(failed), now);
        } catch (Throwable failed) {
            return isShort(now)
                    ? READ_AGAIN
                    : down(
                            Text.oneLine(String.valueOf(failed.getMessage() == null ? failed : failed.getMessage())),
                            now);
        }
    }

    /** Step 1; null where another host has the lock. */
    private @Nullable CheckpointJournal begin() throws IOException {
        grown.clear();
        CheckpointJournal begun = CheckpointJournal.lock(directory, feed);
        journal = begun;
        if (begun != null) {
            looked = begun.looked();
            missedSince = looked;
            listed = false;
            notes.up();
        }
        return begun;
    }

    /** Step 2. */
    private void repeat(CheckpointJournal open) throws IOException {
        List<LogEntry> again = feed.again(open.pending());
        if (!open.pending().isEmpty()) {
            aside.put(sink.append(again));
            open.acknowledge(looked);
        }
    }

    /** Step 3; true if there may be more than one batch takes. */
    private boolean collect(long now, Instant at) throws IOException {
        long bytes = 0;
        turn++;
        isShort = false;
        List<Followed> all = new ArrayList<>(followed.values());
        // A line of now comes before a backlog, but no file twice on end.
        all.sort(Comparator.comparing(one -> !one.fresh || one.served == turn - 1));
        for (Followed one : all) {
            String worker = one.file.file().workerId();
            if (isShort || bytes >= MOST_BYTES || feed.clocks().nanos() - now >= LONGEST_TURN.toNanos()) {
                break;
            } else if (one.ready || one.due() <= now) {
                long taken = read(one, now);
                one.ready = one.again == Long.MAX_VALUE && (one.file.hasMoved() || (taken > 0 && !one.file.isAtEnd()));
                one.fresh &= one.ready;
                if (one.again == Long.MAX_VALUE && (one.file.isAtEnd() || !one.ready)) {
                    one.unread = one.ready ? at : Instant.MAX;
                }
                one.served = taken > 0 ? turn : one.served;
                bytes += taken;
                hold(one);
                // Files that had no turn come first in the next one.
                followed.remove(worker);
                followed.put(worker, one);
            } else if (one.again == Long.MAX_VALUE && one.file.isDrained() && now - one.touched > HELD_OPEN.toNanos()) {
                boolean over = one.file.isHeld() && feed.isOver(one.file.file(), now);
                if (over || !one.file.isHeld()) {
                    one.file.close();
                    held.remove(one);
                    followed.remove(worker);
                }
                if (over) {
                    handedOn.remove(worker);
                }
            }
        }
        return bytes > 0;
    }

    /**
     * Closes the files that were read least lately where too many are open, and all where no descriptor is left; each is opened
     * again when it has its turn. One that may not be found again is closed last.
     */
    private void hold(Followed last) throws IOException {
        held.remove(last);
        held.add(last);
        if (held.size() > mostOpen || isShort) {
            List<Followed> all = new ArrayList<>(held);
            all.sort(Comparator.comparing(one -> one.file.isElsewhere()));
            for (Followed one : all) {
                if (held.size() > mostOpen || (isShort && !one.file.isElsewhere())) {
                    one.file.close();
                    held.remove(one);
                }
            }
        }
    }

    /** Forgets the lines of workers that have ended, when there are many. */
    private void forget() {
        if (handedOn.size() > mostRemembered) {
            handedOn.keySet().retainAll(feed.running().orElse(Set.of()));
            mostRemembered = Math.max(MANY_REMEMBERED, 2 * handedOn.size());
        }
    }

    /** Takes note of the files that grew, and of the time, also while the sink is down. */
    private void take(CheckpointJournal open, long now, Instant at) throws IOException {
        if (!listed) {
            missed.addAll(feed.files());
            listed = true;
        }
        forget();
        for (Map.Entry<WorkerLogFile, Instant> one : Map.copyOf(grown).entrySet()) {
            grown.remove(one.getKey());
            take(open, one.getKey(), one.getValue(), now, at);
        }
        for (WorkerLogFile file : List.copyOf(missed)) {
            if (feed.clocks().nanos() - now >= LONGEST_TAKING.toNanos()) {
                break;
            }
            take(open, file, at, now, at);
        }
    }

    private void take(CheckpointJournal open, WorkerLogFile file, Instant grownAt, long now, Instant at) {
        Followed taken = followed.computeIfAbsent(
                file.workerId(),
                id -> new Followed(
                        feed.follow(file, open.announced(id), handedOn.computeIfAbsent(id, first -> new HandedOn()))));
        taken.ready = true;
        taken.touched = now;
        boolean wasMissed = missed.remove(file);
        taken.fresh |= !wasMissed && taken.unread.equals(Instant.MAX);
        Instant since = wasMissed ? missedSince : grownAt;
        taken.unread = earlier(taken.unread, since);
        try {
            if (wasMissed) {
                taken.file.missed(since);
            } else if (!taken.file.isMissed() || outage.isPresent()) {
                taken.file.arrived(since, at);
            }
        } catch (IOException unreadable) {
            cannotRead(taken, now, unreadable);
        }
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /**
     * The number of bytes taken. A file that cannot be read holds up no other: it is reported once, and tried again after a
     * pause or when it grows.
     */
    private long read(Followed one, long now) {
        boolean whole = false;
        try {
            Optional<FollowedFile.Part> part = feed.next(one.file, now);
            part.ifPresent(taken -> {
                collected.add(taken.piece());
                entries.addAll(taken.entries());
                one.file.advance(taken.piece().after());
                one.trouble.ends();
            });
            whole = true;
            if (!isShortLately(now)) {
                shortage.ends();
            }
            one.again = Long.MAX_VALUE;
            return part.map(taken -> taken.piece().length()).orElse(0L);
        } catch (IOException | RuntimeException unreadable) {
            cannotRead(one, now, unreadable);
            return 0;
        } finally {
            if (!whole) {
                one.file.rewind();
            }
        }
    }

    private void cannotRead(Followed one, long now, Exception unreadable) {
        WorkerLogFile file = one.file.file();
        one.again = now + READ_AGAIN.toNanos();
        String why = unreadable instanceof IOException io ? Text.reason(io) : Text.oneLine(unreadable.toString());
        // Descriptors that others let go in this moment may have been missing: it is tried again first.
        if (!isShort(now) && !isShortLately(now) && one.trouble.isNew(why)) {
            feed.trouble(file.account(), file.path() + " cannot be read: " + why);
        }
    }

    /** True while this process can open nothing more, which is no fault of a file or of the sink, and told once. */
    private boolean isShort(long now) {
        if (Descriptors.hasRoom(1)) {
            return false;
        }
        isShort = true;
        shortAt = now;
        if (shortage.begins()) {
            feed.trouble("log sink " + sink.name() + " waits: " + Descriptors.NONE_LEFT);
        }
        return true;
    }

    private boolean isShortLately(long now) {
        return now - shortAt < LONGEST_BACKOFF.toNanos();
    }

    /** Steps 4 to 6. */
    private void deliver(CheckpointJournal open) throws IOException {
        if (collected.isEmpty()) {
            return;
        }
        open.announce(collected);
        List<LogEntry> batch = entries;
        collected = new ArrayList<>();
        entries = new ArrayList<>();
        aside.put(sink.append(batch));
        open.acknowledge(looked);
    }

    /**
     * Notes now and then up to when all was read, so that the next host knows since when nobody has looked. An entry that is open
     * then is handed on within the two minutes by which times may differ.
     */
    private void look(CheckpointJournal open, long now, Instant at) throws IOException {
        Instant least = grown.values().stream().reduce(missed.isEmpty() ? at : missedSince, SinkShipper::earlier);
        for (Followed one : followed.values()) {
            least = earlier(least, one.unread);
        }
        looked = least;
        if (now - lookedAt >= LOOK_NOTED.toNanos() && !looked.equals(open.looked())) {
            lookedAt = now;
            open.acknowledge(looked);
        }
    }

    private Duration untilNext(long now) {
        if (isShort) {
            return READ_AGAIN;
        }
        if (!entries.isEmpty() || followed.values().stream().anyMatch(one -> one.ready)) {
            return BETWEEN_BATCHES;
        }
        long next = followed.isEmpty() ? Long.MAX_VALUE : now + HELD_OPEN.toNanos();
        for (Followed one : followed.values()) {
            next = Math.min(next, one.due());
        }
        return next == Long.MAX_VALUE ? LOOK_NOTED : Duration.ofNanos(Math.max(BETWEEN_BATCHES.toNanos(), next - now));
    }

    private Duration down(String reason, long now) {
        Duration pause = backoff;
        if (outage.isEmpty()) {
            feed.report(new WorkerEvent.SinkDown(feed.clocks().now(), sink.name(), reason, backlog()));
            if (journal != null) {
                notes.down(reason);
            }
        }
        outage = Optional.of(new Outage(outage.map(Outage::since).orElse(now), now + pause.toNanos()));
        backoff = pause.multipliedBy(2).compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : pause.multipliedBy(2);
        return pause;
    }

    private void up() {
        if (outage.isPresent()) {
            Duration lasted =
                    Duration.ofNanos(feed.clocks().nanos() - outage.get().since());
            outage = Optional.empty();
            backoff = FIRST_BACKOFF;
            notes.up();
            feed.report(new WorkerEvent.SinkUp(feed.clocks().now(), sink.name(), lasted, backlog()));
        }
    }

    /** The number of bytes that the sink does not have yet. */
    private long backlog() {
        try {
            return SinkCheckpoints.waiting(data, sink.name()).stream()
                    .mapToLong(SinkCheckpoints.Waiting::bytes)
                    .sum();
        } catch (IOException unreadable) {
            feed.trouble("log files: " + Text.reason(unreadable));
            return 0;
        }
    }

    @Override
    public void close() throws IOException {
        for (Followed one : followed.values()) {
            one.file.close();
        }
        if (journal != null) {
            journal.close();
        }
    }
}
