package io.workersupervisor.examples.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The processes of one benchmark session, under any parent: those that name its directory on their command line or
 * in their environment. A process that goes while it is looked at counts nothing.
 */
final class SessionProcesses {
    private static final Path PROC = Path.of("/proc");
    private static final long KERNEL_STACK_KIB = 16;

    private SessionProcesses() {}

    static List<Long> of(Path session) {
        try (Stream<Path> all = Files.list(PROC)) {
            return all.map(path -> path.getFileName().toString())
                    .filter(name -> Character.isDigit(name.charAt(0)))
                    .filter(pid -> names(pid, "cmdline", session) || names(pid, "environ", session))
                    .map(Long::valueOf)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean names(String pid, String file, Path session) {
        return read(PROC.resolve(pid).resolve(file)).contains(session.toString());
    }

    /** Tells whether a process is there; a zombie is. */
    static boolean exists(long pid) {
        return Files.exists(PROC.resolve(Long.toString(pid)));
    }

    /** Proportional memory, page tables and kernel stacks, KiB; resident memory where the proportion cannot be read. */
    static long memoryKib(List<Long> pids) {
        long sum = 0;
        for (long pid : pids) {
            Path process = PROC.resolve(Long.toString(pid));
            String status = read(process.resolve("status"));
            String rollup = read(process.resolve("smaps_rollup"));
            sum += rollup.contains("\nPss:") ? number(rollup, "Pss:") : number(status, "VmRSS:");
            sum += number(status, "VmPTE:") + KERNEL_STACK_KIB * number(status, "Threads:");
        }
        return sum;
    }

    /** CPU time of each of their threads; those that have ended are not in it. */
    static Map<String, Long> cpuNanos(List<Long> pids) {
        Map<String, Long> nanos = new HashMap<>();
        for (long pid : pids) {
            for (Path task : tasks(pid)) {
                String times = read(task.resolve("schedstat"));
                if (!times.isEmpty()) {
                    nanos.put(task.toString(), Long.valueOf(times.substring(0, times.indexOf(' '))));
                }
            }
        }
        return nanos;
    }

    private static List<Path> tasks(long pid) {
        List<Path> tasks = new ArrayList<>();
        try (Stream<Path> all = Files.list(PROC.resolve(pid + "/task"))) {
            all.forEach(tasks::add);
        } catch (IOException | UncheckedIOException gone) {
            return List.of();
        }
        return tasks;
    }

    /** The first number behind a name at the beginning of a line; 0 if it is not there. */
    static long number(String text, String name) {
        for (String line : text.split("\n", -1)) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.substring(name.length()).strip().split("\\s+", -1)[0]);
            }
        }
        return 0;
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException goneOrForeign) {
            return "";
        }
    }
}
