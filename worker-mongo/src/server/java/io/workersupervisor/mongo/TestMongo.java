package io.workersupervisor.mongo;

import com.mongodb.ConnectionString;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The replica set that all tests of this JVM share; each test takes a database of its own. {@code WORKER_MONGO_URI} in the
 * environment names one that runs already, whose members tests do not kill. Tests that use it say so with
 * {@link NeedsMongod}. A server that was found and does not start fails them always.
 */
final class TestMongo {
    private static final Optional<String> GIVEN = Optional.ofNullable(System.getenv("WORKER_MONGO_URI"));

    private static final FutureTask<Optional<Path>> SEARCH = new FutureTask<>(TestMongo::search);
    private static final FutureTask<ReplicaSet> SET = new FutureTask<>(TestMongo::start);

    private TestMongo() {}

    private static Optional<Path> search() throws Exception {
        MongodProgram search = new MongodProgram();
        Optional<Path> program = search.find();
        if (program.isEmpty()) {
            System.err.println("No mongod: " + String.join("; ", search.reasons()));
        }
        return program;
    }

    /** Tells whether there is a server to be had; a program may be fetched for that. */
    static boolean isThere() {
        try {
            return GIVEN.isPresent() || once(SEARCH).isPresent();
        } catch (Exception e) {
            throw new IllegalStateException("mongod was looked for", e);
        }
    }

    private static ReplicaSet start() throws Exception {
        return GIVEN.isPresent() ? ReplicaSet.at(new ConnectionString(GIVEN.get())) : ReplicaSet.start(program());
    }

    /** The program itself, for tests that start servers of another kind. */
    static Path program() throws Exception {
        return once(SEARCH).orElseThrow();
    }

    static ReplicaSet set() throws Exception {
        return once(SET);
    }

    private static <T> T once(FutureTask<T> task) throws Exception {
        task.run();
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("mongod cannot be used", e.getCause());
        }
    }

    /** The name of a database that no other test uses. */
    static String freshName() {
        return "test_" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    }
}
