package io.workersupervisor.examples.console.frame;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.spi.WorkerRegistry;
import picocli.CommandLine.Option;

/** The option of the commands that change something. */
public final class ChangeOptions {
    public static final String ACCEPT_MOVED_DIRECTORY = "--accept-moved-directory";

    @Option(
            names = ACCEPT_MOVED_DIRECTORY,
            description =
                    "Accept a data directory that was copied, restored or moved. Say it once, when the original, its"
                            + " hosts and its workers are out of use.")
    private boolean acceptMovedDirectory;

    /** A supervisor that does one thing and ends. */
    public WorkerSupervisor tool(Call call, DataDirectory data, WorkerRegistry registry) {
        return supervisor(data, registry)
                .withoutReconcile()
                .listener(call.output()::trouble)
                .build();
    }

    /** Begins a supervisor as the option wants it. */
    public WorkerSupervisor.Builder supervisor(DataDirectory data, WorkerRegistry registry) {
        WorkerSupervisor.Builder supervisor = WorkerSupervisor.builder(data, registry);
        return acceptMovedDirectory ? supervisor.acceptMovedDirectory() : supervisor;
    }
}
