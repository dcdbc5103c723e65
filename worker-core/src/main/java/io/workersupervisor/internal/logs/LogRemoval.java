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

    /** A file that may go. */
    private record Candidate(Path path, long modified, long size, Optional<WorkerLogFile> worker) {}

    LogRemoval(DataDirectory data, LogFeed feed, LogRetention retention) {
        this.data = data;
        this.feed = feed;
        this.retention = retention;
    }

    /** Removes what is old, and then the oldest until the rest fits; {@code needed} bytes more than that shall be free. */
    void tick(long needed) throws IOException {
        List<Candidate> candidates = candidates();
        long oldest = feed.clocks().now().toEpochMilli() - retention.keepFor().toMillis();
        long excess = Math.max(used() - retention.atMost(), needed);
        for (Candidate candidate : candidates) {
            if (candidate.modified() >= oldest && excess <= 0) {
                break;
            }
            remove(candidate);
            excess -= candidate.size();
        }
        if (excess <= 0 || needed != 0) {
            tooMuch.ends();
        } else if (tooMuch.begins()) {
            feed.trouble(
                    "data directory " + data + " takes " + Text.bytes(used()) + " of " + Text.bytes(retention.atMost())
                            + ", and what is left belongs to living workers or waits for a log sink");
        }
    }

    private void remove(Candidate candidate) throws IOException {
        Files.deleteIfExists(candidate.path());
        if (candidate.worker().isPresent()) {
            new FileOnlyMarks(data).unmark(candidate.worker().get().workerId());
        }
    }

    /** Oldest first. */
    private List<Candidate> candidates() throws IOException {
        List<Candidate> found = new ArrayList<>();
        for (LogArchive.Part part : LogArchive.parts(data)) {
            found.add(new Candidate(part.path(), part.modified(), part.size(), Optional.empty()));
        }
        SinkCheckpoints acknowledged = SinkCheckpoints.read(data);
        Map<String, LogProgress> archive = CheckpointJournal.readOnly(Layout.archive(data));
        WorkerLogFile.stats(data).forEach((file, stat) -> {
            if (isShippedWhole(file, stat, acknowledged)
                    && feed.isOver(file, feed.clocks().nanos())) {
                found.add(
                        new Candidate(file.path(), stat.modified(), onDisk(file, stat, archive), Optional.of(file)));
            }
        });
        found.sort(Comparator.comparingLong(Candidate::modified));
        return found;
    }

    private boolean isShippedWhole(WorkerLogFile file, WorkerLogFile.Stat stat, SinkCheckpoints acknowledged) {
        return stat.size() == 0 || !feed.isShipped(file) || acknowledged.of(file, stat.inode()) >= stat.size();
    }

    private long used() throws IOException {
        long bytes = 0;
        Map<String, LogProgress> archive = CheckpointJournal.readOnly(Layout.archive(data));
        for (LogArchive.Part part : LogArchive.parts(data)) {
            bytes += part.size();
        }
        for (Map.Entry<WorkerLogFile, WorkerLogFile.Stat> one :
                WorkerLogFile.stats(data).entrySet()) {
            bytes += onDisk(one.getKey(), one.getValue(), archive);
        }
        return bytes + plain(Layout.logs(data)) + plain(data.path());
    }

    /** The bytes that a file takes: its archived part is a hole, unless the file was cut since. */
    private static long onDisk(WorkerLogFile file, WorkerLogFile.Stat stat, Map<String, LogProgress> archive) {
        LogProgress archived = archive.get(file.workerId());
        return archived != null && archived.isIn(stat) ? stat.size() - archived.offset() : stat.size();
    }

    /** The files of a directory that are no worker's. */
    private static long plain(Path directory) throws IOException {
        long bytes = 0;
        if (Files.notExists(directory)) {
            return 0;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            for (Path path : all) {
                if (WorkerLogFile.of(path).isEmpty()) {
                    bytes += WorkerLogFile.stat(path)
                            .map(WorkerLogFile.Stat::size)
                            .orElse(0L);
                }
            }
        }
        return bytes;
    }
}
