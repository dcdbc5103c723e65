package io.workersupervisor.internal.directory;

import io.workersupervisor.internal.machine.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/** A file of the library's jar, put into a directory of ours as a whole, for its owner alone. */
public final class InstalledFile {
    private InstalledFile() {}

    public static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    /** Writes the file unless it is there as it should be; others may do the same at the same time. */
    public static Path in(Path directory, String name, byte[] bytes, String permissions) throws IOException {
        Path file = directory.resolve(name);
        Set<PosixFilePermission> wanted = PosixFilePermissions.fromString(permissions);
        if (isThere(file, bytes, wanted)) {
            return file;
        }
        Path written = Files.createTempFile(directory, name, ".tmp", PosixFilePermissions.asFileAttribute(wanted));
        Files.write(written, bytes);
        return Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static boolean isThere(Path file, byte[] bytes, Set<PosixFilePermission> wanted) throws IOException {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                && (Integer) Files.getAttribute(file, "unix:uid") == Kernel.userId()
                && Files.getPosixFilePermissions(file).equals(wanted)
                && Arrays.equals(Files.readAllBytes(file), bytes);
    }
}
