package io.workersupervisor.internal.launch.keeper;

import io.workersupervisor.internal.directory.OwnFiles;
import io.workersupervisor.internal.machine.ProcFs.Stat;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The properties a worker inherits and no request can set; a keeper serves one set of them.
 *
 * <p>It is named by the build of the keeper and a hash over user, groups, capabilities, filters of system calls, security
 * label, namespaces, control group, root directory, the processors and memory nodes that may be used, policy of scheduling,
 * personality, contents of core dumps, the preference of the out-of-memory killer, and niceness, which may be raised and not
 * lowered again, as {@code /proc/self} shows them. The name is that of its directory below {@code data/keeper}.
 */
public record KeeperContext(String name) {
    private static final List<String> LINKS = List.of("ns/pid", "ns/mnt", "ns/net", "root");
    /** Links that not every kernel has. */
    private static final List<String> MORE_LINKS = List.of("ns/user", "ns/ipc", "ns/uts", "ns/time");

    private static final List<String> MORE_FILES =
            List.of("attr/current", "oom_score_adj", "personality", "coredump_filter");

    private static final List<String> STATUS = List.of(
            "Uid: Gid: Groups: CapInh: CapPrm: CapBnd: CapAmb: NoNewPrivs: Seccomp: Seccomp_filters: Cpus_allowed: Mems_allowed:"
                    .split(" ", -1));

    public static KeeperContext current(KeeperBinary binary) throws KeeperUnavailableException {
        return of(binary, Path.of("/proc/self"));
    }

    static KeeperContext of(KeeperBinary binary, Path self) throws KeeperUnavailableException {
        try {
            List<String> parts = new ArrayList<>();
            for (String link : LINKS) {
                parts.add(Files.readSymbolicLink(self.resolve(link)).toString());
            }
            parts.add(Files.readString(self.resolve("cgroup"), StandardCharsets.ISO_8859_1));
            String[] stat = Stat.fields(Files.readString(self.resolve("stat"), StandardCharsets.ISO_8859_1));
            parts.add("niceness " + stat[16] + " priority " + stat[37] + " policy " + stat[38]);
            MORE_LINKS.forEach(link -> parts.add(
                    ifThere(() -> Files.readSymbolicLink(self.resolve(link)).toString())));
            MORE_FILES.forEach(file ->
                    parts.add(ifThere(() -> Files.readString(self.resolve(file), StandardCharsets.ISO_8859_1))));
            Files.readAllLines(self.resolve("status"), StandardCharsets.ISO_8859_1).stream()
                    .filter(line -> STATUS.stream().anyMatch(line::startsWith))
                    .forEach(parts::add);
            byte[] text = String.join("\n", parts).getBytes(StandardCharsets.ISO_8859_1);
            return new KeeperContext(
                    binary.version() + "-" + OwnFiles.sha256(text).substring(0, 12));
        } catch (IOException e) {
            throw new KeeperUnavailableException("this process's context cannot be read: " + Text.reason(e));
        }
    }

    /** Reads a file or link of the kernel. */
    @FunctionalInterface
    private interface Reading {
        String read() throws IOException;
    }

    /** Empty where the kernel says nothing; it does so to all processes of the user. */
    private static String ifThere(Reading reading) {
        try {
            return reading.read();
        } catch (IOException none) {
            return "";
        }
    }
}
