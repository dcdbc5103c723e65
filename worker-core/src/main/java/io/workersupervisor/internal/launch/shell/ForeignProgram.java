package io.workersupervisor.internal.launch.shell;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Recognises a program for another machine, which a shell would run as a script where the kernel has no interpreter for it. */
final class ForeignProgram {
    private static final int I386 = 3;

    private static final Optional<Integer> OURS = machine(Path.of("/proc/self/exe"));

    private ForeignProgram() {}

    /** Opens the file, which may take for ever where its file system is dead. */
    static boolean is(Path program) {
        Optional<Integer> theirs = machine(program);
        return OURS.isPresent()
                && theirs.isPresent()
                && !OURS.equals(theirs)
                && theirs.get() != I386
                && !hasInterpreters();
    }

    private static boolean hasInterpreters() {
        try (Stream<Path> entries = Files.list(Path.of("/proc/sys/fs/binfmt_misc"))) {
            return entries.anyMatch(entry -> !entry.endsWith("register") && !entry.endsWith("status"));
        } catch (IOException none) {
            return false;
        }
    }

    private static Optional<Integer> machine(Path program) {
        try (InputStream in = Files.newInputStream(program)) {
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
