package io.workersupervisor.internal.launch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Finds the program of a command before anything is started, with the system's words for what is wrong with it. */
public final class Program {
    private static final String NO_SUCH_FILE = "No such file or directory";
    private static final String DENIED = "Permission denied";

    private static final Optional<Integer> OURS = elfMachine(Path.of("/proc/self/exe"));

    private Program() {}

    /**
     * A program, or why there is none.
     *
     * @param path the program
     * @param error the system's reason, empty if there is a program
     */
    record Found(Path path, String error) {}

    /** Looks a command's first word up as {@code execvp} would, from the worker's directory and on its PATH. */
    static Found find(String name, Path directory, Map<String, String> environment) {
        if (name.indexOf('/') >= 0) {
            return check(directory.resolve(name));
        }
        String searched = environment.getOrDefault("PATH", "/usr/bin:/bin");
        Found best = new Found(Path.of(name), NO_SUCH_FILE);
        for (String entry : searched.split(":", -1)) {
            Found found = check(directory.resolve(entry).resolve(name));
            if (found.error().isEmpty()) {
                return found;
            }
            if (!found.error().equals(NO_SUCH_FILE)) {
                best = found;
            }
        }
        return best;
    }

    private static Found check(Path path) {
        if (!Files.exists(path)) {
            return new Found(path, NO_SUCH_FILE);
        }
        if (Files.isDirectory(path) || !Files.isExecutable(path)) {
            return new Found(path, DENIED);
        }
        return new Found(path, "");
    }

    /**
     * A shell would run an ELF file of another architecture as a script; the kernel may have an interpreter for it. Opens
     * the file, which may take for ever where its file system is dead.
     */
    public static boolean isForOtherMachine(Path path) {
        Optional<Integer> theirs = elfMachine(path);
        return OURS.isPresent()
                && theirs.isPresent()
                && !OURS.equals(theirs)
                && !hasInterpreters()
                && !isI386(theirs.get());
    }

    private static boolean isI386(int machine) {
        return machine == 3;
    }

    private static boolean hasInterpreters() {
        try (var entries = Files.list(Path.of("/proc/sys/fs/binfmt_misc"))) {
            return entries.anyMatch(entry -> !entry.endsWith("register") && !entry.endsWith("status"));
        } catch (IOException none) {
            return false;
        }
    }

    private static Optional<Integer> elfMachine(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] head = in.readNBytes(20);
            if (head.length < 20 || head[0] != 0x7f || head[1] != 'E' || head[2] != 'L' || head[3] != 'F') {
                return Optional.empty();
            }
            ByteOrder order = head[5] == 2 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
            return Optional.of((int) ByteBuffer.wrap(head).order(order).getShort(18));
        } catch (IOException unreadable) {
            // An executable need not be readable.
            return Optional.empty();
        }
    }
}
