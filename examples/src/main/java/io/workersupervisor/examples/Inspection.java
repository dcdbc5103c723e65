package io.workersupervisor.examples;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.WorkerInspector;
import io.workersupervisor.sqlite.SqliteWorkerRegistry;
import java.nio.file.Files;
import java.nio.file.Path;

/** A data directory opened for looking at it; nothing is made or changed. */
record Inspection(DataDirectory data, SqliteWorkerRegistry registry, WorkerInspector inspector)
        implements AutoCloseable {
    static Inspection open(Path path) {
        DataDirectory data = DataDirectory.existing(path);
        if (!Files.exists(data.registryFile())) {
            throw new DataDirectoryException(
                    "data directory " + data + " has no registry.db: nothing was started there yet, or it was lost");
        }
        SqliteWorkerRegistry registry = SqliteWorkerRegistry.openReadOnly(data);
        return new Inspection(data, registry, WorkerInspector.of(data, registry));
    }

    @Override
    public void close() {
        registry.close();
    }
}
