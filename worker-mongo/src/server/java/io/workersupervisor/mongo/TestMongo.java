package io.workersupervisor.mongo;

import com.mongodb.ConnectionString;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * The replica set that all tests of this JVM share; each test takes a database of its own. {@code WORKER_MONGO_URI} in the
 * environment names one that runs already: then tests that kill members are skipped. Where there is neither that nor a
 * {@code mongod} to be had, the tests are skipped, or fail with {@code WORKER_MONGO_REQUIRED=true}. A server that was found
 * and does not start fails them always.
 */
final class TestMongo {
    private static final boolean REQUIRED = "true".equals(System.getenv("WORKER_MONGO_REQUIRED"));
    private static final Optional<String> GIVEN = Optional.ofNullable(System.getenv("WORKER_MONGO_URI"));

    /** What the search found, and otherwise why it found nothing. */
    private record Found(Optional<Path> program, String reasons) {}

    private static final FutureTask<Found> SEARCH = new FutureTask<>(TestMongo::search);
    private static final FutureTask<ReplicaSet> SET = new FutureTask<>(TestMongo::start);

    private TestMongo() {}

    private static Found search() throws Exception {
        MongodProgram search = new MongodProgram();
        Optional<Path> program = search.find();
        String reasons = String.join("; ", search.reasons());
        if (program.isEmpty()) {
            System.err.println("NO MONGOD: TESTS ON MONGODB ARE SKIPPED. " + reasons);
        }
        return new Found(program, reasons);
    }

    private static ReplicaSet start() throws Exception {
        return GIVEN.isPresent() ? ReplicaSet.at(new ConnectionString(GIVEN.get())) : ReplicaSet.start(program());
    }

    /** The program itself, for tests that start servers of another kind. */
    static Path program() throws Exception {
        Found found = once(SEARCH);
        if (found.program().isEmpty() && REQUIRED) {
            Assertions.fail("needs mongod, and WORKER_MONGO_REQUIRED is set: " + found.reasons());
        }
        Assumptions.assumeTrue(found.program().isPresent(), "needs mongod: " + found.reasons());
        return found.program().orElseThrow();
    }

    static ReplicaSet set() throws Exception {
        if (GIVEN.isEmpty()) {
            program();
        }
        return once(SET);
    }

    /** The set, for a test that kills its members. */
    static ReplicaSet mortalSet() throws Exception {
        Assumptions.assumeTrue(GIVEN.isEmpty(), "the replica set of WORKER_MONGO_URI is not to be killed");
        return set();
    }

    private static <T> T once(FutureTask<T> task) throws Exception {
        task.run();
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("mongod was found and could not be used", e.getCause());
        }
    }

    /** The name of a database that no other test uses. */
    static String freshName() {
        return "test_" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    }
}
