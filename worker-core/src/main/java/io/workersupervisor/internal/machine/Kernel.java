package io.workersupervisor.internal.machine;

import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The running kernel and the namespaces of this process; a text is empty where the system has no such thing. */
public record Kernel(String machineId, String bootId, String pidNamespace, String timeNamespace) {
    public static Kernel current() {
        return new Kernel(
                line("/etc/machine-id"),
                line("/proc/sys/kernel/random/boot_id"),
                link(Path.of("/proc/self/ns/pid")),
                link(Path.of("/proc/self/ns/time")));
    }

    /** The identity of a process of this kernel; a tick of 0 means that the system has none. */
    public ProcessIdentity identity(long pid, long ticks) {
        long millis = ticks == 0 ? ProcessIdentity.startMillis(pid) : 0;
        return new ProcessIdentity(pid, ticks, millis, bootId, pidNamespace, timeNamespace);
    }

    /** The name of this machine, for people; empty where the system does not tell it. */
    public static String hostName() {
        return line("/proc/sys/kernel/hostname");
    }

    /** True if an identity was recorded in this boot and in these namespaces. */
    public boolean isHere(ProcessIdentity identity) {
        return identity.bootId().equals(bootId) && isInTheseNamespaces(identity);
    }

    /** True if the numbers of an identity were read in the namespaces of this process, in whatever boot. */
    public boolean isInTheseNamespaces(ProcessIdentity identity) {
        return identity.pidNamespace().equals(pidNamespace)
                && identity.timeNamespace().equals(timeNamespace);
    }

    /** Linux has everything; other systems with POSIX tools lack ticks, namespaces and readable environments. */
    public static boolean isLinux() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux");
    }

    public static void requireSupported() {
        String system = System.getProperty("os.name", "unknown");
        if (system.toLowerCase(Locale.ROOT).startsWith("windows")) {
            throw new DataDirectoryException("workers cannot be supervised on " + system
                    + ": it has no lock that a worker could hold for its account; use Linux");
        }
    }

    /** In octal digits; the usual one where the system does not tell. */
    public static String umask() {
        return SmallFile.read(Path.of("/proc/self/status"))
                .orElse("")
                .lines()
                .filter(line -> line.startsWith("Umask:"))
                .map(line -> line.substring("Umask:".length()).strip())
                .findFirst()
                .orElse("022");
    }

    /** Refuses a umask that would make all that is made here unusable for this user himself. */
    public static void requireUsableUmask() {
        String umask = umask();
        if ((Integer.parseInt(umask, 8) & 0700) != 0) {
            throw new DataDirectoryException("the umask is " + umask
                    + ", with which this process could not use its own files: begin it with umask 022 or 077");
        }
    }

    /** The effective user of this process. */
    public static int userId() throws IOException {
        Path self = Path.of("/proc/self");
        if (Files.exists(self)) {
            return (Integer) Files.getAttribute(self, "unix:uid");
        }
        Path probe = Files.createTempFile("owner", "");
        try {
            return (Integer) Files.getAttribute(probe, "unix:uid");
        } finally {
            Files.delete(probe);
        }
    }

    private static String line(String file) {
        return SmallFile.read(Path.of(file)).orElse("").strip();
    }

    private static String link(Path file) {
        try {
            return Files.isSymbolicLink(file) ? Files.readSymbolicLink(file).toString() : "";
        } catch (IOException e) {
            throw new DataDirectoryException("cannot read " + file + ": " + Text.reason(e), e);
        }
    }
}
