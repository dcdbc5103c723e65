package io.workersupervisor.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Sorts;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.Rows;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * P5 through primaries that are killed and frozen while entries stream: each entry is there once, and in order for its
 * worker. Short by default; {@code -Dproof.entries=500000 -Dproof.faults=20} is the proof of the promise, and
 * {@code -Dproof.seed} repeats the moments of another run.
 */
@Tag("long")
@NeedsMongod
@Needs(Need.OWN_MONGOD)
class LogProofTest {
    private static final int ENTRIES = Integer.getInteger("proof.entries", 20_000);
    private static final int FAULTS = Integer.getInteger("proof.faults", 2);
    private static final int WORKERS = 10;

    private int appends;
    private int failures;

    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void P5_every_entry_is_stored_once_and_in_order_through_kills_and_freezes() throws Exception {
        ReplicaSet set = TestMongo.set();
        set.awaitWhole();
        String database = TestMongo.freshName();
        long seed = Long.getLong("proof.seed", System.nanoTime());
        System.out.println("-Dproof.seed=" + seed);
        MongoPlace place = MongoPlace.of(set.uri(database)).timeout(Duration.ofSeconds(8));

        long began = System.nanoTime();
        String happened;
        try (MongoLogSink sink = MongoLogSink.in(place);
                Faults faults = Faults.begin(set, FAULTS, seed)) {
            stream(sink, faults, new Random(seed));
            happened = faults.toString();
            assertThat(faults.areOver()).isTrue();
        }
        set.awaitWhole();

        System.out.printf(
                "%d entries through %s in %d s: %d appends, %d of them failed%n",
                ENTRIES, happened, (System.nanoTime() - began) / 1_000_000_000, appends, failures);
        try (MongoClient client = MongoClients.create(set.uri("admin"))) {
            for (int worker = 0; worker < WORKERS; worker++) {
                assertInOrder(client, database, Rows.workerId(worker));
            }
            assertThat(Wait.one(client.getDatabase(database)
                            .getCollection("worker_logs")
                            .countDocuments()))
                    .contains((long) ENTRIES / WORKERS * WORKERS);
            Wait.one(client.getDatabase(database).drop());
        }
    }

    /** As the tailer does: a batch that failed is appended again, unchanged. Entries are left for each of the faults. */
    private void stream(MongoLogSink sink, Faults faults, Random random) {
        long each = ENTRIES / WORKERS;
        long[] next = new long[WORKERS];
        for (long sent = 0; sent < each * WORKERS; ) {
            long now = sent;
            await().atMost(Duration.ofMinutes(5))
                    .until(() -> faults.areOver() || now <= (faults.happened() + 1L) * ENTRIES / (FAULTS + 1));
            int worker = random.nextInt(WORKERS);
            int count = (int) Math.min(1 + random.nextInt(1_500), each - next[worker]);
            List<LogEntry> batch = Entries.of(Rows.workerId(worker), next[worker], count);
            if (!batch.isEmpty()) {
                appendUntilAcknowledged(sink, batch);
            }
            next[worker] += count;
            sent += count;
        }
    }

    private void appendUntilAcknowledged(MongoLogSink sink, List<LogEntry> batch) {
        while (true) {
            appends++;
            try {
                assertThat(sink.append(batch)).isEmpty();
                return;
            } catch (LogSinkException down) {
                failures++;
            }
        }
    }

    /** In the order of a plain sort by time, as an operator reads them. */
    private static void assertInOrder(MongoClient client, String database, String worker) {
        List<Document> stored = Wait.all(client.getDatabase(database)
                .getCollection("worker_logs")
                .find(new Document("worker_id", worker))
                .projection(Projections.include("timestamp"))
                .sort(Sorts.ascending("timestamp", "_id")));
        assertThat(stored).hasSize(ENTRIES / WORKERS);
        for (int i = 0; i < stored.size(); i++) {
            Document one = stored.get(i);
            assertThat(one.get("_id", Document.class).getLong("o")).isEqualTo(i);
            assertThat(one.get("timestamp")).isEqualTo(Date.from(Entries.FIRST.plusMillis(i * 7L)));
        }
    }
}
