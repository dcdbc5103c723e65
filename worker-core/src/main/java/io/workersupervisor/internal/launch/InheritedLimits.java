package io.workersupervisor.internal.launch;

import io.workersupervisor.DataDirectoryException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The limits that a child of this process would inherit, and that a worker gets, whoever its parent is. */
public final class InheritedLimits {
    private static final Path SELF = Path.of("/proc/self");
    private static final String USUAL_UMASK = "022";

    /** The place of the nice value behind the name in {@code /proc/self/stat}. */
    private static final int NICE_FIELD = 16;

    /** Subtracted, it makes the nice value a number without sign. */
    private static final int LOWEST_NICE = -20;

    private InheritedLimits() {}

    /** The umask in octal digits. */
    public static String umask() {
        return lines("status").stream()
                .filter(line -> line.startsWith("Umask:"))
                .map(line -> line.substring("Umask:".length()).strip())
                .findFirst()
                .orElse(USUAL_UMASK);
    }

    /** The nice value from 0 for the most favoured to 39 for the least. */
    public static int niceness() {
        List<String> stat = lines("stat");
        if (stat.isEmpty()) {
            return -LOWEST_NICE;
        }
        String behindName = stat.get(stat.size() - 1);
        String[] fields = behindName.substring(behindName.lastIndexOf(')') + 2).split(" ", -1);
        return Integer.parseInt(fields[NICE_FIELD]) - LOWEST_NICE;
    }

    /** Writes {@code SOFT:HARD} of each resource in the order of the kernel's numbers, {@code -} for unlimited. */
    public static String limits() {
        return lines("limits").stream().skip(1).map(InheritedLimits::limit).collect(Collectors.joining(","));
    }

    /** Reads columns of fixed width: name, soft, hard, unit. */
    private static String limit(String line) {
        String[] columns = line.substring(26).strip().split(" +", -1);
        return (columns[0] + ":" + columns[1]).replace("unlimited", "-");
    }

    private static List<String> lines(String name) {
        Path file = SELF.resolve(name);
        try {
            return Files.exists(file) ? Files.readAllLines(file, StandardCharsets.ISO_8859_1) : List.of();
        } catch (IOException e) {
            throw new DataDirectoryException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
