package io.workersupervisor.internal.launch;

import io.workersupervisor.internal.text.PlatformCharset;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The first bytes of a program, which tell why the system does not run it although it is there: it is for another machine, which
 * a shell would take for a script where the kernel has no emulator for it, or its own interpreter is missing. The system's
 * error names the program then, and not what is missing. A name that this JVM cannot read for certain is left to the system.
 */
public final class ProgramHead {
    private static final int LENGTH = 4096;
    private static final int I386 = 3;
    private static final int INTERPRETER = 3;

    private static final Path EMULATORS = Path.of("/proc/sys/fs/binfmt_misc");

    private static final Optional<Integer> OURS =
            read(Path.of("/proc/self/exe")).filter(ProgramHead::isElf).map(head -> (int) head.getShort(18));

    private ProgramHead() {}

    /** The reason; empty where none is seen. Opens the file, which may take for ever where its file system is dead. */
    public static Optional<String> fault(Path program, Path directory) {
        return fault(program, directory, EMULATORS);
    }

    static Optional<String> fault(Path program, Path directory, Path emulators) {
        return read(program)
                .flatMap(head -> isElf(head) ? ofElf(program, head, emulators) : ofScript(program, directory, head));
    }

    private static Optional<String> ofElf(Path program, ByteBuffer head, Path emulators) {
        int machine = head.getShort(18);
        boolean foreign = OURS.isEmpty() || machine != OURS.get();
        if (foreign && hasSome(emulators)) {
            return Optional.empty(); // an emulator looks for loaders in a place of its own
        }
        if (foreign && OURS.isPresent() && machine != I386) {
            return Optional.of("Exec format error: " + program);
        }
        return loader(head)
                .filter(loader -> Files.notExists(loader))
                .map(loader -> program + " needs the loader " + loader + ", which is not there: it was built for"
                        + " another C library or distribution");
    }

    /** The loader that an ELF file names in its table of segments. */
    private static Optional<Path> loader(ByteBuffer head) {
        try {
            return loaderName(head).flatMap(ProgramHead::path).filter(Path::isAbsolute);
        } catch (IndexOutOfBoundsException | IllegalArgumentException elsewhere) {
            return Optional.empty();
        }
    }

    private static Optional<ByteBuffer> loaderName(ByteBuffer head) {
        boolean wide = head.get(4) == 2;
        int table = wide ? (int) head.getLong(32) : head.getInt(28);
        int size = head.getShort(wide ? 54 : 42);
        int count = head.getShort(wide ? 56 : 44);
        for (int at = table; at < table + count * size; at += size) {
            if (head.getInt(at) == INTERPRETER) {
                int offset = wide ? (int) head.getLong(at + 8) : head.getInt(at + 4);
                int length = wide ? (int) head.getLong(at + 32) : head.getInt(at + 16);
                return Optional.of(head.slice(offset, length - 1));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> ofScript(Path program, Path directory, ByteBuffer head) {
        // Bytes are looked at one by one here, so that those of a name survive.
        String line = StandardCharsets.ISO_8859_1.decode(head).toString().split("\n", 2)[0];
        if (!line.startsWith("#!")) {
            return Optional.empty();
        }
        String[] words = line.substring(2).replaceFirst("^[ \t]+", "").split("[ \t]+", -1);
        if (line.endsWith("\r") && (words.length == 1 || words[0].endsWith("/env"))) {
            return Optional.of(
                    "the first line of " + program + " ends in a carriage return, which the system takes for a"
                            + " part of the interpreter's name: remove it, with sed -i 's/\\r$//' for instance");
        }
        return path(StandardCharsets.ISO_8859_1.encode(words[0])).flatMap(interpreter -> {
            Path file = directory.resolve(interpreter);
            String why = Files.notExists(file) ? "is not there" : Files.isExecutable(file) ? "" : "may not be executed";
            return why.isEmpty()
                    ? Optional.empty()
                    : Optional.of("the interpreter of " + program + ", " + interpreter + ", " + why);
        });
    }

    private static boolean hasSome(Path emulators) {
        try (Stream<Path> entries = Files.list(emulators)) {
            return entries.anyMatch(entry -> !entry.endsWith("register") && !entry.endsWith("status"));
        } catch (IOException none) {
            return false;
        }
    }

    private static boolean isElf(ByteBuffer head) {
        return head.limit() >= 64 && head.getInt(0) == (head.order() == ByteOrder.BIG_ENDIAN ? 0x7f454c46 : 0x464c457f);
    }

    /** The file of this name; empty where the JVM may take it for another than the system does. */
    private static Optional<Path> path(ByteBuffer name) {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(name).toString();
            return PlatformCharset.doubt(text).isEmpty() ? Optional.of(Path.of(text)) : Optional.empty();
        } catch (CharacterCodingException | InvalidPathException inDoubt) {
            return Optional.empty();
        }
    }

    private static Optional<ByteBuffer> read(Path program) {
        try (InputStream in = Files.newInputStream(program)) {
            byte[] head = in.readNBytes(LENGTH);
            boolean big = head.length > 5 && head[5] == 2;
            return Optional.of(ByteBuffer.wrap(head).order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN));
        } catch (IOException unreadable) {
            // An executable need not be readable.
            return Optional.empty();
        }
    }
}
