package io.workersupervisor.internal.logs;

import io.workersupervisor.LogEntry;
import io.workersupervisor.internal.logs.entries.EntryCutter;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.file.Path;
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

    /** Fewer NULs at the begin of a file were written. */
    private static final long LEAST_FREED = 1 << 20;

    private static final String NOTHING_LOST = "no byte of it is known to be lost";

    private final WorkerLogFile file;
    private final EntryReader reader;
    private final EntryBudget budget;
    private final Consumer<String> trouble;
    private final boolean shipped;
    private final EntryTimes times;
    private LogProgress progress;
    private EntryCutter cutter;
    private @Nullable LogSource source;
    private final HandedOn handedOn;
    /** The name under which the file was found last. */
    private Path place;

    private boolean superseded;
    private boolean isElsewhere;
    private boolean isWrittenOver;
    private boolean isGone;
    private Optional<WorkerLogFile.Stat> checked = Optional.empty();
    private Optional<Instant> missedSince = Optional.empty();
    /** The place to read on from; behind the progress where lines are open. */
    private long read;

    private long grown;
    private long polled;
    private boolean moved;
    private boolean isAtEnd;

    /** Bytes of the file that end at entries, and these entries. */
    record Part(BatchPiece piece, List<LogEntry> entries) {}

    /** For a reader beside the archiver, which may free what was just read: bytes may be missing, and marks mean nothing. */
    static FollowedFile searched(
            WorkerLogFile file, Optional<LogProgress> begin, EntryReader reader, EntryTimes times) {
        EntryBudget all = new EntryBudget(OptionalInt.empty());
        return new FollowedFile(file, begin, reader, all, times, new HandedOn(), Optional.empty());
    }

    /** With a listener, for a sink: exactly the bytes announced, and marks by which the next host knows the file again. */
    FollowedFile(
            WorkerLogFile file,
            Optional<LogProgress> begin,
            EntryReader reader,
            EntryBudget budget,
            EntryTimes times,
            HandedOn handedOn,
            Optional<Consumer<String>> trouble) {
        this.file = file;
        this.place = file.path();
        this.reader = reader;
        this.budget = budget;
        this.times = times;
        this.handedOn = handedOn;
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
        readFrom(progress.offset());
        checked = Optional.empty();
        moved = true;
    }

    /** Nobody has looked at the file since a moment; the next look is the first. */
    void missed(Instant since) {
        missedSince = Optional.of(since);
    }

    /** True if nobody has looked yet at what was missed. */
    boolean isMissed() {
        return missedSince.isPresent();
    }

    /** The file grew between two moments. */
    void arrived(Instant from, Instant to) throws IOException {
        WorkerLogFile.stat(file.path()).filter(stat -> !isElsewhere).ifPresent(stat -> arrived(stat, from, to));
    }

    private void arrived(WorkerLogFile.Stat found, Instant from, Instant to) {
        missedSince.ifPresentOrElse(since -> times.missed(found, since, to), () -> times.seen(found, from, to));
        missedSince = Optional.empty();
    }

    private void readFrom(long offset) {
        budget.rewind();
        read = offset;
        cutter = new EntryCutter(offset);
    }

    /**
     * Reads on, and returns the entries that are complete; empty if there is none. Asked only where it matters, {@code ended}
     * says that the worker writes no more.
     */
    Optional<Part> next(long now, Instant at, BooleanSupplier ended, Supplier<KnownWorkers.Known> worker)
            throws IOException {
        polled = now;
        moved = false;
        isAtEnd = false;
        LogSource from = source(at);
        if (from == null) {
            if (!progress.isNew() && !isGone && !ended.getAsBoolean()) {
                isGone = true;
                trouble.accept(name() + " is gone, deleted or compressed by somebody, when it was read to byte " + read
                        + ": what its worker writes to it from now on is lost. No program but this one must rotate it");
            }
            return Optional.empty();
        }
        if (isWrittenOver) {
            Optional<Part> over = writtenOver(from, at, worker);
            if (over.isPresent()) {
                return over;
            }
        }
        boolean over = false;
        List<EntryCutter.Span> spans = new ArrayList<>();
        byte[] bytes = from.read(read, CHUNK);
        isAtEnd = bytes.length < CHUNK;
        if (bytes.length == 0 && hasRest() && ended.getAsBoolean()) {
            // The worker may have written between the reading and its end.
            over = true;
            bytes = from.read(read, CHUNK);
        }
        int unwritten = handedOn.isOften() && !hasRest() ? leadingNuls(bytes) : 0;
        if (unwritten > 0) {
            // A program that writes on at its own place in a file that was cut leaves a hole before it.
            progress = progress.at(read + unwritten);
            readFrom(progress.offset());
            moved = true;
        } else if (bytes.length > 0) {
            cutter.feed(bytes, 0, bytes.length, spans::add);
            read += bytes.length;
            times.arrived(read, at, at);
            // A file that was written long ago is quiet already, and is read in one look.
            boolean isOld = isAtEnd && !superseded && age(at).compareTo(JOINING) > 0;
            grown = isOld ? now - JOINING.toNanos() : now;
            // A line without an end waits for the end of its worker.
            moved = !isOld || bytes[bytes.length - 1] != '\n';
            if (isOld) {
                cutter.close().ifPresent(spans::add);
            }
        } else if (over || (superseded && now >= quietAt())) {
            // Entries beyond the budget stand in this file, too.
            over = true;
            cutter.closeAll(spans::add);
            if (superseded && !hasRest()) {
                restart(0);
                superseded = false;
            }
        } else if (now >= quietAt()) {
            cutter.close().ifPresent(spans::add);
        }
        List<BatchPiece.Cut> cuts = budget.admit(spans, now, over);
        long end = progress.offset()
                + cuts.stream().mapToLong(BatchPiece.Cut::length).sum();
        return cuts.isEmpty() ? Optional.empty() : Optional.of(part(progress, cuts, end, worker.get()));
    }

    private static int leadingNuls(byte[] bytes) {
        int nuls = 0;
        while (nuls < bytes.length && bytes[nuls] == 0) {
            nuls++;
        }
        return nuls;
    }

    private Part part(LogProgress before, List<BatchPiece.Cut> cuts, long end, KnownWorkers.Known known)
            throws IOException {
        EntryReader.Page page = reader.read(file, before, cuts, this::bytes, known, times);
        long entries = cuts.stream().filter(cut -> !cut.isBefore()).count();
        if (shipped && page.entries().size() < entries) {
            throw new IOException("it was cut while it was read");
        }
        if (times.shift() != before.shift()) {
            trouble.accept(
                    "the times in " + name() + " are " + Text.words(Duration.ofMinutes(15L * Math.abs(times.shift())))
                            + (times.shift() < 0 ? " behind" : " ahead")
                            + ", as those of another zone: they are shifted by it");
        }
        int length = shipped ? (int) Math.min(LogProgress.MARK, end) : 0;
        LogProgress after = before.with(end, page.time(), page.level())
                .marked(
                        LogProgress.Mark.of(bytes(end - length, length)),
                        LogProgress.Mark.of(bytes(0, length)),
                        times.shift());
        handedOn.remember(before.offset(), end, this::bytes);
        return new Part(new BatchPiece(file.workerId(), before, cuts, page.stamps(), after), page.entries());
    }

    /** Hands on the lines that stand in the place of others, under positions above the highest. */
    private Optional<Part> writtenOver(LogSource from, Instant at, Supplier<KnownWorkers.Known> worker)
            throws IOException {
        isWrittenOver = false;
        long old = progress.offset();
        List<BatchPiece.Cut> cuts = handedOn.others(from.read(0, HandedOn.MOST), old);
        if (cuts.isEmpty()) {
            return Optional.empty();
        }
        long over = cuts.stream().mapToLong(BatchPiece.Cut::length).sum();
        // Lines behind those that are remembered may be written over, too, and cannot be told from what was there.
        long lost = read - old + (over < handedOn.end() ? 0 : Math.max(0, old - over));
        overwritten(lost, lost == 0 ? NOTHING_LOST : "up to " + lost + " bytes may be lost");
        times.restart();
        times.arrived(from.size(), at, at);
        long end = Math.max(old, over);
        Part part = part(progress.anew(from.inode(), 0), cuts, end, worker.get());
        readFrom(end);
        moved = true;
        return Optional.of(part);
    }

    private void overwritten(long lost, String told) {
        if (handedOn.isNews(lost)) {
            trouble.accept(
                    name() + " was cut by somebody or written over when it was read to byte " + read + ": " + told
                            + ", and what came between two looks. A program that opens it by its name, as /dev/stdout or"
                            + " /dev/stderr, must open it for appending (>>, mode a)");
        }
    }

    /** The time since the file was last written, as far as clocks tell. */
    private Duration age(Instant at) {
        return checked.map(stat -> Duration.between(Instant.ofEpochMilli(stat.modified()), at))
                .orElse(Duration.ZERO);
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
        // A line without an end: another host may have noticed that its worker has ended. No event tells of a renamed
        // file; one that is gone is not looked for.
        return (hasRest() || isElsewhere) && !(isGone && source == null)
                ? Math.min(budgeted, polled + LOOK_AGAIN.toNanos())
                : budgeted;
    }

    /** True if the last look found something, so that another may find more. */
    boolean hasMoved() {
        return moved;
    }

    /** True if the last look read up to the end of the file. */
    boolean isAtEnd() {
        return isAtEnd;
    }

    /** True if the file has another name, or none, and may not be found again. */
    boolean isElsewhere() {
        return isElsewhere;
    }

    /** True if all that was read is handed on. */
    boolean isDrained() {
        return !hasRest() && !superseded;
    }

    /** True if it must be held, as no event or no later look would find what is written to it. */
    boolean isHeld() {
        return isElsewhere || isGone || handedOn.isOften();
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
        long inode = open.inode();
        isElsewhere = now.filter(stat -> stat.inode() == inode).isEmpty();
        // A process that rotates files may put an empty one in the place, while the worker goes on with its own.
        superseded = isElsewhere && now.filter(stat -> stat.size() > 0).isPresent();
        boolean changed = isElsewhere || !now.equals(checked);
        boolean isIntact = !changed || open.holds(progress.mark(), progress.offset());
        if (open.size() < read || (!isIntact && !handedOn.reachesTo(progress.offset()))) {
            long lost = read - progress.offset();
            overwritten(lost, lost == 0 ? NOTHING_LOST : lost + " bytes behind that are lost");
            restart(lost);
            open = begin();
        } else if (changed) {
            LogProgress.Mark head = progress.head();
            isWrittenOver = handedOn.isOften() || !isIntact || !open.holds(head, head.length());
        }
        checked = now;
        now.filter(stat -> !isElsewhere).ifPresent(stat -> arrived(stat, at, at));
        return open;
    }

    private @Nullable LogSource begin() throws IOException {
        if (!progress.isNew()) {
            source = LogSource.of(progress, place).orElse(null);
            if (source != null && shipped) {
                goOn(source);
            }
        }
        if (source == null) {
            source = LogSource.open(file.path()).orElse(null);
            if (source != null) {
                begin(source);
            }
        }
        place = source == null ? file.path() : source.path();
        return source;
    }

    /** Goes on in a file of which an earlier host may have read the begin. */
    private void goOn(LogSource opened) throws IOException {
        if (progress.base() > 0) {
            handedOn.often();
        }
        if (handedOn.end() == 0 && opened.holds(progress.head(), progress.head().length())) {
            handedOn.remember(0, progress.offset(), opened::read);
        }
    }

    /** Begins a file of which nothing was read. */
    private void begin(LogSource opened) throws IOException {
        if (progress.isNew()) {
            progress = progress.in(opened.inode()).at(firstData(opened));
        } else {
            boolean isSame = opened.inode() == progress.inode();
            if (isSame && opened.size() >= progress.offset() && handedOn.reachesTo(progress.offset())) {
                return;
            } else if (isSame) {
                overwritten(0, "what it held behind that, if anything, is lost");
            } else {
                trouble.accept(name() + " is another file than the one that was read to byte " + progress.offset()
                        + ": what that held behind it, if anything, is lost");
            }
            progress = progress.anew(opened.inode(), 0);
            handedOn.clear();
            times.cut(opened.size());
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
        if (first < LEAST_FREED) {
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
        place = file.path();
        times.restart();
        handedOn.clear();
        readFrom(0);
        moved = true;
        isAtEnd = false;
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
