package io.workersupervisor.internal.launch;

import io.workersupervisor.internal.machine.Kernel;
import io.workersupervisor.internal.machine.ProcFs.Stat;
import io.workersupervisor.internal.machine.SmallFile;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The limits that a child of this process would inherit, and that a worker gets, whoever its parent is.
 *
 * @param umask in octal digits
 * @param niceness from 0 for the most favoured to 39 for the least
 * @param limits {@code SOFT:HARD} of each resource in the order of the kernel's numbers, {@code -} for unlimited
 */
public record InheritedLimits(String umask, int niceness, String limits) {
    /** The usual ones where the system has no {@code /proc}. */
    public static InheritedLimits current() {
        List<String> stat = lines("stat");
        int nice = stat.isEmpty() ? 0 : Integer.parseInt(Stat.fields(stat.get(stat.size() - 1))[16]);
        return new InheritedLimits(
                Kernel.umask(),
                nice + 20,
                lines("limits").stream().skip(1).map(InheritedLimits::limit).collect(Collectors.joining(",")));
    }

    /** Reads columns of fixed width: name, soft, hard, unit. */
    private static String limit(String line) {
        String[] columns = line.substring(26).strip().split(" +", -1);
        return (columns[0] + ":" + columns[1]).replace("unlimited", "-");
    }

    private static List<String> lines(String name) {
        return SmallFile.read(Path.of("/proc/self", name)).orElse("").lines().toList();
    }
}
