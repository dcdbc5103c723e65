package io.workersupervisor.internal.directory;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Makes directories and files that are for this user alone. */
public final class OwnFiles {
    private static final FileAttribute<Set<PosixFilePermission>> DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> FILE =
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
