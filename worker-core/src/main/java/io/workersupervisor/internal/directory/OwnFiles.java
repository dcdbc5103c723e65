package io.workersupervisor.internal.directory;

import io.workersupervisor.internal.machine.Kernel;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/** Makes directories and files that are for this user alone. */
public final class OwnFiles {
    private static final FileAttribute<Set<PosixFilePermission>> DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    static final FileAttribute<Set<PosixFilePermission>> FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private OwnFiles() {}

    /** Makes a directory and those above it, where they are missing. */
    public static void makeDirectories(Path directory) throws IOException {
        Files.createDirectories(directory, DIRECTORY);
    }

    /** Makes an empty file; {@link java.nio.file.FileAlreadyExistsException} if something is there. */
    public static void make(Path file) throws IOException {
        Files.createFile(file, FILE);
    }

    /** Writes a file of the library's jar as a whole, unless it is there as it should be; others may do so at the same time. */
    public static Path install(Path directory, String name, byte[] bytes, String permissions) throws IOException {
        Path file = directory.resolve(name);
        Set<PosixFilePermission> wanted = PosixFilePermissions.fromString(permissions);
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                && (Integer) Files.getAttribute(file, "unix:uid") == Kernel.userId()
                && Files.getPosixFilePermissions(file).equals(wanted)
                && Arrays.equals(Files.readAllBytes(file), bytes)) {
            return file;
        }
        Path written = Files.createTempFile(directory, name, ".tmp", PosixFilePermissions.asFileAttribute(wanted));
        Files.write(written, bytes);
        return Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Writes a file of a data directory as a whole: after a crash, also of the machine, it is the old one or the new one. */
    static void replace(Path file, String text) throws IOException {
        Path written = Files.createTempFile(file.toAbsolutePath().getParent(), file.getFileName() + "-", ".tmp", FILE);
        try (FileChannel out = FileChannel.open(written, StandardOpenOption.WRITE)) {
            out.write(StandardCharsets.UTF_8.encode(text));
            out.force(true);
        }
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncDirectoryOf(file);
    }

    public static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    /** Makes the name of a file durable. */
    public static void syncDirectoryOf(Path file) throws IOException {
        try (FileChannel directory =
                FileChannel.open(file.toAbsolutePath().resolveSibling("."), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    /** The end of a file as text, at most so many bytes; empty where there is no such file. */
    public static String tail(Path path, int bytes) throws IOException {
        // Not a channel: an interrupt of the thread that reads must not close it.
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            byte[] end = new byte[(int) Math.min(bytes, file.length())];
            file.seek(file.length() - end.length);
            int got = Math.max(0, file.read(end));
            return new String(end, 0, got, StandardCharsets.UTF_8);
        } catch (FileNotFoundException missing) {
            if (Files.notExists(path)) {
                return "";
            }
            throw missing;
        }
    }
}
