package io.workersupervisor.examples;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.OnClose;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.mongo.MongoLogSink;
import io.workersupervisor.mongo.MongoPlace;
import io.workersupervisor.sqlite.SqliteWorkerRegistry;
import java.time.Duration;

/**
 * The quick start with log entries in MongoDB: accounts stay on this machine, and what their workers logged is found from
 * everywhere. A database that is down delays entries and stops nobody.
 */
public final class QuickStartMongo {
    /** Names the environment variable that holds the connection string. */
    private static final String URI = "WORKER_MONGO_URI";

    private QuickStartMongo() {}

    /**
     * Runs the program; everything else is kept below {@code examples/target/quickstart-mongo}.
     *
     * @param args the connection string of a MongoDB; without it {@code WORKER_MONGO_URI} in the environment
     * @throws Exception if something does not go as the text says
     */
    public static void main(String[] args) throws Exception {
        MongoPlace place = place(args);
        DataDirectory data = DataDirectory.open(QuickStart.place("quickstart-mongo"));
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(data);
                MongoLogSink sink = MongoLogSink.in(place).keepingFor(Duration.ofDays(30));
                WorkerSupervisor supervisor = WorkerSupervisor.builder(data, registry)
                        .logSink(sink)
                        .onClose(OnClose.STOP_WORKERS)
                        .build()) {
            QuickStart.show(supervisor);
        }
        System.out.println("\nFiles in " + data);
        QuickStart.say("  registry.db", "accounts, and why their workers stopped: a SQLite database");
        QuickStart.showFiles();
        System.out.println("Collections in " + place);
        QuickStart.say("  worker_logs", "the same as entries with time and level");
    }

    static MongoPlace place(String[] args) {
        String uri = args.length > 0 ? args[0] : System.getenv(URI);
        if (uri == null) {
            throw new IllegalArgumentException("which MongoDB? Give its connection string as argument or in " + URI);
        }
        return MongoPlace.of(uri);
    }
}
