package io.workersupervisor.internal.launch;

import io.workersupervisor.WorkerSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the host's environment, its directory and the PATH make of a spec, before anything is started. */
public sealed interface ResolvedCommand {
    /**
     * It can be tried.
     *
     * @param directory the working directory, absolute
     * @param command the program's path and its arguments
     * @param environment the variables but for the library's own
     */
    record Ready(Path directory, List<String> command, Map<String, String> environment) implements ResolvedCommand {
        @Override
        public String toString() {
            return "Ready[directory=" + directory + ", program=" + command.get(0) + "]";
        }
    }

    /**
     * It cannot.
     *
     * @param answer what fails, in the system's words
     */
    record Not(Launcher.LaunchAnswer.NotLaunched answer) implements ResolvedCommand {}

    static ResolvedCommand of(WorkerSpec spec, Map<String, String> host) {
        Map<String, String> environment = WorkerEnvironment.of(spec, host);
        Path directory = spec.directory().orElse(Path.of("")).toAbsolutePath();
        if (!Files.isDirectory(directory)) {
            return not(
                    "directory",
                    (Files.exists(directory) ? "Not a directory: " : "No such file or directory: ") + directory);
        }
        Program.Found program = Program.find(spec.command().get(0), directory, environment);
        if (!program.error().isEmpty()) {
            return not("program", program.error() + ": " + program.path());
        }
        List<String> command = new ArrayList<>(spec.command());
        command.set(0, program.path().toString());
        return new Ready(directory, List.copyOf(command), environment);
    }

    private static Not not(String step, String error) {
        return new Not(new Launcher.LaunchAnswer.NotLaunched(step, error));
    }
}
