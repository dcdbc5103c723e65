package io.workersupervisor.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import io.workersupervisor.LogQuery;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose builds take long, by its own fail points. */
@NeedsMongod
class LogPreparationTest {
    private static final int BUILD = 12_000;

    @TempDir
    Path directory;

    @Test
    void entries_are_appended_while_somebody_waits_for_the_indexes() throws Exception {
        Mongod server = new Mongod(
                        TestMongo.program(), directory.resolve("db"), "--setParameter", "enableTestCommands=1")
                .start();
        String uri = "mongodb://" + server.address() + "/x";
        try (MongoClient client = MongoClients.create(uri);
                MongoLogSink sink = MongoLogSink.in(uri)) {
            Document slow = new Document("failCommands", List.of("createIndexes"))
                    .append("blockConnection", true)
                    .append("blockTimeMS", BUILD);
            Wait.one(client.getDatabase("admin")
                    .runCommand(new Document("configureFailPoint", "failCommand")
                            .append("mode", "alwaysOn")
                            .append("data", slow)));
            CompletableFuture<Void> prepared = CompletableFuture.runAsync(sink::prepare);
            Wait.one(client.getDatabase("admin")
                    .runCommand(new Document("waitForFailPoint", "failCommand")
                            .append("timesEntered", 1)
                            .append("maxTimeMS", BUILD)));

            sink.append(Entries.of("w", 0, 3));

            assertThat(prepared).isNotDone();
            assertThat(sink.find(LogQuery.last(9))).hasSize(3);
            prepared.get(60, TimeUnit.SECONDS);
            assertThat(sink.preparation().indexes()).isEmpty();
        } finally {
            server.kill();
        }
    }
}
