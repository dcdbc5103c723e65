package io.workersupervisor.internal.logs;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogRetention;
import io.workersupervisor.internal.directory.FileOnlyMarks;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.events.LastingTrouble;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Removes parts of the archive, and files of workers that have ended, when they are old or take too much. What a sink does
 * not have, and what a living worker writes, stays. Used by one thread of the host that archives.
 */
final class LogRemoval {
    private final DataDirectory data;
    private final LogFeed feed;
    private final LogRetention retention;
    private final LastingTrouble tooMuch = new LastingTrouble();

    /** Tells whether a file is needed no more; it is asked of those alone that shall go. */
    @FunctionalInterface
    private interface Removable {
        boolean now() throws IOException;
    }

    /** A file and the space that it takes. */
    private record Taken(Path path, long modified, long size, Removable removable) {}

    LogRemoval(DataDirectory data, LogFeed feed, LogRetention retention) {
        this.data = data;
        this.feed = feed;
        this.retention = retention;
    }

    /** Removes what is old, and then the oldest until the rest fits; {@code needed} bytes more than that shall be free. */
    void tick(long needed) throws IOException {
        List<Taken> all = taken();
        long used = all.stream().mapToLong(Taken::size).sum();
        long oldest = feed.clocks().now().toEpochMilli() - retention.keepFor().toMillis();
        long excess = Math.max(used - retention.atMost(), needed);
        for (Taken one : all) {
            if ((one.modified() < oldest || excess > 0) && one.removable().now()) {
                Files.deleteIfExists(one.path());
                Optional<WorkerLogFile> worker = WorkerLogFile.of(one.path());
                if (worker.isPresent()) {
                    new FileOnlyMarks(data).unmark(worker.get().workerId());
                }
                excess -= one.size();
                used -= one.size();
            }
        }
        if (excess <= 0 || needed != 0) {
            tooMuch.ends();
        } else if (tooMuch.begins()) {
            feed.trouble(
                    "data directory " + data + " takes " + Text.bytes(used) + " of " + Text.bytes(retention.atMost())
                            + ", and what is left belongs to living workers or waits for a log sink");
        }
    }

    /** Oldest first. */
    private List<Taken> taken() throws IOException {
        List<Taken> found = new ArrayList<>();
        for (LogArchive.Part part : LogArchive.parts(data)) {
            found.add(new Taken(part.path(), part.modified(), part.size(), () -> true));
        }
        SinkCheckpoints acknowledged = SinkCheckpoints.read(data);
        Map<String, LogProgress> archive = CheckpointJournal.readOnly(Layout.archive(data));
        WorkerLogFile.stats(data)
                .forEach((file, stat) -> found.add(new Taken(
                        file.path(), stat.modified(), onDisk(file, stat, archive), () -> isDone(file, acknowledged))));
        plain(Layout.logs(data), found);
        plain(data.path(), found);
        found.sort(Comparator.comparingLong(Taken::modified));
        return found;
    }

    private boolean isDone(WorkerLogFile file, SinkCheckpoints acknowledged) throws IOException {
        if (!feed.isOver(file, feed.clocks().nanos())) {
            return false;
        }
        try (LogSource open = LogSource.open(file.path()).orElse(null)) {
            return open != null
                    && (open.size() == 0 || !feed.isShipped(file) || acknowledged.of(file, open) >= open.size());
        } catch (IOException unreadable) {
            // The shippers report it; the others go.
            return false;
        }
    }

    /** The bytes that a file takes: its archived part is a hole, unless the file was cut since. */
    private static long onDisk(WorkerLogFile file, WorkerLogFile.Stat stat, Map<String, LogProgress> archive) {
        LogProgress archived = archive.get(file.workerId());
        return archived != null && archived.isIn(stat) ? stat.size() - archived.offset() : stat.size();
    }

    /** The files of a directory that are no worker's. */
    private static void plain(Path directory, List<Taken> found) throws IOException {
        if (Files.exists(directory)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
                for (Path path : all) {
                    if (WorkerLogFile.of(path).isEmpty()) {
                        WorkerLogFile.stat(path)
                                .ifPresent(
                                        stat -> found.add(new Taken(path, stat.modified(), stat.size(), () -> false)));
                    }
                }
            }
        }
    }
}
