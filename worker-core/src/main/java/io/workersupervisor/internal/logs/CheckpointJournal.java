package io.workersupervisor.internal.logs;

import io.workersupervisor.LogLevel;
import io.workersupervisor.internal.directory.OwnFiles;
import io.workersupervisor.internal.directory.ProcessLock;
import io.workersupervisor.internal.registry.WorkerIds;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of one sink: the place in each worker's file up to which entries are handed on, durable.
 *
 * <ol>
 *   <li>A batch is announced, with the length of each of its entries, before the sink sees it; this is synced.
 *   <li>When the sink has acknowledged it, that is noted; this need not be synced, as a batch that is appended again
 *       changes nothing.
 *   <li>A host that finds a batch announced and not acknowledged appends exactly its entries, even if the file has grown.
 *   <li>When the journal has grown much beyond its contents, it is written anew and renamed into its place.
 * </ol>
 *
 * A line whose checksum does not fit ends the journal: it is torn, and of a batch that no sink has seen.
 *
 * <pre>
 * checkpoints/SINK/journal, one line each:  CRC32 KIND ...
 *   p WORKER INODE BASE OFFSET TIME LEVEL MARK CRC                 acknowledged to here
 *   b WORKER INODE BASE OFFSET TIME LEVEL MARK CRC START LEN,...   announced to here; LENxN leaves N entries out
 *   a                                                              the batch announced is acknowledged
 *   f WORKER                                                       the file is gone
 * </pre>
 *
 * Not thread-safe; one process has it open for writing, others may read it meanwhile.
 */
final class CheckpointJournal implements AutoCloseable {
    private static final long SMALL = 1 << 20;
    private static final int LIVE_LINE = 128;

    private final Path file;
    private final Map<String, LogProgress> acknowledged = new LinkedHashMap<>();
    private final List<BatchPiece> pending = new ArrayList<>();
    private RandomAccessFile out;
    private @Nullable ProcessLock lock;
    /** The end of the lines that were written whole. */
    private long length;

    private CheckpointJournal(Path file, RandomAccessFile out) {
        this.file = file;
        this.out = out;
    }

    /** Locks a directory and opens its journal, without workers whose files are gone; null where another host has the lock. */
    static @Nullable CheckpointJournal lock(Path directory, LogFeed feed) throws IOException {
        ProcessLock lock = ProcessLock.tryLock(directory, "lock").orElse(null);
        if (lock == null) {
            return null;
        }
        try {
            CheckpointJournal journal = open(directory);
            journal.lock = lock;
            journal.forget(feed.gone(journal.acknowledged.keySet()));
            return journal;
        } catch (IOException | RuntimeException failed) {
            lock.close();
            throw failed;
        }
    }

    /** Opens the journal of a directory, which is made if it is missing; a torn end is cut off. */
    static CheckpointJournal open(Path directory) throws IOException {
        OwnFiles.makeDirectories(directory);
        Path file = directory.resolve("journal");
        Files.deleteIfExists(directory.resolve("journal.new"));
        CheckpointJournal journal = new CheckpointJournal(file, create(file));
        journal.length = replay(Files.readAllBytes(file), journal.acknowledged, journal.pending);
        return journal;
    }

    /** Makes a sink count, although it has nothing yet. */
    static void make(Path directory) throws IOException {
        OwnFiles.makeDirectories(directory);
        create(directory.resolve("journal")).close();
    }

    /** Reads a journal that another process may be writing. */
    static Map<String, LogProgress> readOnly(Path directory) throws IOException {
        Map<String, LogProgress> found = new LinkedHashMap<>();
        List<BatchPiece> announced = new ArrayList<>();
        try {
            replay(Files.readAllBytes(directory.resolve("journal")), found, announced);
        } catch (NoSuchFileException nothingYet) {
            return Map.of();
        }
        return found;
    }

    private static RandomAccessFile create(Path file) throws IOException {
        if (Files.notExists(file)) {
            OwnFiles.make(file);
        }
        return new RandomAccessFile(file.toFile(), "rw");
    }

    /** The number of bytes that could be read. */
    private static long replay(byte[] bytes, Map<String, LogProgress> acknowledged, List<BatchPiece> pending) {
        String text = new String(bytes, StandardCharsets.US_ASCII);
        int from = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
            String said = text.substring(Math.min(end, from + 9), end);
            if (!text.startsWith(line(said), from) || !apply(said, acknowledged, pending)) {
                break;
            }
            from = end + 1;
        }
        return from;
    }

    private static boolean apply(String said, Map<String, LogProgress> acknowledged, List<BatchPiece> pending) {
        String[] words = said.split(" ", -1);
        switch (words[0]) {
            case "p" -> acknowledged.put(words[1], progress(words));
            case "b" -> {
                LogProgress after = progress(words);
                LogProgress last = Optional.ofNullable(acknowledged.get(words[1]))
                        .orElseGet(() -> LogProgress.begin(after.inode(), WorkerIds.timeOf(words[1])));
                LogProgress before = after.with(Long.parseLong(words[9]), last.time(), last.level());
                pending.add(new BatchPiece(words[1], before, cuts(words[10]), after));
            }
            case "a" -> {
                pending.forEach(piece -> acknowledged.put(piece.workerId(), piece.after()));
                pending.clear();
            }
            case "f" -> acknowledged.remove(words[1]);
            default -> {
                // A line of a later version: its meaning is unknown, and so is all behind it.
                return false;
            }
        }
        return true;
    }

    /** The place up to which a worker's file is acknowledged; empty where nothing of it is. */
    Optional<LogProgress> progress(String workerId) {
        return Optional.ofNullable(acknowledged.get(workerId));
    }

    /** The batch that was announced and not acknowledged; empty if there is none. */
    List<BatchPiece> pending() {
        return List.copyOf(pending);
    }

    /** Step 1. Durable when it returns; when it throws, nothing is announced. */
    void announce(List<BatchPiece> batch) throws IOException {
        if (!pending.isEmpty()) {
            throw new IllegalStateException("a batch is announced and not acknowledged");
        }
        StringBuilder lines = new StringBuilder();
        for (BatchPiece piece : batch) {
            lines.append(line("b " + words(piece.workerId(), piece.after()) + " "
                    + piece.before().offset() + " " + words(piece.cuts())));
        }
        append(lines, true);
        pending.addAll(batch);
    }

    /** Step 2. */
    void acknowledge() throws IOException {
        append(line("a"), false);
        pending.forEach(piece -> acknowledged.put(piece.workerId(), piece.after()));
        pending.clear();
        if (length > SMALL && length > 4L * LIVE_LINE * acknowledged.size()) {
            compact();
        }
    }

    /** Forgets the workers whose files are gone. */
    void forget(Collection<String> workers) throws IOException {
        StringBuilder lines = new StringBuilder();
        workers.stream().filter(acknowledged::containsKey).forEach(worker -> lines.append(line("f " + worker)));
        if (lines.length() > 0) {
            append(lines, false);
            workers.forEach(acknowledged::remove);
        }
    }

    private void append(CharSequence lines, boolean durable) throws IOException {
        // A part of a line that a full disk left must not stand before the next one.
        out.setLength(length);
        out.seek(length);
        byte[] bytes = lines.toString().getBytes(StandardCharsets.US_ASCII);
        out.write(bytes);
        if (durable) {
            out.getFD().sync();
        }
        length += bytes.length;
    }

    private void compact() throws IOException {
        Path fresh = file.resolveSibling("journal.new");
        StringBuilder lines = new StringBuilder();
        acknowledged.forEach((worker, progress) -> lines.append(line("p " + words(worker, progress))));
        try (RandomAccessFile written = create(fresh)) {
            written.write(lines.toString().getBytes(StandardCharsets.US_ASCII));
            written.getFD().sync();
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        OwnFiles.syncDirectoryOf(file);
        RandomAccessFile old = out;
        out = new RandomAccessFile(file.toFile(), "rw");
        length = lines.length();
        old.close();
    }

    private static String line(String said) {
        CRC32 crc = new CRC32();
        crc.update(said.getBytes(StandardCharsets.US_ASCII));
        return String.format(Locale.ROOT, "%08x %s\n", crc.getValue(), said);
    }

    private static String words(String worker, LogProgress progress) {
        return worker + " " + progress.inode() + " " + progress.base() + " " + progress.offset() + " "
                + progress.time().toEpochMilli() + " " + progress.level() + " "
                + progress.mark().length() + " " + progress.mark().crc();
    }

    /** Reads a progress from the third word on. */
    private static LogProgress progress(String[] words) {
        return new LogProgress(
                Long.parseLong(words[2]),
                Long.parseLong(words[3]),
                Long.parseLong(words[4]),
                Instant.ofEpochMilli(Long.parseLong(words[5])),
                LogLevel.valueOf(words[6]),
                new LogProgress.Mark(Integer.parseInt(words[7]), Long.parseLong(words[8])));
    }

    private static String words(List<BatchPiece.Cut> cuts) {
        return cuts.stream()
                .map(cut -> cut.leftOut() > 0 ? cut.length() + "x" + cut.leftOut() : cut.length() + "")
                .collect(Collectors.joining(","));
    }

    private static List<BatchPiece.Cut> cuts(String words) {
        List<BatchPiece.Cut> cuts = new ArrayList<>();
        for (String word : words.split(",", -1)) {
            String[] numbers = word.split("x", 2);
            int leftOut = numbers.length == 1 ? 0 : Integer.parseInt(numbers[1]);
            cuts.add(new BatchPiece.Cut(Integer.parseInt(numbers[0]), leftOut));
        }
        return cuts;
    }

    @Override
    public void close() throws IOException {
        out.close();
        if (lock != null) {
            lock.close();
        }
    }
}
