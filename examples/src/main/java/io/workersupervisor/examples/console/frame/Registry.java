package io.workersupervisor.examples.console.frame;

import io.workersupervisor.mongo.MongoWorkerRegistry;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.sqlite.SqliteWorkerRegistry;

/**
 * A registry that a command has opened, in whatever store.
 *
 * @param rows the registry
 * @param letGo closes it
 */
public record Registry(WorkerRegistry rows, Runnable letGo) implements AutoCloseable {
    public static Registry of(SqliteWorkerRegistry opened) {
        return new Registry(opened, opened::close);
    }

    public static Registry of(MongoWorkerRegistry opened) {
        return new Registry(opened, opened::close);
    }

    @Override
    public void close() {
        letGo.run();
    }
}
