package io.workersupervisor.mongo;

import com.mongodb.reactivestreams.client.MongoCollection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bson.Document;

/** A program of others that writes documents of its own into the collection, one by one. */
final class OldWriter implements AutoCloseable {
    private final List<Long> latencies = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean over;

    private OldWriter(MongoCollection<Document> logs) {
        this.thread = new Thread(() -> {
            while (!over) {
                latencies.addAll(write(logs, 10));
            }
        });
    }

    static OldWriter begin(MongoCollection<Document> logs) {
        OldWriter writer = new OldWriter(logs);
        writer.thread.start();
        return writer;
    }

    /** Inserts so many; the nanoseconds that each took. */
    static List<Long> write(MongoCollection<Document> logs, int documents) {
        List<Long> latencies = new ArrayList<>();
        for (int i = 0; i < documents; i++) {
            long begun = System.nanoTime();
            Wait.one(logs.insertOne(new Document("user_id", "user-1")
                    .append("account_id", 4_100L)
                    .append("level", "INFO")
                    .append("message", "of the old writer")
                    .append("timestamp", Date.from(Instant.now()))));
            latencies.add(System.nanoTime() - begun);
        }
        return latencies;
    }

    List<Long> latencies() {
        return List.copyOf(latencies);
    }

    @Override
    public void close() {
        over = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
