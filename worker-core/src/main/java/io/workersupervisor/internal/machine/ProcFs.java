package io.workersupervisor.internal.machine;

import io.workersupervisor.DataDirectoryException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads {@code /proc}. Nothing here decides; absent and hidden processes are told apart. */
public final class ProcFs {
    private final Path root;
    private final SharedReading<List<Stat>> table;

    ProcFs(Path root) {
        this.root = root;
        this.table = new SharedReading<>(
                () -> processes().stream().flatMap(pid -> stat(pid).stream()).toList());
    }

    public static ProcFs system() {
        return new ProcFs(Path.of("/proc"));
    }

    /**
     * One line of {@code /proc/PID/stat}. Start ticks are hundredths of a second since boot; the address space of kernel
     * threads and zombies is 0; the wait status of a zombie, which its parent will get, is 0 where it is hidden.
     */
    public record Stat(
            long pid,
            char state,
            long group,
            long session,
            int threads,
            long startTicks,
            long virtualBytes,
            int waitStatus) {
        /** The leader of a thread group may be gone while its other threads run. */
        public boolean isDead() {
            return (state == 'Z' || state == 'X' || state == 'x') && threads <= 1;
        }

        /** The fields from the state on. They stand behind the program's name, which may hold any character. */
        public static String[] fields(String line) {
            return line.substring(line.lastIndexOf(')') + 2).strip().split(" ", -1);
        }

        static Stat parse(String line) {
            int open = line.indexOf(' ');
            String[] fields = fields(line);
            return new Stat(
                    Long.parseLong(line.substring(0, open)),
                    fields[0].charAt(0),
                    Long.parseLong(fields[2]),
                    Long.parseLong(fields[3]),
                    Integer.parseInt(fields[17]),
                    Long.parseLong(fields[19]),
                    Long.parseUnsignedLong(fields[20]),
                    fields.length > 49 ? Integer.parseInt(fields[49]) : 0);
        }
    }

    /** Empty if there is nothing to read, which is evidence only where {@link #isComplete}. */
    public Optional<Stat> stat(long pid) {
        try {
            return Optional.of(Stat.parse(SmallFile.bytes(file(pid, "stat"))));
        } catch (IOException | IndexOutOfBoundsException | NumberFormatException gone) {
            // The process can end between open and read, which then fails or gives nothing.
            return Optional.empty();
        }
    }

    /** {@link #stat} of every process that can be seen; one reading serves everybody who asked before it began. */
    public List<Stat> table() {
        return table.read();
    }

    /** Process 1 exists in every pid namespace: where it cannot be seen, others are hidden as well. */
    public boolean isComplete() {
        return stat(1).isPresent();
    }

    /** True if the process has no entry; false where its entry cannot be read, for want of descriptors say. */
    boolean isAbsent(long pid) {
        return Files.notExists(root.resolve(Long.toString(pid)));
    }

    /**
     * The process's environment as it was at its exec, {@code NAME=VALUE} each ended by NUL. Empty if it may not be read
     * or the process is gone; an empty text means that it has none yet, or none at all.
     */
    public Optional<String> environment(long pid) {
        try {
            return Optional.of("\0" + SmallFile.bytes(file(pid, "environ")));
        } catch (IOException hidden) {
            return Optional.empty();
        }
    }

    /** The words of its command line, each ended by NUL; empty if there are none to be read. */
    public String commandLine(long pid) {
        try {
            return "\0" + SmallFile.bytes(file(pid, "cmdline"));
        } catch (IOException hidden) {
            return "";
        }
    }

    /** True if the process has the file open; false where its descriptors may not be read. */
    public boolean hasOpen(long pid, Path file) {
        return anyDescriptor(pid, file, descriptor -> true);
    }

    /**
     * True if the process has the exclusive lock of the file, which it took or inherited; having the file open is not
     * enough. False where that may not be seen, and where the kernel does not show it.
     */
    public boolean holdsLock(long pid, Path file) {
        return anyDescriptor(
                pid,
                file,
                descriptor -> SmallFile.bytes(file(pid, "fdinfo").resolve(descriptor.getFileName()))
                        .lines()
                        .anyMatch(line ->
                                line.startsWith("lock:") && line.contains(" FLOCK ") && line.contains(" WRITE ")));
    }

    /** A question about an open descriptor. */
    @FunctionalInterface
    private interface Question {
        boolean isTrue(Path descriptor) throws IOException;
    }

    private boolean anyDescriptor(long pid, Path file, Question question) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(file(pid, "fd"))) {
            for (Path descriptor : descriptors) {
                if (isSame(descriptor, file) && question.isTrue(descriptor)) {
                    return true;
                }
            }
            return false;
        } catch (IOException | DirectoryIteratorException hidden) {
            Descriptors.requireOne();
            return false;
        }
    }

    private static boolean isSame(Path descriptor, Path file) {
        try {
            return Files.isSameFile(descriptor, file);
        } catch (IOException closed) {
            // Closed while it was looked at, or not a file.
            return false;
        }
    }

    /** Every process that can be seen; none where the system has no {@code /proc}. */
    public List<Long> processes() {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        List<Long> pids = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root, "[0-9]*")) {
            for (Path entry : entries) {
                pids.add(Long.parseLong(entry.getFileName().toString()));
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new DataDirectoryException("cannot list the processes in " + root + ": " + e.getMessage(), e);
        }
        return pids;
    }

    /** Demands that the environment of this process can be read: where it cannot, nothing was seen of others either. */
    void requireReadable() {
        Path own = root.resolve("self").resolve("environ");
        try {
            if (Files.isDirectory(root)) {
                SmallFile.bytes(own);
            }
        } catch (IOException e) {
            throw new DataDirectoryException("cannot read " + own + ": " + e.getMessage(), e);
        }
    }

    /** Hundredths of a second since boot, the scale of start ticks; 0 where the system has none. */
    public long uptimeTicks() {
        try {
            String first = SmallFile.bytes(root.resolve("uptime")).split(" ", -1)[0];
            return (long) (Double.parseDouble(first) * 100);
        } catch (IOException none) {
            return 0;
        }
    }

    private Path file(long pid, String name) {
        return root.resolve(Long.toString(pid)).resolve(name);
    }
}
