package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.ProcessIdentity;
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
 * The kernel's counts and words of out-of-memory kills, held against one worker. Counts are read before a worker starts and
 * kept with its row, so that a host that dies loses none; what has grown when the worker ends grew while it ran. Thread-safe.
 *
 * <ol>
 *   <li>The kernel's log names the worker's pid, in its lifetime: proof.
 *   <li>The kernel's log can be read and names other processes alone: speaks against it.
 *   <li>The count of its control group, version 2 or 1, has grown: proof that something in the group was killed. The launch
 *       path's own count, taken at the end itself, decides where there is one.
 *   <li>The count of the machine alone has grown: a sentence, and nothing more.
 * </ol>
 */
public final class OomCounters {
    /** For so long a reading serves further starts: it was taken before them, too. */
    private static final Duration FRESH = Duration.ofMillis(500);

    private static final String COUNT = "oom_kill ";
    private static final Pattern KILLED =
            Pattern.compile("^(?:<\\d+>)?(?:\\[ *(\\d+)\\.\\d+])?.*[Oo]ut of memory\\b.*: Killed process (\\d+)[ ,]");

    /** The pid namespace of a machine's first processes, whose numbers the kernel's messages give. */
    private static final String FIRST_NAMESPACE = "pid:[4026531836]";

    private final Path root;
    private final Clocks timing;
    private final Supplier<List<String>> kernelLog;
    private final Optional<Path> group;
    private long readAt;
    private Map<String, @Nullable Object> last = Map.of();

    /**
     * Kills for want of memory while a worker ran.
     *
     * @param isCertain whether the worker itself is known to have been killed
     * @param isOurs whether something in its control group is, and nothing says that it was another process
     * @param sentence the counts and words
     */
    record Kills(boolean isCertain, boolean isOurs, String sentence) {}

    /**
     * Makes one.
     *
     * @param root where {@code /proc} and {@code /sys} are
     * @param kernelLog the kernel's messages, empty where they may not be read; asked for a kill that was counted only
     */
    public OomCounters(Path root, Clocks timing, Supplier<List<String>> kernelLog) {
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
        count(root.resolve("proc/vmstat")).ifPresent(kills -> counts.put("machine", kills));
        group.ifPresent(file -> count(file).ifPresent(kills -> {
            counts.put("group", kills);
            counts.put("file", file.toString());
        }));
        last = counts;
        return counts;
    }

    /** The kills since a row was claimed, empty if there were none; {@code counted} tells what the launch path has counted. */
    Optional<Kills> since(WorkerRow row, Optional<Boolean> counted) {
        Map<String, @Nullable Object> before = Detail.of(row).memoryCounts();
        Map<String, @Nullable Object> after = read();
        Object group = before.get("file") instanceof String file && !file.equals(after.get("file"))
                ? count(Path.of(file)).orElse(null)
                : after.get("group");
        long ofGroup = grown(before.get("group"), group);
        long ofMachine = grown(before.get("machine"), after.get("machine"));
        boolean isCounted = counted.orElse(false);
        if (!counted.orElse(true) || (!isCounted && ofGroup <= 0 && ofMachine <= 0)) {
            return Optional.empty();
        }
        String counts = "out-of-memory kills while it ran: "
                + (ofGroup > 0 ? ofGroup + " in its control group, " : "")
                + (ofMachine > 0 ? ofMachine + " on the machine" : "counted by its launch path");
        Optional<ProcessIdentity> process =
                Detail.identityOf(row).filter(known -> known.pidNamespace().equals(FIRST_NAMESPACE));
        List<Matcher> killed = process.map(this::killed).orElse(List.of());
        Optional<String> named = killed.stream()
                .filter(line -> line.group(2).equals(Long.toString(process.get().pid())))
                .map(line -> "; the kernel's log: " + Text.cut(Text.oneLine(line.group() + " ..."), 240))
                .findFirst();
        String others = killed.isEmpty() ? "" : "; the kernel's log names other processes, not this one";
        return Optional.of(new Kills(
                named.isPresent(),
                named.isPresent() || (killed.isEmpty() && (ofGroup > 0 || (isCounted && this.group.isPresent()))),
                counts + named.orElse(others)));
    }

    private static long grown(@Nullable Object before, @Nullable Object after) {
        return before instanceof Long then && after instanceof Long now ? now - then : 0;
    }

    private List<Matcher> killed(ProcessIdentity process) {
        return kernelLog.get().stream()
                .map(KILLED::matcher)
                .filter(Matcher::find)
                .filter(line ->
                        line.group(1) == null || Long.parseLong(line.group(1)) + 2 >= process.startTicks() / 100)
                .toList();
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
        return List.of(
                        below(groups, two).resolve("memory.events"),
                        below(groups.resolve("memory"), one).resolve("memory.oom_control"),
                        groups.resolve("memory.events"),
                        groups.resolve("memory").resolve("memory.oom_control"))
                .stream()
                .filter(file -> count(file).isPresent())
                .findFirst();
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
        int end = text.indexOf('\n', at);
        String digits = text.substring(at + COUNT.length(), end < 0 ? text.length() : end);
        return digits.matches("\\d{1,18}") ? Optional.of(Long.valueOf(digits)) : Optional.empty();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException none) {
            return "";
        }
    }
}
