package io.workersupervisor.internal.launch;

import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.internal.directory.CertainPath;
import io.workersupervisor.internal.text.PlatformCharset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A spec's command after the host's environment, its directory and the PATH are applied, before anything is started. */
public sealed interface ResolvedCommand {
    String NO_SUCH_FILE = "No such file or directory";

    /** A command that can be tried: an absolute directory, the program that its first word means, all variables but our own. */
    record Ready(Path directory, Path program, Map<String, String> environment) implements ResolvedCommand {
        @Override
        public String toString() {
            return "Ready[directory=" + directory + ", program=" + program + "]";
        }
    }

    /** A command that cannot be run, for a reason in the system's words. */
    record Not(Launcher.LaunchAnswer.NotLaunched answer) implements ResolvedCommand {}

    static ResolvedCommand of(WorkerSpec spec, Map<String, String> host) {
        Map<String, String> environment = WorkerEnvironment.of(spec, host);
        Path directory;
        try {
            directory = CertainPath.of(spec.directory().orElse(Path.of("")));
        } catch (DataDirectoryException inDoubt) {
            return not("directory", "the spec names none, and " + inDoubt.getMessage());
        }
        if (!Files.isDirectory(directory)) {
            return not("directory", (Files.exists(directory) ? "Not a directory: " : NO_SUCH_FILE + ": ") + directory);
        }
        Optional<String> doubt = PlatformCharset.doubt(spec.command().get(0));
        if (doubt.isPresent()) {
            return not("program", doubt.get());
        }
        Found program = find(spec.command().get(0), directory, environment);
        if (!program.error().isEmpty()) {
            return not("program", program.error() + ": " + program.path());
        }
        return new Ready(directory, program.path(), environment);
    }

    /** A program, or the system's reason why there is none. */
    record Found(Path path, String error) {}

    /** Looks a command's first word up as {@code execvp} would, from the worker's directory and on its PATH. */
    static Found find(String name, Path directory, Map<String, String> environment) {
        if (name.indexOf('/') >= 0) {
            return check(directory.resolve(name));
        }
        Found best = new Found(Path.of(name), NO_SUCH_FILE);
        for (String entry : environment.getOrDefault("PATH", "/usr/bin:/bin").split(":", -1)) {
            if (PlatformCharset.doubt(entry).isPresent()) {
                continue;
            }
            Found found = check(directory.resolve(entry).resolve(name));
            if (found.error().isEmpty()) {
                return found;
            }
            if (!found.error().equals(NO_SUCH_FILE)) {
                best = found;
            }
        }
        return best;
    }

    private static Found check(Path path) {
        if (!Files.exists(path)) {
            return new Found(path, NO_SUCH_FILE);
        }
        boolean runs = !Files.isDirectory(path) && Files.isExecutable(path);
        return new Found(path, runs ? "" : "Permission denied");
    }

    private static Not not(String step, String error) {
        return new Not(new Launcher.LaunchAnswer.NotLaunched(step, error));
    }
}
