package io.workersupervisor;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The directory in which one machine keeps locks, records, logs and, with SQLite, the registry. Several processes of one
 * user may use it at once; it must lie on a local file system. Immutable and thread-safe.
 *
 * <pre>
 * data/node                     which machine, boot and registry this directory belongs to; node.lock guards it
 * data/registry.db              the SQLite registry
 * data/locks/ACCOUNT.lock       the kernel lock of an account, and the highest epoch admitted; never deleted
 * data/records/WORKER.birth     pid and start tick, written before the worker runs; .exit its exit status
 * data/records/WORKER.reason    what the worker itself wrote of its end; .heartbeat what it touches while it works
 * data/rules.d/                 rules of the application's for explaining stops, *.json
 * data/keeper/CONTEXT/          a keeper's lock, socket and journal
 * data/launcher/                programs of the launch paths
 * data/worker.log               events, and what somebody should look at of all workers, one line each
 * data/worker_ACCOUNT_WORKER.log    what a worker writes
 * data/checkpoints/SINK/        how far a log sink has what the workers wrote
 * data/logs/                    the SQLite log sink; archive/ the parts of workers' files that every sink has
 * </pre>
 */
public final class DataDirectory {
    private final Path path;

    private DataDirectory(Path path) {
        this.path = path;
    }

    /**
     * Opens a data directory, and makes it (mode 0700) if it is missing. Blocks for a few file operations.
     *
     * @param path where it is or shall be
     * @return the directory
     * @throws DataDirectoryException if the platform is not supported, or the directory belongs to another user, can be
     *     written by others, lies on a network file system or cannot be made
     */
    public static DataDirectory open(Path path) {
        Machine.requireSupported();
        try {
            if (Files.notExists(path)) {
                requireLocal(path.toAbsolutePath());
                OwnFiles.makeDirectories(path);
            }
            DataDirectory data = existing(path);
            for (String part : List.of("locks", "records", "launcher")) {
                Path directory = data.path.resolve(part);
                if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                    OwnFiles.makeDirectories(directory);
                }
            }
            return data;
        } catch (IOException e) {
            throw new DataDirectoryException(
                    "data directory " + path.toAbsolutePath() + " cannot be made: " + reason(e), e);
        }
    }

    /**
     * Opens a data directory that exists already, and changes nothing.
     *
     * @param path where it is
     * @return the directory
     * @throws DataDirectoryException as {@link #open}, and if it does not exist
     */
    public static DataDirectory existing(Path path) {
        Machine.requireSupported();
        Path absolute = path.toAbsolutePath().normalize();
        try {
            if (!Files.readAttributes(absolute, BasicFileAttributes.class).isDirectory()) {
                throw new DataDirectoryException("data directory " + absolute + " is not a directory");
            }
            Path real = absolute.toRealPath();
            int owner = (Integer) Files.getAttribute(real, "unix:uid");
            int user = Machine.userId();
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
            return new DataDirectory(real);
        } catch (NoSuchFileException missing) {
            throw new DataDirectoryException("data directory " + absolute + " does not exist", missing);
        } catch (IOException e) {
            throw new DataDirectoryException("data directory " + absolute + " cannot be read: " + reason(e), e);
        }
    }

    /**
     * Refuses a path on a network or user-space file system: kernel locks and SQLite's shared memory do not hold there.
     *
     * @param path an absolute path, which need not exist yet
     * @throws DataDirectoryException if it lies on one
     */
    public static void requireLocal(Path path) {
        MountTable.system().networkFileSystem(path).ifPresent(type -> {
            throw new DataDirectoryException(path + " lies on a file system of type " + type
                    + ", where locks do not hold between processes: choose a local directory");
        });
    }

    /**
     * The directory itself.
     *
     * @return an absolute path without symbolic links
     */
    public Path path() {
        return path;
    }

    /**
     * Where the SQLite registry of this directory is kept.
     *
     * @return the file, which need not exist
     */
    public Path registryFile() {
        return path.resolve("registry.db");
    }

    Path lockFile(AccountId account) {
        return path.resolve("locks").resolve(account.fileName() + ".lock");
    }

    Path locks() {
        return path.resolve("locks");
    }

    Path records() {
        return path.resolve("records");
    }

    /** Where a worker may write why it ends. */
    Path reasonFile(String workerId) {
        return records().resolve(workerId + ".reason");
    }

    /** What a worker touches to show that it works. */
    Path heartbeatFile(String workerId) {
        return records().resolve(workerId + ".heartbeat");
    }

    /** Where an application or operator puts rules of its own. */
    Path rules() {
        return path.resolve("rules.d");
    }

    Path keepers() {
        return path.resolve("keeper");
    }

    Path launcher() {
        return path.resolve("launcher");
    }

    Path nodeFile() {
        return path.resolve("node");
    }

    Path eventLog() {
        return path.resolve("worker.log");
    }

    /** Of log sinks: a directory each. */
    Path checkpoints() {
        return path.resolve("checkpoints");
    }

    /** The SQLite sink and the archive. */
    Path logs() {
        return path.resolve("logs");
    }

    Path archive() {
        return logs().resolve("archive");
    }

    /** Marks of workers that ship their lines themselves, by worker id. */
    Path fileOnly() {
        return logs().resolve("file-only");
    }

    static String logName(AccountId account, String workerId) {
        return "worker_" + account.fileName() + "_" + workerId + ".log";
    }

    /**
     * Another one whenever a name in the directory has come or gone, but for changes at the same instant of its file system,
     * and each time where that cannot be told.
     */
    static Object changeOf(Path directory) {
        try {
            return Files.getLastModifiedTime(directory);
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException unreadable) {
            return new Object();
        }
    }

    /** An I/O error in words: the message of some is only the path, which whoever asks names. */
    static String reason(IOException error) {
        if (error instanceof AccessDeniedException) {
            return "permission denied";
        } else if (error instanceof NoSuchFileException) {
            return "no such file or directory";
        } else if (error instanceof FileAlreadyExistsException) {
            return "something else is there";
        }
        String reason = error instanceof FileSystemException failed ? failed.getReason() : error.getMessage();
        return reason == null ? error.getClass().getSimpleName() : reason;
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
