package io.workersupervisor.internal.logs;

import io.workersupervisor.LogLevel;
import io.workersupervisor.internal.directory.OwnFiles;
import io.workersupervisor.internal.directory.ProcessLock;
import java.io.Closeable;
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
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
 *   p WORKER INODE BASE OFFSET TIME LEVEL MARK CRC MORE                           acknowledged to here
 *   b WORKER INODE BASE OFFSET TIME LEVEL MARK CRC START LEN,... MORE TIME,...   announced to here; LENxN leaves N entries
 *                                                                                 out, x-1 were handed on before;
 *                                                                                 iTIME is inferred; MORE is the
 *                                                                                 shift and the mark of the head
 *   a TIME                                                                        the batch announced is acknowledged, and
 *                                                                                 all files were looked at
 *   f WORKER                                                                      the file is gone
 * </pre>
 *
 * Not thread-safe; one process has it open for writing, others may read it meanwhile.
 */
final class CheckpointJournal implements AutoCloseable {
    private static final long SMALL = 1 << 20;
    private static final int LIVE_LINE = 128;

    private final Path file;
    private final Contents contents;
    private RandomAccessFile out;
    private @Nullable ProcessLock lock;
    /** The end of the lines that were written whole. */
    private long length;

    /** The meaning of the lines of a journal. */
    private static final class Contents {
        final Map<String, LogProgress> acknowledged = new LinkedHashMap<>();
        final Map<String, List<LogProgress>> steps = new HashMap<>();
        final List<BatchPiece> pending = new ArrayList<>();
        Instant looked = Instant.EPOCH;

        /** The number of bytes that could be read. */
        long replay(Path file) throws IOException {
            String text = new String(Files.readAllBytes(file), StandardCharsets.US_ASCII);
            int from = 0;
            for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
                String said = text.substring(Math.min(end, from + 9), end);
                if (!text.startsWith(line(said), from) || !apply(said.split(" ", -1))) {
                    break;
                }
                from = end + 1;
            }
            return from;
        }

        private boolean apply(String[] words) {
            switch (words[0]) {
                case "p" -> acknowledged.put(words[1], step(words, 9));
                case "b" -> {
                    LogProgress after = step(words, 11);
                    LogProgress last = acknowledged.getOrDefault(words[1], LogProgress.begin(after.inode()));
                    LogProgress before = after.with(Long.parseLong(words[9]), last.time(), last.level());
                    pending.add(new BatchPiece(words[1], before, cuts(words[10]), stamps(words), after));
                }
                case "a" -> acknowledge(words.length > 1 ? Instant.ofEpochMilli(Long.parseLong(words[1])) : looked);
                case "f" -> acknowledged.remove(words[1]);
                default -> {
                    // A line of a later version: its meaning is unknown, and so is all behind it.
                    return false;
                }
            }
            return true;
        }

        private LogProgress step(String[] words, int more) {
            LogProgress step = progress(words, more);
            steps.computeIfAbsent(words[1], first -> new ArrayList<>()).add(step);
            return step;
        }

        void acknowledge(Instant at) {
            pending.forEach(piece -> acknowledged.put(piece.workerId(), piece.after()));
            pending.clear();
            looked = at;
        }
    }

    private CheckpointJournal(Path file, RandomAccessFile out, Contents contents) {
        this.file = file;
        this.out = out;
        this.contents = contents;
    }

    /** Locks a directory and opens its journal, without workers whose files are gone; null where another host has the lock. */
    static @Nullable CheckpointJournal lock(Path directory, LogFeed feed) throws IOException {
        ProcessLock lock = ProcessLock.tryLock(directory, "lock").orElse(null);
        if (lock == null) {
            return null;
        }
        Closeable held = lock::close;
        try {
            CheckpointJournal journal = open(directory);
            journal.lock = lock;
            held = journal::close;
            journal.forget(feed.gone(journal.contents.acknowledged.keySet()));
            return journal;
        } catch (IOException | RuntimeException failed) {
            held.close();
            throw failed;
        }
    }

    /** Opens the journal of a directory, which is made if it is missing; a torn end is cut off. */
    static CheckpointJournal open(Path directory) throws IOException {
        OwnFiles.makeDirectories(directory);
        Path file = directory.resolve("journal");
        Files.deleteIfExists(directory.resolve("journal.new"));
        CheckpointJournal journal = new CheckpointJournal(file, create(file), new Contents());
        try {
            journal.length = journal.contents.replay(file);
        } catch (IOException | RuntimeException failed) {
            journal.close();
            throw failed;
        }
        journal.contents.steps.clear();
        return journal;
    }

    /** Makes a sink count, although it has nothing yet. */
    static void make(Path directory) throws IOException {
        OwnFiles.makeDirectories(directory);
        create(directory.resolve("journal")).close();
    }

    /** Reads a journal that another process may be writing. */
    static Map<String, LogProgress> readOnly(Path directory) throws IOException {
        return contents(directory).acknowledged;
    }

    /** The places up to which files were handed on one after the other, each with its time, as far back as they are kept. */
    static Map<String, List<LogProgress>> steps(Path directory) throws IOException {
        return contents(directory).steps;
    }

    private static Contents contents(Path directory) throws IOException {
        Contents contents = new Contents();
        try {
            contents.replay(directory.resolve("journal"));
        } catch (NoSuchFileException nothingYet) {
            return new Contents();
        }
        return contents;
    }

    private static RandomAccessFile create(Path file) throws IOException {
        if (Files.notExists(file)) {
            OwnFiles.make(file);
        }
        return new RandomAccessFile(file.toFile(), "rw");
    }

    /** The place up to which a worker's file is acknowledged; empty where nothing of it is. */
    Optional<LogProgress> progress(String workerId) {
        return Optional.ofNullable(contents.acknowledged.get(workerId));
    }

    /** The place up to which a worker's file is announced, and will be acknowledged before anything else is announced. */
    Optional<LogProgress> announced(String workerId) {
        return contents.pending.stream()
                .filter(piece -> piece.workerId().equals(workerId))
                .map(BatchPiece::after)
                .findFirst()
                .or(() -> progress(workerId));
    }

    /** The batch that was announced and not acknowledged; empty if there is none. */
    List<BatchPiece> pending() {
        return List.copyOf(contents.pending);
    }

    /** Step 1. Durable when it returns; when it throws, nothing is announced. */
    void announce(List<BatchPiece> batch) throws IOException {
        if (!contents.pending.isEmpty()) {
            throw new IllegalStateException("a batch is announced and not acknowledged");
        }
        StringBuilder lines = new StringBuilder();
        for (BatchPiece piece : batch) {
            lines.append(line("b " + words(piece.workerId(), piece.after()) + " "
                    + piece.before().offset() + " " + words(piece.cuts()) + " "
                    + more(piece.after()) + " " + stamps(piece.times())));
        }
        append(lines, true);
        contents.pending.addAll(batch);
    }

    /** The time at which all was handed on that workers had written; the epoch where there was none. */
    Instant looked() {
        return contents.looked;
    }

    /** Step 2; by a time all is handed on that workers had written. */
    void acknowledge(Instant looked) throws IOException {
        append(line("a " + looked.toEpochMilli()), false);
        contents.acknowledge(looked);
        if (length > SMALL && length > 4L * LIVE_LINE * contents.acknowledged.size()) {
            compact();
        }
    }

    /** Forgets the workers whose files are gone. */
    void forget(Collection<String> workers) throws IOException {
        StringBuilder lines = new StringBuilder();
        workers.stream()
                .filter(contents.acknowledged::containsKey)
                .forEach(worker -> lines.append(line("f " + worker)));
        if (lines.length() > 0) {
            append(lines, false);
            workers.forEach(contents.acknowledged::remove);
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
        StringBuilder lines = new StringBuilder(line("a " + contents.looked.toEpochMilli()));
        contents.acknowledged.forEach(
                (worker, progress) -> lines.append(line("p " + words(worker, progress) + " " + more(progress))));
        // It stays open: once it is renamed, no step that may fail stands before the writing to it.
        RandomAccessFile spare = create(fresh);
        try {
            spare.setLength(0);
            spare.write(lines.toString().getBytes(StandardCharsets.US_ASCII));
            spare.getFD().sync();
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            RandomAccessFile written = spare;
            spare = out;
            out = written;
            length = lines.length();
            OwnFiles.syncDirectoryOf(file);
        } finally {
            spare.close();
        }
    }

    private static String line(String said) {
        CRC32 crc = new CRC32();
        crc.update(said.getBytes(StandardCharsets.US_ASCII));
        return HexFormat.of().toHexDigits(crc.getValue(), 8) + " " + said + "\n";
    }

    private static String words(String worker, LogProgress progress) {
        return worker + " " + progress.inode() + " " + progress.base() + " " + progress.offset() + " "
                + progress.time().toEpochMilli() + " " + progress.level() + " "
                + progress.mark().length() + " " + progress.mark().crc();
    }

    /** The shift and the mark of the first bytes. */
    private static String more(LogProgress progress) {
        return progress.shift() + ":" + progress.head().length() + ":"
                + progress.head().crc();
    }

    /** Reads a progress from the third word on; the words of a version before this one are fewer. */
    private static LogProgress progress(String[] words, int index) {
        String[] more = (words.length > index ? words[index] : "0:0:0").split(":", 3);
        return new LogProgress(
                Long.parseLong(words[2]),
                Long.parseLong(words[3]),
                Long.parseLong(words[4]),
                Instant.ofEpochMilli(Long.parseLong(words[5])),
                LogLevel.valueOf(words[6]),
                new LogProgress.Mark(Integer.parseInt(words[7]), Long.parseLong(words[8])),
                new LogProgress.Mark(Integer.parseInt(more[1]), Long.parseLong(more[2])),
                Integer.parseInt(more[0]));
    }

    private static String stamps(List<EntryTimes.Stamp> times) {
        return times.stream()
                .map(stamp -> (stamp.inferred() ? "i" : "") + stamp.time().toEpochMilli())
                .collect(Collectors.joining(","));
    }

    private static List<EntryTimes.Stamp> stamps(String[] words) {
        return Stream.of(words.length > 12 ? words[12].split(",", -1) : new String[0])
                .filter(word -> !word.isEmpty())
                .map(word -> new EntryTimes.Stamp(
                        Instant.ofEpochMilli(Long.parseLong(word.replace("i", ""))), word.startsWith("i")))
                .toList();
    }

    private static String words(List<BatchPiece.Cut> cuts) {
        return cuts.stream()
                .map(cut -> cut.leftOut() != 0 ? cut.length() + "x" + cut.leftOut() : cut.length() + "")
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
