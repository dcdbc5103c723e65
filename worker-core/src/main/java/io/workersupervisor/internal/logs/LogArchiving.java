package io.workersupervisor.internal.logs;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogRetention;
import io.workersupervisor.internal.directory.HolePuncher;
import io.workersupervisor.internal.directory.Layout;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the files that workers write, without their help and without losing a line.
 *
 * <ol>
 *   <li>Hold the lock of the archive: one host of the data directory does this.
 *   <li>Take the part that every sink has acknowledged, durably, and that is not archived yet: if it is large, note it.
 *   <li>Copy it into the archive, durably.
 *   <li>Free it in the worker's file, by a hole: offsets stay the same, for the worker and for all readers.
 *   <li>Note that it is done.
 * </ol>
 *
 * A crash after 2 finds the copy whole or not at all, and the bytes still there unless it is whole. Where no hole can be
 * punched, files grow until their worker ends.
 */
final class LogArchiving implements AutoCloseable {
    /** A hole has whole blocks. */
    private static final long BLOCK = 4096;

    /** The bytes that stay before the place that a sink has read to, by which the file is known again. */
    private static final long REST = BLOCK;

    private final DataDirectory data;
    private final LogFeed feed;
    private final LogRetention retention;
    private final HolePuncher puncher;
    /** Files with a large part that is not archived yet. */
    private final Set<WorkerLogFile> waiting = new LinkedHashSet<>();

    private final LogArchive archive;

    private @Nullable CheckpointJournal journal;
    private Optional<String> cannotPunch = Optional.empty();
    private volatile boolean ending;

    LogArchiving(DataDirectory data, LogFeed feed, LogRetention retention, HolePuncher puncher) {
        this.data = data;
        this.archive = new LogArchive(Layout.archive(data));
        this.feed = feed;
        this.retention = retention;
        this.puncher = puncher;
    }

    /** Archives parts of files that may have grown; false if another host does this. */
    boolean tick(Collection<WorkerLogFile> grown) throws IOException {
        CheckpointJournal open = journal == null ? begin() : journal;
        if (open == null) {
            return false;
        }
        waiting.addAll(grown);
        if (!open.pending().isEmpty()) {
            finish(open);
        }
        // A part that a slow sink does not have yet is looked at again, although the file grows no more.
        for (WorkerLogFile file : List.copyOf(waiting)) {
            if (!isLarge(open, file)) {
                waiting.remove(file);
            }
        }
        if (!waiting.isEmpty() && cannotPunch.isEmpty()) {
            SinkCheckpoints acknowledged = SinkCheckpoints.read(data);
            for (WorkerLogFile file : waiting) {
                archive(open, file, acknowledged);
            }
        }
        return true;
    }

    /** Step 1; null where another host has the lock. */
    private @Nullable CheckpointJournal begin() throws IOException {
        CheckpointJournal begun = CheckpointJournal.lock(Layout.archive(data), feed);
        if (begun == null) {
            return null;
        }
        journal = begun;
        cannotPunch = puncher.trial(archive.directory());
        cannotPunch.ifPresent(why -> feed.trouble(
                "workers' log files are bounded only by the end of their worker, as no part of them can be freed: "
                        + why));
        // Files may have grown while another host had the lock.
        waiting.addAll(WorkerLogFile.list(data));
        return begun;
    }

    /** True if the part of a file that is not archived yet may be large. */
    private boolean isLarge(CheckpointJournal open, WorkerLogFile file) throws IOException {
        Optional<WorkerLogFile.Stat> stat = WorkerLogFile.stat(file.path());
        long done = open.progress(file.workerId())
                .filter(last -> stat.isPresent() && last.inode() == stat.get().inode())
                .map(LogProgress::offset)
                .orElse(0L);
        return stat.isPresent() && stat.get().size() - done >= retention.archiveAt();
    }

    private void archive(CheckpointJournal open, WorkerLogFile file, SinkCheckpoints acknowledged) throws IOException {
        try (LogSource held = LogSource.open(file.path()).orElse(null)) {
            if (held == null) {
                return;
            }
            long inode = held.inode();
            // No two parts of a worker have one position, although it puts another file in the place of its own.
            LogProgress before = open.progress(file.workerId())
                    .map(last -> last.inode() == inode ? last : last.anew(inode, 0))
                    .orElseGet(() -> LogProgress.begin(inode));
            long upTo = feed.isShipped(file) ? acknowledged.of(file, held) : held.size();
            long end = Math.max(0, (Math.min(upTo, held.size()) - REST) / BLOCK * BLOCK);
            while (!ending && end - before.offset() >= retention.archiveAt()) {
                int length = (int) (retention.archiveAt() / BLOCK * BLOCK);
                LogProgress after = before.at(before.offset() + length);
                BatchPiece piece = new BatchPiece(
                        file.workerId(), before, List.of(new BatchPiece.Cut(length, 0)), List.of(), after);
                open.announce(List.of(piece));
                move(file, held, piece);
                open.acknowledge(feed.clocks().now());
                before = after;
            }
        }
    }

    /** Steps 3 to 5, of which any may be done. */
    private void finish(CheckpointJournal open) throws IOException {
        Map<String, WorkerLogFile> files = WorkerLogFile.byWorker(data);
        for (BatchPiece piece : open.pending()) {
            WorkerLogFile file = files.get(piece.workerId());
            if (file != null) {
                try (LogSource held = LogSource.open(file.path()).orElse(null)) {
                    if (held != null && held.inode() == piece.after().inode()) {
                        move(file, held, piece);
                    }
                }
            }
        }
        open.acknowledge(feed.clocks().now());
    }

    private void move(WorkerLogFile file, LogSource held, BatchPiece piece) throws IOException {
        long offset = piece.before().offset();
        long length = piece.length();
        if (held.size() < offset + length) {
            feed.trouble(
                    file.account(),
                    file.path() + " was cut by somebody before its bytes " + offset + " to " + (offset + length)
                            + " were archived");
            return;
        }
        if (!archive.contains(file, piece.before().position())) {
            archive.store(file, held, offset, length, piece.before().position());
        }
        puncher.punch(file.path(), offset, length)
                .ifPresent(why -> feed.trouble(
                        file.account(), "a part of " + file.path() + " is archived and not freed: " + why));
    }

    /** Makes the part at hand the last one; for any thread. */
    void end() {
        ending = true;
    }

    @Override
    public void close() throws IOException {
        if (journal != null) {
            journal.close();
        }
    }
}
