package io.workersupervisor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Something of the machine that a test may need beyond a JDK, Maven, Linux and the basic tools of a shell. {@link Needs} on a
 * class or a method names it. Each is known to people by its {@link #label()}.
 */
public enum Need {
    BASH,
    BUSYBOX,
    DASH,
    FLOCK,
    PERL,
    PRLIMIT,
    /** Makes a terminal. */
    SCRIPT,
    SETPRIV,
    SETSID,
    /** With all of its standard library, of which small installations leave parts out. */
    PYTHON3,
    /** The program, and a temporary directory on a file system that can free a part of a file. */
    FALLOCATE,
    /** A locale in which any letter may stand in a file's name; a container often has none. */
    UTF_8,
    /** The user. */
    ROOT,
    /** The program, and the right to mount a file system. */
    MOUNT,
    /** The program, and the right to make namespaces of mounts and of processes. */
    UNSHARE,
    /** A temporary directory on a file system that has leases; perl asks for one. */
    LEASES,
    /** The right to filter system calls; perl asks for it. */
    SECCOMP,
    /** {@code @NeedsMongod} looks for it, in more places than one. */
    MONGOD,
    /** Rare: servers that belong to the tests and may be killed, unlike those of {@code WORKER_MONGO_URI}. */
    OWN_MONGOD,
    /** Rare: the busybox of some systems comes without it. */
    BUSYBOX_FLOCK,
    /** Rare: a kernel that lets a process choose the number of the next one. */
    NS_LAST_PID,
    /** Rare: a group of processes whose number this user can limit. */
    PIDS_GROUP,
    /** Rare: a kernel that runs no programs of other machines, as it does with an emulator. */
    NO_EMULATOR;

    /** Allows every call. */
    private static final String FILTER = """
            my $prctl = `uname -m` =~ /x86_64/ ? 157 : 167;
            my $all = pack("SCCL", 6, 0, 0, 0x7fff0000);
            my $program = pack("Sx![P]P", 1, $all);
            exit(syscall($prctl, 38, 1, 0, 0, 0) || syscall($prctl, 22, 2, $program) ? 1 : 0);
            """;

    private static final Map<Need, Boolean> FOUND = new ConcurrentHashMap<>();

    /** The name that people use: of a program, it is the program's. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The place of the program of this name. */
    public Path path() {
        return find().orElseThrow(() -> new IllegalStateException(label() + " is not on the PATH"));
    }

    /** Never required, since some good machines cannot have it. */
    boolean isRare() {
        return switch (this) {
            case OWN_MONGOD, BUSYBOX_FLOCK, NS_LAST_PID, PIDS_GROUP, NO_EMULATOR -> true;
            default -> false;
        };
    }

    /** Looks once for each JVM. */
    boolean isThere() {
        return FOUND.computeIfAbsent(this, Need::look);
    }

    private boolean look() {
        return switch (this) {
            case PYTHON3 -> runs("python3", "-c", "import ctypes, json, logging, sqlite3");
            case FALLOCATE -> punchesHoles();
            case UTF_8 -> "UTF-8".equalsIgnoreCase(System.getProperty("sun.jnu.encoding"));
            case ROOT -> isRoot();
            case MOUNT -> mounts();
            case UNSHARE -> runs("unshare", "-pfm", "--mount-proc", "true");
            case LEASES -> leases();
            case SECCOMP -> runs("perl", "-e", FILTER);
            case OWN_MONGOD -> System.getenv("WORKER_MONGO_URI") == null;
            case BUSYBOX_FLOCK -> prints("flock", "busybox", "--list");
            case NS_LAST_PID -> Files.exists(Path.of("/proc/sys/kernel/ns_last_pid"));
            case PIDS_GROUP -> Files.isWritable(Path.of("/sys/fs/cgroup/pids"));
            case NO_EMULATOR -> hasNoEmulator();
            default -> find().isPresent();
        };
    }

    static String labels(Set<Need> needs) {
        return needs.stream().map(Need::label).collect(Collectors.joining(", "));
    }

    static Optional<Need> of(String label) {
        return Arrays.stream(values())
                .filter(need -> need.label().equals(label))
                .findFirst();
    }

    private Optional<Path> find() {
        return Arrays.stream(
                        System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":", -1))
                .map(directory -> Path.of(directory, label()).toAbsolutePath())
                .filter(program -> Files.isRegularFile(program) && Files.isExecutable(program))
                .findFirst();
    }

    private static boolean isRoot() {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean punchesHoles() {
        return inTemporaryDirectory(directory -> {
            Path file = Files.write(directory.resolve("file"), new byte[8192]);
            return runs("fallocate", "-p", "-o", "0", "-l", "4096", file.toString());
        });
    }

    private static boolean mounts() {
        return inTemporaryDirectory(directory -> {
            boolean mounted = runs("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", directory.toString());
            return mounted && runs("umount", "-l", directory.toString());
        });
    }

    private static boolean leases() {
        return inTemporaryDirectory(directory -> {
            Path file = Files.createFile(directory.resolve("file"));
            String lease = "open(F, '<', $ARGV[0]) && fcntl(F, 1024, 1) or exit 1";
            return runs("perl", "-e", lease, file.toString());
        });
    }

    private static boolean hasNoEmulator() {
        Path interpreters = Path.of("/proc/sys/fs/binfmt_misc");
        if (!Files.isDirectory(interpreters)) {
            return true;
        }
        try (Stream<Path> entries = Files.list(interpreters)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .allMatch(name -> name.equals("register") || name.equals("status"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Attempt {
        boolean in(Path directory) throws IOException;
    }

    private static boolean inTemporaryDirectory(Attempt attempt) {
        try {
            Path directory = Files.createTempDirectory("worker-need-");
            try {
                return attempt.in(directory);
            } finally {
                Files.deleteIfExists(directory.resolve("file"));
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean runs(String... command) {
        return said(command).isPresent();
    }

    private static boolean prints(String line, String... command) {
        return said(command).filter(text -> text.lines().anyMatch(line::equals)).isPresent();
    }

    /** The output of a command, if it is there and ends with 0. */
    private static Optional<String> said(String... command) {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException missing) {
            return Optional.empty();
        }
        try {
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0
                    ? Optional.of(output)
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            process.destroyForcibly();
        }
    }
}
