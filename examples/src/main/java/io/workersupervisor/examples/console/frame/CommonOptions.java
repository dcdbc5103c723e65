package io.workersupervisor.examples.console.frame;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of every command that works; they may stand before or behind its name. */
public final class CommonOptions {
    /** Names the data directory where no option does. Workers find their own there. */
    public static final String DATA = "WORKER_DATA";

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The data directory. Default: " + DATA + " in the environment, else the directory data.")
    private Optional<Path> data = Optional.empty();

    @Option(
            names = "--json",
            description =
                    "Print JSON on standard output: one object on one line, times in UTC. Errors stay lines of text.")
    private boolean json;

    /** The data directory: an option behind the command counts first, then one before it, then the environment. */
    public static Path data(CommonOptions behind, CommonOptions before, Map<String, String> environment) {
        return behind.data
                .or(() -> before.data)
                .or(() -> Optional.ofNullable(environment.get(DATA))
                        .filter(value -> !value.isBlank())
                        .map(Values::path))
                .orElseGet(() -> Values.path("data"));
    }

    public boolean isJson() {
        return json;
    }
}
