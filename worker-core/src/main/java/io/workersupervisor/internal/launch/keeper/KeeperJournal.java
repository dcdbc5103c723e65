package io.workersupervisor.internal.launch.keeper;

import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.ResourceUsage;
import io.workersupervisor.internal.launch.LaunchRecords;
import io.workersupervisor.internal.text.SignalName;
import io.workersupervisor.internal.text.Text;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The journal of one keeper, living or dead, as far as it was written when it was last read. A keeper writes a worker's end
 * here before it releases the worker's lock, so a process that sees the lock free finds the end. Thread-safe.
 *
 * <pre>
 * K version context pid ticks
 * B id account epoch boot pid_ns time_ns pid ticks lease
 * E id status ended_ms rss_kib user_us sys_us oom sent group left
 * L id        its lock was held by others when its end was written
 * A id        acknowledged
 * </pre>
 *
 * A line without its newline is not there yet; a line that cannot be understood proves nothing and is passed over.
 */
final class KeeperJournal {
    private static final String NONE = "-";
    private static final int KILL = 9;
    private static final int MOST_AT_ONCE = 1 << 20;

    private final Path file;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private @Nullable RandomAccessFile opened;
    private @Nullable Object key;
    private long read;
    private long keeper;

    KeeperJournal(Path file) {
        this.file = file;
    }

    /** Birth and end of one worker that is not acknowledged. */
    record Entry(Optional<LaunchRecords.Birth> birth, Optional<LaunchRecords.Exit> exit) {}

    synchronized Optional<Entry> find(String workerId) {
        refresh();
        return Optional.ofNullable(entries.get(workerId));
    }

    synchronized Map<String, Entry> all() {
        refresh();
        return Map.copyOf(entries);
    }

    /**
     * Reads what has been added, or everything where the file was written anew, until nothing is left to be read. The file
     * stays open while it is the one in place: its inode is given to no other meanwhile.
     */
    private void refresh() {
        try {
            while (true) {
                BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
                if (!now.fileKey().equals(key) || now.size() < read) {
                    open();
                } else if (now.size() == read) {
                    return;
                }
                if (!readOn() && key().equals(key)) {
                    return;
                }
            }
        } catch (NoSuchFileException none) {
            forget();
        } catch (IOException e) {
            throw new DataDirectoryException(file + " cannot be read: " + Text.reason(e), e);
        }
    }

    private void forget() {
        entries.clear();
        key = null;
        read = 0;
    }

    /** The opened file is the one in place only if that is the same before and after. */
    private void open() throws IOException {
        forget();
        RandomAccessFile before = opened;
        if (before != null) {
            before.close();
            opened = null;
        }
        Object first = key();
        opened = opened();
        key = first.equals(key()) ? first : null;
    }

    private Object key() throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    /** A keeper that leaves takes its journal along; any other failure, such as no descriptors, is an error. */
    private RandomAccessFile opened() throws IOException {
        try {
            return new RandomAccessFile(file.toFile(), "r");
        } catch (FileNotFoundException e) {
            throw Files.exists(file) ? e : new NoSuchFileException(file.toString());
        }
    }

    /** Reads by a stream, as an interrupt of the thread makes a channel fail; true if whole lines were read. */
    private boolean readOn() throws IOException {
        RandomAccessFile in = opened;
        if (in == null || key == null) {
            return false;
        }
        byte[] more = new byte[(int) Math.min(Math.max(in.length() - read, 0), MOST_AT_ONCE)];
        in.seek(read);
        in.readFully(more);
        String text = new String(more, StandardCharsets.ISO_8859_1);
        int end = text.lastIndexOf('\n') + 1;
        text.substring(0, end).lines().forEach(this::line);
        read += end;
        return end > 0;
    }

    private void line(String line) {
        String[] words = line.split(" ", -1);
        try {
            switch (words[0]) {
                case "K" -> keeper = Long.parseLong(words[3]);
                case "B" ->
                    entries.put(
                            words[1], new Entry(Optional.of(LaunchRecords.Birth.of(words, keeper)), Optional.empty()));
                case "E" -> change(words[1], entry -> new Entry(entry.birth(), Optional.of(exit(words))));
                case "L" -> change(words[1], KeeperJournal::lockLeft);
                case "A" -> entries.remove(words[1]);
                default -> {}
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException damaged) {
            // Lock and environments decide without it.
            return;
        }
    }

    private void change(String workerId, UnaryOperator<Entry> change) {
        Entry seen = entries.getOrDefault(workerId, new Entry(Optional.empty(), Optional.empty()));
        entries.put(workerId, change.apply(seen));
    }

    private static LaunchRecords.Exit exit(String[] words) {
        long kills = Long.parseLong(words[7]);
        int sent = Integer.parseInt(words[8]);
        List<String> evidence = new ArrayList<>();
        if (sent > 0) {
            evidence.add("the last signal that a host sent it was " + SignalName.of(sent));
        }
        if (words[9].equals("1")) {
            evidence.add("other processes of its group outlived it");
        }
        boolean known = !words[2].equals(NONE);
        return new LaunchRecords.Exit(
                known
                        ? ExitStatus.ofWait(Integer.parseInt(words[2]))
                        : new ExitStatus.Unknown(
                                "its keeper had died before it, and the kernel does not tell any more"),
                Instant.ofEpochMilli(Long.parseLong(words[3])),
                evidence,
                usage(words),
                known && (kills == 0 || sent != KILL) ? Optional.of(kills > 0) : Optional.empty(),
                sent,
                words[10].equals("0"));
    }

    /** Empty where another keeper had started it: nothing is counted of a process that is no child. */
    private static Optional<ResourceUsage> usage(String[] words) {
        long peak = Long.parseLong(words[4]);
        return peak == 0
                ? Optional.empty()
                : Optional.of(new ResourceUsage(peak << 10, micros(words[5]), micros(words[6])));
    }

    private static Duration micros(String word) {
        return Duration.of(Long.parseLong(word), ChronoUnit.MICROS);
    }

    private static Entry lockLeft(Entry entry) {
        return new Entry(entry.birth(), entry.exit().map(exit -> {
            List<String> evidence = new ArrayList<>(exit.evidence());
            evidence.add("its lock was held on by what it left behind");
            return new LaunchRecords.Exit(
                    exit.status(), exit.at(), evidence, exit.usage(), exit.outOfMemory(), exit.signalled(), false);
        }));
    }
}
