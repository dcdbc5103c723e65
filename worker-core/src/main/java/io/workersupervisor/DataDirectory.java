package io.workersupervisor;

import io.workersupervisor.internal.directory.CertainPath;
import io.workersupervisor.internal.directory.PlaceCheck;
import io.workersupervisor.internal.text.Require;
import java.nio.file.Path;

/**
 * The directory in which one machine keeps locks, records, logs and, with SQLite, the registry. Several processes of one
 * user may use it at once; it must lie on a local file system. Immutable and thread-safe.
 */
public final class DataDirectory {
    private final Path path;

    private DataDirectory(Path path) {
        this.path = path;
    }

    /**
     * Opens a data directory, and makes it (mode 0700) if it is missing. Blocks for a few file operations.
     *
     * @throws DataDirectoryException if the platform is not supported, it is not certain which directory is meant
     *     ({@link #absolute}), or the directory belongs to another user, can be written by others, lies on a network file system
     *     or cannot be made, or the umask of this process takes rights from the user itself
     */
    public static DataDirectory open(Path path) {
        return new DataDirectory(PlaceCheck.open(Require.nonNull("path", path)));
    }

    /**
     * The file or directory that a path means, as an absolute path; {@link #open} and all other methods that take a path
     * ask this, too. Blocks for a file operation where the path is relative.
     *
     * @throws DataDirectoryException if that depends on the locale of this JVM, which lacks a character of the name, or if a
     *     relative path starts from a directory that is not the one this process works in
     */
    public static Path absolute(Path path) {
        return CertainPath.of(Require.nonNull("path", path));
    }

    /**
     * Opens a data directory that exists already, and changes nothing.
     *
     * @throws DataDirectoryException as {@link #open}, and if it does not exist
     */
    public static DataDirectory existing(Path path) {
        return new DataDirectory(PlaceCheck.existing(Require.nonNull("path", path)));
    }

    /**
     * Refuses a path on a network or user-space file system: kernel locks and SQLite's shared memory do not hold there.
     *
     * @param path an absolute path, which need not exist yet
     * @throws DataDirectoryException if it lies on one
     */
    public static void requireLocal(Path path) {
        PlaceCheck.requireLocal(Require.nonNull("path", path));
    }

    /** The directory itself, an absolute path without symbolic links. */
    public Path path() {
        return path;
    }

    /** The file of this directory's SQLite registry; it need not exist. */
    public Path registryFile() {
        return path.resolve("registry.db");
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
