package io.workersupervisor.internal.machine;

import io.workersupervisor.DataDirectoryException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads {@code /proc}. Nothing here decides; absent and hidden processes are told apart. */
public final class ProcFs {
    private static final long AUXV_PAGE_SIZE = 6;
    private static final long USUAL_PAGE = 4_096;

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
     * threads and zombies is 0; CPU ticks, as many to a second, are its own and those of children that it has waited for; the
     * wait status of a zombie, which its parent will get, is 0 where it is hidden.
     */
    public record Stat(
            long pid,
            char state,
            long parent,
            long group,
            long session,
            long cpuTicks,
            int threads,
            long startTicks,
            long virtualBytes,
            long residentPages,
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
            long cpu = 0;
            for (int field = 11; field < 15; field++) {
                cpu += Long.parseLong(fields[field]);
            }
            return new Stat(
                    Long.parseLong(line.substring(0, open)),
                    fields[0].charAt(0),
                    Long.parseLong(fields[1]),
                    Long.parseLong(fields[2]),
                    Long.parseLong(fields[3]),
                    cpu,
                    Integer.parseInt(fields[17]),
                    Long.parseLong(fields[19]),
                    Long.parseUnsignedLong(fields[20]),
                    Long.parseLong(fields[21]),
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

    /** Resident memory in which what processes share counts in parts; empty where it may not be read. */
    OptionalLong proportionalBytes(long pid) {
        try {
            return SmallFile.bytes(file(pid, "smaps_rollup"))
                    .lines()
                    .filter(line -> line.startsWith("Pss:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                    .findFirst();
        } catch (IOException | NumberFormatException hidden) {
            return OptionalLong.empty();
        }
    }

    /** The size of a memory page, as the kernel told this process at its exec; 4 KiB where it did not. */
    long pageBytes() {
        try {
            ByteBuffer pairs = ByteBuffer.wrap(
                            SmallFile.bytes(root.resolve("self").resolve("auxv"))
                                    .getBytes(StandardCharsets.ISO_8859_1))
                    .order(ByteOrder.nativeOrder());
            while (pairs.remaining() >= 2 * Long.BYTES) {
                long key = pairs.getLong();
                long value = pairs.getLong();
                if (key == AUXV_PAGE_SIZE) {
                    return value;
                }
            }
        } catch (IOException hidden) {
            // A system without it has pages of this size almost always.
            return USUAL_PAGE;
        }
        return USUAL_PAGE;
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
