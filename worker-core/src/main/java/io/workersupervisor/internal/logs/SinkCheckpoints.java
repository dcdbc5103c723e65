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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The place up to which every sink has the workers' files, of all sinks that a data directory was ever shipped to. A sink that
 * is not in use any more holds up the archive until its directory in {@code checkpoints} is deleted.
 */
public record SinkCheckpoints(Map<String, Long> least) {
    /** Reads durable checkpoints, whichever process serves the sink. */
    public static SinkCheckpoints read(DataDirectory data) throws IOException {
        Map<String, Long> least = new LinkedHashMap<>();
        List<Path> sinks = directories(data);
        for (Path sink : sinks) {
            Map<String, Long> one = read(sink);
            if (sink.equals(sinks.get(0))) {
                least.putAll(one);
            }
            least.replaceAll((key, offset) -> Math.min(offset, one.getOrDefault(key, 0L)));
        }
        return new SinkCheckpoints(least);
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

    private static Map<String, Long> read(Path sink) throws IOException {
        Map<String, Long> one = new LinkedHashMap<>();
        CheckpointJournal.readOnly(sink)
                .forEach((worker, progress) -> one.put(key(worker, progress.inode()), progress.offset()));
        // An acknowledgement that a crash of the machine takes back would need the bytes again: sync what was read.
        try (RandomAccessFile open =
                new RandomAccessFile(sink.resolve("journal").toFile(), "rw")) {
            open.getFD().sync();
        }
        return one;
    }

    private static String key(String worker, long inode) {
        return worker + " " + inode;
    }

    /** The offset before which every sink has all. */
    public long of(WorkerLogFile file, long inode) {
        return least.getOrDefault(key(file.workerId(), inode), 0L);
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
