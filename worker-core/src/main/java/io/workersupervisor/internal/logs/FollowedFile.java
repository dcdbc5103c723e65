package io.workersupervisor.internal.logs;

import io.workersupervisor.internal.logs.entries.EntryCutter;
import io.workersupervisor.internal.registry.WorkerIds;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows one worker's file from where its entries were handed on, and cuts what it finds into entries. Not thread-safe.
 *
 * <p>A worker may cut its file, rename it or put another in its place. What was read and is still there is handed on
 * first; what is gone is told with the number of its bytes, and positions go on behind it.
 */
final class FollowedFile implements AutoCloseable {
    /** A line is an entry of its own when nothing has followed it for this long. */
    static final Duration QUIET = Duration.ofMillis(200);

    /** The same for a traceback in the middle of its frames. */
    static final Duration JOINING = Duration.ofSeconds(2);

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);
    private static final int CHUNK = 256 * 1024;

    private final WorkerLogFile file;
    private final Consumer<String> trouble;
    private LogProgress progress;
    private EntryCutter cutter;
    private @Nullable LogSource source;
    private boolean superseded;
    private boolean known;
    /** How far the file is read; behind the progress where lines are open. */
    private long read;

    private long grown;
    private long polled;
    private boolean moved;

    FollowedFile(WorkerLogFile file, Optional<LogProgress> begin, Consumer<String> trouble) {
        this.file = file;
        this.trouble = trouble;
        this.known = begin.isPresent();
        this.progress = begin.orElseGet(() -> LogProgress.begin(0, WorkerIds.timeOf(file.workerId())));
        this.read = progress.offset();
        this.cutter = new EntryCutter(read);
    }

    WorkerLogFile file() {
        return file;
    }

    /** Up to where entries were taken. */
    LogProgress progress() {
        return progress;
    }

    /** The entries taken are handed on up to here. */
    void advance(LogProgress after) {
        progress = after;
    }

    /** What was read and not handed on is read again. */
    void rewind() {
        read = progress.offset();
        cutter = new EntryCutter(read);
        moved = true;
    }

    /** Reads on, and returns the entries that are complete; asked, {@code over} says that the worker writes no more. */
    List<EntryCutter.Span> poll(long now, BooleanSupplier over) throws IOException {
        polled = now;
        moved = false;
        LogSource from = source();
        if (from == null) {
            return List.of();
        }
        List<EntryCutter.Span> spans = new ArrayList<>();
        byte[] bytes = from.read(read, CHUNK);
        boolean last = bytes.length == 0 && hasRest() && over.getAsBoolean();
        if (last) {
            // It may have written between the reading and its end.
            bytes = from.read(read, CHUNK);
        }
        if (bytes.length > 0) {
            cutter.feed(bytes, 0, bytes.length, spans::add);
            read += bytes.length;
            grown = now;
            moved = true;
        } else if (last || (superseded && now >= quietAt())) {
            cutter.closeAll(spans::add);
            turnToSuccessor(spans.isEmpty());
        } else if (now >= quietAt()) {
            cutter.close().ifPresent(spans::add);
        }
        return spans;
    }

    /** Who renames a file may write to it a little longer. */
    private long quietAt() {
        return grown + (superseded || cutter.isJoining() ? JOINING : QUIET).toNanos();
    }

    /** When there is something to do although nothing is written; empty if there never is. */
    OptionalLong due() {
        if (superseded || cutter.openLines().isPresent()) {
            return OptionalLong.of(quietAt());
        }
        // A line without an end: another host may have noticed that its worker has ended.
        return hasRest() ? OptionalLong.of(polled + LOOK_AGAIN.toNanos()) : OptionalLong.empty();
    }

    /** Whether the last poll found something, so that another may find more. */
    boolean hasMoved() {
        return moved;
    }

    /** Whether all that was read is handed on. */
    boolean isDrained() {
        return read == progress.offset() && !superseded;
    }

    /** Whether bytes wait that are no whole line. */
    boolean hasRest() {
        return read > progress.offset();
    }

    /** Bytes of the file, which were read before; none where it is gone. */
    byte[] bytes(long offset, int length) throws IOException {
        return source == null ? new byte[0] : source.read(offset, length);
    }

    private void turnToSuccessor(boolean drained) throws IOException {
        if (superseded && drained) {
            restart(0);
            superseded = false;
        }
    }

    /** The file as it stands now; null if there is none. */
    private @Nullable LogSource source() throws IOException {
        Optional<WorkerLogFile.Stat> now = WorkerLogFile.stat(file.path());
        LogSource open = source;
        if (open == null) {
            open = begin(now);
        }
        if (open == null) {
            return null;
        }
        superseded = now.isEmpty() || now.get().inode() != open.inode();
        long size = open.size();
        if (size < read || (size > read && !open.continues(progress))) {
            trouble.accept(name() + " was cut by somebody when it was read to byte " + read
                    + (read > progress.offset() ? ": " + (read - progress.offset()) + " bytes of it are lost" : "")
                    + ", and what was written to it meanwhile");
            restart(read - progress.offset());
            open = begin(now);
        }
        return open;
    }

    private @Nullable LogSource begin(Optional<WorkerLogFile.Stat> now) throws IOException {
        LogSource opened = now.isEmpty() ? null : LogSource.open(file.path()).orElse(null);
        if (!known) {
            if (opened != null) {
                known = true;
                long first = firstData(opened);
                progress = new LogProgress(
                        opened.inode(),
                        progress.base(),
                        first,
                        progress.time(),
                        progress.level(),
                        LogProgress.Mark.NONE);
                read = first;
                cutter = new EntryCutter(read);
            }
        } else if (opened == null || !opened.continues(progress)) {
            opened = replaced(opened);
        }
        source = opened;
        return opened;
    }

    /** The first position from this one on that is not in a part of the file that was archived and freed by now. */
    long firstData(long position) throws IOException {
        LogSource open = source;
        return open == null
                ? position
                : progress.base() + open.firstData(position - progress.base()).orElse(open.size());
    }

    /** Blocks at the begin of a file that were archived and freed read as NUL; its progress is lost. */
    private long firstData(LogSource opened) throws IOException {
        long first = opened.firstData(0).orElse(0);
        if (first == 0) {
            return 0;
        }
        trouble.accept(
                "the first " + first + " bytes of " + name() + " are freed, and where it was read to is not known");
        return first;
    }

    /** The file is another one than that of the progress, or none. */
    private @Nullable LogSource replaced(@Nullable LogSource opened) throws IOException {
        Optional<LogSource> renamed = opened != null && opened.inode() == progress.inode()
                ? Optional.empty()
                : LogSource.renamed(file.path(), progress.inode());
        if (renamed.isPresent() && renamed.get().continues(progress)) {
            if (opened != null) {
                opened.close();
            }
            return renamed.get();
        }
        if (renamed.isPresent()) {
            renamed.get().close();
        }
        if (opened == null) {
            return null;
        }
        trouble.accept(
                opened.inode() == progress.inode()
                        ? name() + " was cut by somebody when it was read to byte " + progress.offset()
                                + ": what it held behind that, if anything, is lost"
                        : name() + " is another file than the one that was read to byte " + progress.offset()
                                + ": what that held behind it, if anything, is lost");
        progress = progress.anew(opened.inode(), 0);
        read = 0;
        cutter = new EntryCutter(0);
        return opened;
    }

    /** Begins the file, or the one in its place, at its first byte. */
    private void restart(long lost) throws IOException {
        close();
        Optional<WorkerLogFile.Stat> now = WorkerLogFile.stat(file.path());
        progress = progress.anew(now.map(WorkerLogFile.Stat::inode).orElse(0L), lost);
        known = now.isPresent();
        read = 0;
        cutter = new EntryCutter(0);
        moved = true;
    }

    private String name() {
        return String.valueOf(file.path().getFileName());
    }

    /** Lets go of the file; the next poll opens it again. */
    @Override
    public void close() throws IOException {
        if (source != null) {
            source.close();
            source = null;
        }
    }
}
