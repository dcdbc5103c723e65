package io.workersupervisor.examples;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.OnClose;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.mongo.MongoLogSink;
import io.workersupervisor.mongo.MongoPlace;
import io.workersupervisor.mongo.MongoWorkerRegistry;

/**
 * The quick start with accounts and log entries in MongoDB, a replica set: several machines share one registry, so that an
 * account runs on one of them only.
 */
public final class AllOnMongo {
    private AllOnMongo() {}

    /**
     * Runs the program; what stays on this machine is kept below {@code examples/target/all-on-mongo}.
     *
     * @param args the connection string of a MongoDB; without it {@code WORKER_MONGO_URI} in the environment
     * @throws Exception if something does not go as the text says
     */
    public static void main(String[] args) throws Exception {
        MongoPlace place = QuickStartMongo.place(args);
        DataDirectory data = DataDirectory.open(QuickStart.place("all-on-mongo"));
        try (MongoWorkerRegistry registry = MongoWorkerRegistry.open(place);
                MongoLogSink sink = MongoLogSink.in(place);
                WorkerSupervisor supervisor = WorkerSupervisor.builder(data, registry)
                        .logSink(sink)
                        .onClose(OnClose.STOP_WORKERS)
                        .build()) {
            QuickStart.show(supervisor);
        }
        System.out.println("\nFiles in " + data);
        QuickStart.showFiles();
        System.out.println("Collections in " + place);
        QuickStart.say("  worker_registry", "accounts");
        QuickStart.say("  worker_stops", "why their workers stopped");
        QuickStart.say("  worker_logs", "what they wrote, as entries with time and level");
    }
}
