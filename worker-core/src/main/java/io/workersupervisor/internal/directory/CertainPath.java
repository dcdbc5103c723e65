package io.workersupervisor.internal.directory;

import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.internal.text.PlatformCharset;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Decides which file a path means, or refuses it. The answer must be the same for every JVM, whatever its locale: a directory
 * with two names to two hosts is two directories to them, with two locks for one account.
 *
 * <ol>
 *   <li>A relative path counts only where this process works in the directory that the JVM believes, by device and inode.
 *   <li>The absolute path, and the real one behind its symbolic links, has the same bytes to every JVM: no character was lost
 *       when the JVM read it, and none is encoded otherwise elsewhere.
 * </ol>
 */
public final class CertainPath {
    private static final Path WORKING = Path.of("/proc/self/cwd");

    private CertainPath() {}

    /** The absolute path, with its symbolic links; {@link DataDirectoryException} where it is in doubt. */
    public static Path of(Path path) {
        if (!path.isAbsolute()) {
            workingDirectoryDoubt().ifPresent(why -> {
                throw new DataDirectoryException("the relative path '" + path + "' may mean another directory: " + why
                        + ", or give an absolute path of ASCII letters");
            });
        }
        Path absolute = path.toAbsolutePath();
        PlatformCharset.doubt(absolute.toString()).ifPresent(why -> {
            throw new DataDirectoryException(absolute + " may not be the file that is meant: " + why);
        });
        return absolute;
    }

    /** The path that a text of the environment names, such as one of PATH; empty where it is in doubt, or relative. */
    public static Optional<Path> named(String text) {
        return text.startsWith("/") && PlatformCharset.doubt(text).isEmpty()
                ? Optional.of(Path.of(text))
                : Optional.empty();
    }

    private static Optional<String> workingDirectoryDoubt() {
        Optional<String> lost = PlatformCharset.doubt(System.getProperty("user.dir"));
        if (lost.isPresent() || !Files.exists(WORKING)) {
            return lost;
        }
        Path believed = Path.of("").toAbsolutePath();
        try {
            if (Files.exists(believed) && Files.isSameFile(believed, WORKING)) {
                return Optional.empty();
            }
            return Optional.of("the JVM takes " + believed + " for the directory it works in, which is "
                    + Files.readSymbolicLink(WORKING)
                    + ": start it anew in a directory that exists, without -Duser.dir");
        } catch (IOException e) {
            return Optional.of(
                    "the directory it works in cannot be read (" + Text.reason(e) + "): start it in another one");
        }
    }
}
