package io.workersupervisor.internal.logs;

import io.workersupervisor.LogEntry;
import io.workersupervisor.internal.logs.entries.EntryCutter;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Follows one worker's file from where its entries were handed on: reads on, cuts the bytes into entries, keeps to the
 * budget and parses. Not thread-safe.
 *
 * <p>A worker may cut its file, rename it or put another in its place. Bytes that were read and are still there are handed
 * on first; the loss of others is reported with their number, and positions go on behind them.
 */
final class FollowedFile implements AutoCloseable {
    /** A line is an entry of its own when nothing has followed it for this long. */
    static final Duration QUIET = Duration.ofMillis(200);

    /** Pause that ends a traceback in the middle of its frames. */
    static final Duration JOINING = Duration.ofSeconds(2);

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);
    private static final int CHUNK = 256 * 1024;

    private final WorkerLogFile file;
    private final EntryReader reader;
    private final EntryBudget budget;
    private final Consumer<String> trouble;
    private final boolean shipped;
    private final EntryTimes times;
    private LogProgress progress;
    private EntryCutter cutter;
    private @Nullable LogSource source;
    private boolean superseded;
    /** The place to read on from; behind the progress where lines are open. */
    private long read;

    private long grown;
    private long polled;
    private boolean moved;
    private boolean over;

    /** Bytes of the file that end at entries, and these entries. */
    record Part(BatchPiece piece, List<LogEntry> entries) {}

    /** For a reader beside the archiver, which may free what was just read: bytes may be missing, and marks mean nothing. */
    static FollowedFile searched(
            WorkerLogFile file, Optional<LogProgress> begin, EntryReader reader, EntryTimes times) {
        EntryBudget all = new EntryBudget(OptionalInt.empty());
        return new FollowedFile(file, begin, reader, all, times, Optional.empty());
    }

    /** With a listener, for a sink: exactly the bytes announced, and marks by which the next host knows the file again. */
    FollowedFile(
            WorkerLogFile file,
            Optional<LogProgress> begin,
            EntryReader reader,
            EntryBudget budget,
            EntryTimes times,
            Optional<Consumer<String>> trouble) {
        this.file = file;
        this.reader = reader;
        this.budget = budget;
        this.times = times;
        this.trouble = trouble.orElse(text -> {});
        this.shipped = trouble.isPresent();
        this.progress = begin.orElseGet(() -> LogProgress.begin(LogProgress.NO_INODE));
        this.read = progress.offset();
        this.cutter = new EntryCutter(read);
    }

    WorkerLogFile file() {
        return file;
    }

    /** The place up to which entries were taken. */
    LogProgress progress() {
        return progress;
    }

    /** Moves on: the entries up to here are handed on. */
    void advance(LogProgress after) {
        progress = after;
    }

    /** Reads again what was read and not handed on. */
    void rewind() {
        budget.rewind();
        readFrom(progress.offset());
        moved = true;
    }

    /** The file grew between two moments; at a file that was missed nobody looked in between. */
    void arrived(Instant from, Instant to, boolean missed) throws IOException {
        WorkerLogFile.stat(file.path()).filter(stat -> !superseded).ifPresent(stat -> {
            if (missed) {
                times.missed(stat, from, to);
            } else {
                times.seen(stat, from, to);
            }
        });
    }

    private void readFrom(long offset) {
        read = offset;
        cutter = new EntryCutter(offset);
    }

    /**
     * Reads on, and returns the entries that are complete; empty if there is none. Asked only where it matters, {@code ended}
     * says that the worker writes no more.
     */
    Optional<Part> next(long now, Instant at, BooleanSupplier ended, Supplier<KnownWorkers.Known> worker)
            throws IOException {
        over = false;
        List<EntryCutter.Span> spans = poll(now, at, ended);
        times.arrived(read, at, at);
        List<BatchPiece.Cut> cuts = budget.admit(spans, now, over);
        if (cuts.isEmpty()) {
            return Optional.empty();
        }
        LogProgress before = progress;
        EntryReader.Page page = reader.read(file, before, cuts, this::bytes, worker.get(), times);
        if (shipped && page.entries().size() < cuts.size()) {
            throw new IOException("it was cut while it was read");
        }
        long end = before.offset()
                + cuts.stream().mapToLong(BatchPiece.Cut::length).sum();
        int length = shipped ? (int) Math.min(LogProgress.MARK, end) : 0;
        if (times.shift() != before.shift()) {
            trouble.accept(
                    "the times in " + name() + " are " + Text.words(Duration.ofMinutes(15L * Math.abs(times.shift())))
                            + (times.shift() < 0 ? " behind" : " ahead")
                            + ", as those of another zone: they are shifted by it");
        }
        LogProgress after = before.with(end, page.time(), page.level())
                .marked(LogProgress.Mark.of(bytes(end - length, length)), times.shift());
        BatchPiece piece = new BatchPiece(file.workerId(), before, cuts, page.stamps(), after);
        return Optional.of(new Part(piece, page.entries()));
    }

    private List<EntryCutter.Span> poll(long now, Instant at, BooleanSupplier ended) throws IOException {
        polled = now;
        moved = false;
        LogSource from = source(at);
        if (from == null) {
            return List.of();
        }
        List<EntryCutter.Span> spans = new ArrayList<>();
        byte[] bytes = from.read(read, CHUNK);
        over = bytes.length == 0 && hasRest() && ended.getAsBoolean();
        if (over) {
            // The worker may have written between the reading and its end.
            bytes = from.read(read, CHUNK);
        }
        if (bytes.length > 0) {
            cutter.feed(bytes, 0, bytes.length, spans::add);
            read += bytes.length;
            grown = now;
            moved = true;
        } else if (over || (superseded && now >= quietAt())) {
            cutter.closeAll(spans::add);
            if (superseded && spans.isEmpty()) {
                restart(0);
                superseded = false;
            }
        } else if (now >= quietAt()) {
            cutter.close().ifPresent(spans::add);
        }
        return spans;
    }

    /** The end of a quiet time: a process that renames a file may write to it a little longer. */
    private long quietAt() {
        return grown + (superseded || cutter.isJoining() ? JOINING : QUIET).toNanos();
    }

    /** The time at which there is something to do although nothing is written; far away if there never is. */
    long due() {
        long budgeted = budget.due().orElse(Long.MAX_VALUE);
        if (superseded || cutter.openLines().isPresent()) {
            return Math.min(budgeted, quietAt());
        }
        // A line without an end: another host may have noticed that its worker has ended.
        return hasRest() ? Math.min(budgeted, polled + LOOK_AGAIN.toNanos()) : budgeted;
    }

    /** True if the last look found something, so that another may find more. */
    boolean hasMoved() {
        return moved;
    }

    /** True if all that was read is handed on. */
    boolean isDrained() {
        return !hasRest() && !superseded;
    }

    /** True if bytes wait that are no whole line. */
    private boolean hasRest() {
        return read > progress.offset();
    }

    /** Bytes of the file that were read before; none where it is gone. */
    private byte[] bytes(long offset, int length) throws IOException {
        return source == null ? new byte[0] : source.read(offset, length);
    }

    /** The file as it stands now; null if there is none. */
    private @Nullable LogSource source(Instant at) throws IOException {
        Optional<WorkerLogFile.Stat> now = WorkerLogFile.stat(file.path());
        LogSource open = source == null ? begin() : source;
        if (open == null) {
            return null;
        }
        superseded = now.isEmpty() || now.get().inode() != open.inode();
        long size = open.size();
        if (size < read || (size > read && !open.continues(progress))) {
            trouble.accept(name() + " was cut by somebody when it was read to byte " + read
                    + (hasRest() ? ": " + (read - progress.offset()) + " bytes of it are lost" : "")
                    + ", and what was written to it meanwhile");
            restart(read - progress.offset());
            open = begin();
        }
        now.filter(stat -> !superseded).ifPresent(stat -> times.seen(stat, at, at));
        return open;
    }

    private @Nullable LogSource begin() throws IOException {
        if (!progress.isNew()) {
            source = LogSource.of(progress, file.path()).orElse(null);
        }
        if (source == null) {
            source = LogSource.open(file.path()).orElse(null);
            if (source != null) {
                begin(source);
            }
        }
        return source;
    }

    /** Begins a file of which nothing was read. */
    private void begin(LogSource opened) throws IOException {
        if (progress.isNew()) {
            progress = progress.in(opened.inode()).at(firstData(opened));
        } else {
            boolean isSame = opened.inode() == progress.inode();
            trouble.accept(name()
                    + (isSame ? " was cut by somebody when it" : " is another file than the one that")
                    + " was read to byte " + progress.offset()
                    + (isSame ? ": what it held behind that" : ": what that held behind it")
                    + ", if anything, is lost");
            progress = progress.anew(opened.inode(), 0);
        }
        readFrom(progress.offset());
    }

    /** The first position from this one on that is not in a part of the file that was archived and freed by now. */
    long firstData(long position) throws IOException {
        LogSource open = source;
        return open == null
                ? position
                : progress.base() + open.firstData(position - progress.base()).orElse(open.size());
    }

    /** Passes the archived and freed begin of a file whose progress is lost: it reads as NUL. */
    private long firstData(LogSource opened) throws IOException {
        long first = opened.firstData(0).orElse(0);
        if (first == 0) {
            return 0;
        }
        trouble.accept(
                "the first " + first + " bytes of " + name() + " are freed, and where it was read to is not known");
        return first;
    }

    /** Begins the file, or the one in its place, at its first byte. */
    private void restart(long lost) throws IOException {
        close();
        Optional<WorkerLogFile.Stat> now = WorkerLogFile.stat(file.path());
        progress = progress.anew(now.map(WorkerLogFile.Stat::inode).orElse(LogProgress.NO_INODE), lost);
        times.restart();
        readFrom(0);
        moved = true;
    }

    private String name() {
        return String.valueOf(file.path().getFileName());
    }

    /** Closes the file; the next look opens it again. */
    @Override
    public void close() throws IOException {
        if (source != null) {
            source.close();
            source = null;
        }
    }
}
