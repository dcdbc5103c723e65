package io.workersupervisor.internal.logs;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.internal.directory.FileOnlyMarks;
import io.workersupervisor.internal.directory.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What of the workers' files a sink does not have, as its checkpoints say. Reads only, whoever serves the sink. */
final class SinkBacklog {
    private SinkBacklog() {}

    /**
     * A file that a sink does not have to its end.
     *
     * @param file whose it is
     * @param progress how far the sink has it; empty where it has nothing of this file
     * @param bytes how much it does not have
     * @param written when the worker wrote last
     */
    record Waiting(WorkerLogFile file, Optional<LogProgress> progress, long bytes, Instant written) {
        long offset() {
            return progress.map(LogProgress::offset).orElse(0L);
        }
    }

    /** The files that wait, those of workers that ship their lines themselves left out. */
    static List<Waiting> of(DataDirectory data, String sink) throws IOException {
        Map<String, LogProgress> acknowledged =
                CheckpointJournal.readOnly(Layout.checkpoints(data).resolve(sink));
        FileOnlyMarks fileOnly = new FileOnlyMarks(data);
        List<Waiting> waiting = new ArrayList<>();
        for (WorkerLogFile file : WorkerLogFile.list(data)) {
            Optional<WorkerLogFile.Stat> stat = WorkerLogFile.stat(file.path());
            if (stat.isEmpty() || fileOnly.isMarked(file.workerId())) {
                continue;
            }
            WorkerLogFile.Stat present = stat.get();
            Optional<LogProgress> progress = Optional.ofNullable(acknowledged.get(file.workerId()))
                    .map(known -> known.inode() == present.inode() && known.offset() <= present.size()
                            ? known
                            : known.anew(present.inode(), 0));
            long bytes = present.size() - progress.map(LogProgress::offset).orElse(0L);
            if (bytes > 0) {
                written(file.path()).ifPresent(at -> waiting.add(new Waiting(file, progress, bytes, at)));
            }
        }
        return waiting;
    }

    private static Optional<Instant> written(Path path) throws IOException {
        try {
            return Optional.of(Files.getLastModifiedTime(path).toInstant());
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        }
    }
}
