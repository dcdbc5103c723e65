package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.text.Text;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's counts of out-of-memory kills: that of a control group, version 2 or 1, and that of the machine. They are
 * read before a worker starts and kept with its row, so that a host that dies loses none; what has grown when the worker
 * ends grew while it ran. Thread-safe.
 */
public final class MemoryCounters {
    /** For so long a reading serves further starts: it was taken before them, too. */
    private static final Duration FRESH = Duration.ofMillis(500);

    private static final String COUNT = "oom_kill ";
    private static final int MOST_DIGITS = 18;

    private static final Pattern KILLED = Pattern.compile(
            "(?:Memory cgroup out of memory|Out of memory(?: \\(oom_kill_allocating_task\\))?): Killed process (\\d+) \\(");

    /** The pid namespace of a machine's first processes, whose numbers the kernel's messages give. */
    private static final String FIRST_NAMESPACE = "pid:[4026531836]";

    private final Path root;
    private final Clocks timing;
    private final Supplier<List<String>> kernelLog;
    private final Optional<Path> group;
    private long readAt;
    private Map<String, @Nullable Object> last = Map.of();

    /**
     * Makes one.
     *
     * @param root where {@code /proc} and {@code /sys} are
     * @param kernelLog the kernel's messages, empty where they may not be read; asked for a kill that was counted only
     */
    public MemoryCounters(Path root, Clocks timing, Supplier<List<String>> kernelLog) {
        this.root = root;
        this.timing = timing;
        this.kernelLog = kernelLog;
        this.group = groupCounter();
        this.readAt = timing.nanos() - FRESH.toNanos();
    }

    /** The counts as a row keeps them; empty where the system tells none. */
    synchronized Map<String, @Nullable Object> now() {
        return timing.nanos() - readAt >= FRESH.toNanos() ? read() : last;
    }

    private synchronized Map<String, @Nullable Object> read() {
        Map<String, @Nullable Object> counts = new LinkedHashMap<>();
        readAt = timing.nanos();
        count(vmstat()).ifPresent(kills -> counts.put("machine", kills));
        group.ifPresent(file -> count(file).ifPresent(kills -> {
            counts.put("group", kills);
            counts.put("file", file.toString());
        }));
        last = counts;
        return counts;
    }

    /** What the counts and messages say of the time since a row was claimed; {@code counted} is the launch path's own. */
    Optional<MemoryEvidence> evidence(WorkerRow row, boolean counted) {
        Map<String, @Nullable Object> before = Detail.of(row).memoryCounts();
        Map<String, @Nullable Object> after = read();
        long ofGroup = before.get("file") instanceof String file
                ? grown(
                        before.get("group"),
                        file.equals(after.get("file"))
                                ? after.get("group")
                                : count(Path.of(file)).orElse(null))
                : 0;
        long ofMachine = grown(before.get("machine"), after.get("machine"));
        if (!counted && ofGroup <= 0 && ofMachine <= 0) {
            return Optional.empty();
        }
        Optional<String> named = Detail.identityOf(row)
                .filter(process -> process.pidNamespace().equals(FIRST_NAMESPACE))
                .flatMap(process -> named(process.pid()));
        String counts = "out-of-memory kills while it ran: "
                + (ofGroup > 0 ? ofGroup + " in its control group, " : "")
                + (ofMachine > 0 ? ofMachine + " on the machine" : "counted by its launch path");
        return Optional.of(new MemoryEvidence(
                named.isPresent(),
                named.map(line -> counts + "; the kernel's log: " + line).orElse(counts)));
    }

    private static long grown(@Nullable Object before, @Nullable Object after) {
        return before instanceof Long then && after instanceof Long now ? now - then : 0;
    }

    private Optional<String> named(long pid) {
        for (String line : kernelLog.get()) {
            Matcher killed = KILLED.matcher(line);
            if (killed.find() && killed.group(1).equals(Long.toString(pid))) {
                return Optional.of(Text.cut(Text.oneLine(line), 240));
            }
        }
        return Optional.empty();
    }

    private Path vmstat() {
        return root.resolve("proc/vmstat");
    }

    private Optional<Path> groupCounter() {
        String two = "";
        String one = "";
        for (String line : text(root.resolve("proc/self/cgroup")).lines().toList()) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && parts[0].equals("0") && parts[1].isEmpty()) {
                two = parts[2];
            } else if (parts.length == 3 && List.of(parts[1].split(",")).contains("memory")) {
                one = parts[2];
            }
        }
        Path groups = root.resolve("sys/fs/cgroup");
        for (Path file : List.of(
                below(groups, two).resolve("memory.events"),
                below(groups.resolve("memory"), one).resolve("memory.oom_control"),
                groups.resolve("memory.events"),
                groups.resolve("memory").resolve("memory.oom_control"))) {
            if (count(file).isPresent()) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    private static Path below(Path directory, String path) {
        return directory.resolve(path.replaceFirst("^/+", "")).normalize();
    }

    /** Without a regular expression: the machine's counters are long, and a restart waits for them. */
    private static Optional<Long> count(Path file) {
        String text = text(file);
        int at = text.startsWith(COUNT) ? 0 : text.indexOf("\n" + COUNT) + 1;
        if (!text.startsWith(COUNT, at)) {
            return Optional.empty();
        }
        int begin = at + COUNT.length();
        int end = text.indexOf('\n', begin);
        String digits = text.substring(begin, end < 0 ? text.length() : end);
        return !digits.isEmpty()
                        && digits.length() <= MOST_DIGITS
                        && digits.chars().allMatch(digit -> digit >= '0' && digit <= '9')
                ? Optional.of(Long.valueOf(digits))
                : Optional.empty();
    }

    /** Empty where there is none: systems tell more or less of this. */
    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException none) {
            return "";
        }
    }
}
