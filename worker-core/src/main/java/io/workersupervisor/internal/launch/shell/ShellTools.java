package io.workersupervisor.internal.launch.shell;

import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.internal.directory.CertainPath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The programs that the sh launch path is made of.
 *
 * @param locker {@code perl} or {@code none} in place of a path
 * @param session {@code perl} in place of a path
 * @param signals the path of a perl, a python3 or an env that gives a worker the usual signals, or {@code none}
 */
public record ShellTools(String shell, String locker, String session, String signals) {
    private static final String PERL = "perl";
    public static final String NONE = "none";

    /**
     * Looks the programs up in a search path; {@link DataDirectoryException} names a missing one. {@code unlocked} does
     * without a lock where there is nothing to take it with.
     */
    public static ShellTools find(String path, boolean unlocked) {
        String shell = onPath("sh", path).orElse("/bin/sh");
        boolean perl = onPath(PERL, path).isPresent();
        Optional<String> locker = onPath("flock", path);
        Optional<String> session = onPath("setsid", path);
        if (locker.isEmpty() && !perl && !unlocked) {
            throw new DataDirectoryException("neither flock nor perl is on the PATH (" + path
                    + "): without them nothing keeps two workers of an account apart; install util-linux, or allow it with"
                    + " allowWithoutLock()");
        }
        if (session.isEmpty() && !perl) {
            throw new DataDirectoryException("neither setsid nor perl is on the PATH (" + path
                    + "): a worker needs a session of its own; install util-linux");
        }
        String signals = Stream.of(PERL, "python3", "env")
                .flatMap(program -> onPath(program, path).stream())
                .findFirst()
                .orElse(NONE);
        return new ShellTools(shell, locker.orElse(perl ? PERL : NONE), session.orElse(PERL), signals);
    }

    /** The PATH of the host, which may be narrow, and the usual directories. */
    public static String systemPath() {
        String path = System.getenv("PATH");
        return (path == null ? "" : path + ":") + "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";
    }

    /** An entry that is relative or in doubt is passed over. */
    private static Optional<String> onPath(String program, String path) {
        return Stream.of(path.split(":", -1))
                .flatMap(directory -> CertainPath.named(directory).stream())
                .map(directory -> directory.resolve(program))
                .filter(candidate -> Files.isRegularFile(candidate) && Files.isExecutable(candidate))
                .map(Path::toString)
                .findFirst();
    }
}
