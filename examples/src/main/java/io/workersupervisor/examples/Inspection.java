package io.workersupervisor.examples;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.WorkerInspector;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.sqlite.SqliteWorkerRegistry;
import java.nio.file.Files;
import java.nio.file.Path;

/** A data directory opened for looking at it; nothing is made or changed. */
record Inspection(DataDirectory data, SqliteWorkerRegistry registry, WorkerInspector inspector)
        implements AutoCloseable {
    static Inspection open(Path path) {
        DataDirectory data = DataDirectory.existing(path);
        if (Files.notExists(data.registryFile())) {
            throw new DataDirectoryException(
                    "data directory " + data + " has no registry.db: nothing was started there yet, or it was lost");
        }
        SqliteWorkerRegistry registry = SqliteWorkerRegistry.openReadOnly(data);
        return new Inspection(data, registry, WorkerInspector.of(data, registry));
    }

    /** The state for programs. */
    static String state(WorkerStatus status) {
        return status.registered() ? status.state().name() : "UNREGISTERED";
    }

    /** Warns where hosts would refuse the directory: what is seen in it may be the original's. */
    void warnIfMoved(Output output) {
        if (inspector.isMoved()) {
            output.warn("data directory " + data
                    + " was copied, restored or moved since a host used it: start, stop and"
                    + " host refuse it without " + Option.ACCEPT_MOVED_DIRECTORY + ", and what is shown may be out of"
                    + " date");
        }
    }

    @Override
    public void close() {
        registry.close();
    }
}
