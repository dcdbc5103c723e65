package io.workersupervisor.internal.logs;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.internal.directory.FileOnlyMarks;
import io.workersupervisor.internal.directory.Layout;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The place up to which every sink has the workers' files, of all sinks that a data directory was ever shipped to. A sink that
 * is not in use any more holds up the archive until its directory in {@code checkpoints} is deleted.
 */
public final class SinkCheckpoints {
    private final List<Map<String, LogProgress>> sinks;

    private SinkCheckpoints(List<Map<String, LogProgress>> sinks) {
        this.sinks = sinks;
    }

    /** Reads durable checkpoints, whichever process serves the sink. */
    public static SinkCheckpoints read(DataDirectory data) throws IOException {
        List<Map<String, LogProgress>> sinks = new ArrayList<>();
        for (Path sink : directories(data)) {
            sinks.add(read(sink));
        }
        return new SinkCheckpoints(sinks);
    }

    /** The directories of all sinks, in the order of their names. */
    static List<Path> directories(DataDirectory data) throws IOException {
        List<Path> sinks = new ArrayList<>();
        if (Files.exists(Layout.checkpoints(data))) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(Layout.checkpoints(data))) {
                all.forEach(sink -> {
                    if (Files.exists(sink.resolve("journal"))) {
                        sinks.add(sink);
                    }
                });
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
        }
        sinks.sort(null);
        return sinks;
    }

    /** The names of the application's sinks. */
    static List<String> names(DataDirectory data) throws IOException {
        return directories(data).stream()
                .map(sink -> String.valueOf(sink.getFileName()))
                .filter(name -> !name.equals(OperatorLogSink.NAME))
                .toList();
    }

    private static Map<String, LogProgress> read(Path sink) throws IOException {
        Map<String, LogProgress> one = CheckpointJournal.readOnly(sink);
        // An acknowledgement that a crash of the machine takes back would need the bytes again: sync what was read.
        try (RandomAccessFile open =
                new RandomAccessFile(sink.resolve("journal").toFile(), "rw")) {
            open.getFD().sync();
        }
        return one;
    }

    /** The offset before which every sink has all; 0 where the file is another one than a sink has, cut or written over. */
    public long of(WorkerLogFile file, LogSource open) throws IOException {
        long least = sinks.isEmpty() ? 0 : Long.MAX_VALUE;
        for (Map<String, LogProgress> sink : sinks) {
            LogProgress progress = sink.get(file.workerId());
            if (progress == null
                    || !open.continues(progress)
                    || !open.holds(progress.head(), progress.head().length())) {
                return 0;
            }
            least = Math.min(least, progress.offset());
        }
        return least;
    }

    /** A file of which a sink lacks the last bytes; it has everything up to the progress, if it has anything. */
    record Waiting(WorkerLogFile file, Optional<LogProgress> progress, long size, Instant written) {
        static Waiting of(WorkerLogFile file, WorkerLogFile.Stat stat, Optional<LogProgress> progress) {
            return new Waiting(file, progress, stat.size(), Instant.ofEpochMilli(stat.modified()));
        }

        long offset() {
            return progress.map(LogProgress::offset).orElse(0L);
        }

        long bytes() {
            return size - offset();
        }
    }

    /** The files that wait for a sink, as its checkpoints say; those of workers that ship their lines themselves do not. */
    static List<Waiting> waiting(DataDirectory data, String sink) throws IOException {
        Map<String, LogProgress> acknowledged =
                CheckpointJournal.readOnly(Layout.checkpoints(data).resolve(sink));
        FileOnlyMarks fileOnly = new FileOnlyMarks(data);
        List<Waiting> waiting = new ArrayList<>();
        WorkerLogFile.stats(data).forEach((file, stat) -> {
            Optional<LogProgress> progress = Optional.ofNullable(acknowledged.get(file.workerId()))
                    .map(known -> known.isIn(stat) ? known : known.anew(stat.inode(), 0));
            Waiting one = Waiting.of(file, stat, progress);
            if (one.bytes() > 0 && !fileOnly.isMarked(file.workerId())) {
                waiting.add(one);
            }
        });
        return waiting;
    }
}
