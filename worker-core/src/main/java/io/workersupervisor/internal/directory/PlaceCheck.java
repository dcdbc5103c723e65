package io.workersupervisor.internal.directory;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.internal.machine.Kernel;
import io.workersupervisor.internal.machine.MountTable;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/** Decides whether a directory may be a data directory: this user's alone, and on a local file system. */
public final class PlaceCheck {
    private PlaceCheck() {}

    /** As {@link DataDirectory#open}. */
    public static Path open(Path path) {
        Kernel.requireSupported();
        Kernel.requireUsableUmask();
        Path absolute = CertainPath.of(path);
        try {
            if (Files.notExists(absolute)) {
                requireLocal(absolute);
                OwnFiles.makeDirectories(absolute);
            }
            Path data = existing(absolute);
            for (String part : List.of("locks", "records", "launcher")) {
                Path directory = data.resolve(part);
                if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                    OwnFiles.makeDirectories(directory);
                }
            }
            return data;
        } catch (IOException e) {
            throw new DataDirectoryException("data directory " + absolute + " cannot be made: " + Text.reason(e), e);
        }
    }

    /** As {@link DataDirectory#existing}. */
    public static Path existing(Path path) {
        Kernel.requireSupported();
        Path absolute = CertainPath.of(path);
        try {
            if (!Files.readAttributes(absolute, BasicFileAttributes.class).isDirectory()) {
                throw new DataDirectoryException("data directory " + absolute + " is not a directory");
            }
            Path real = CertainPath.of(absolute.toRealPath());
            int owner = (Integer) Files.getAttribute(real, "unix:uid");
            int user = Kernel.userId();
            if (owner != user) {
                throw new DataDirectoryException("data directory " + absolute + " belongs to user id " + owner
                        + ", this process runs as " + user + ": run it as that user or choose another directory");
            }
            Set<PosixFilePermission> modes = Files.getPosixFilePermissions(real);
            if (modes.contains(PosixFilePermission.GROUP_WRITE) || modes.contains(PosixFilePermission.OTHERS_WRITE)) {
                throw new DataDirectoryException("data directory " + absolute + " can be written by other users ("
                        + PosixFilePermissions.toString(modes) + "): chmod go-w it first");
            }
            requireLocal(real);
            return real;
        } catch (NoSuchFileException missing) {
            throw new DataDirectoryException("data directory " + absolute + " does not exist", missing);
        } catch (IOException e) {
            throw new DataDirectoryException("data directory " + absolute + " cannot be read: " + Text.reason(e), e);
        }
    }

    /** As {@link DataDirectory#requireLocal}. */
    public static void requireLocal(Path path) {
        MountTable.system().networkFileSystem(path).ifPresent(type -> {
            throw new DataDirectoryException(path + " lies on a file system of type " + type
                    + ", where locks do not hold between processes: choose a local directory");
        });
    }
}
