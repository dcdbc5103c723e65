package io.workersupervisor.mongo;

import com.mongodb.MongoException;
import com.mongodb.reactivestreams.client.MongoCollection;
import com.mongodb.reactivestreams.client.MongoDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.Document;

/**
 * The collection of log entries, and short statements about it.
 *
 * @param connection the connection
 * @param calls the calls to it
 */
record LogCollection(Connection connection, RetriedCalls calls) {
    static final String NAME = "worker_logs";

    MongoCollection<Document> entries() {
        return connection.collection(NAME);
    }

    MongoDatabase database() {
        return connection.database();
    }

    /** Its name, with the prefix. */
    String name() {
        return entries().getNamespace().getCollectionName();
    }

    /** The number of documents as the server keeps it, which is about right. */
    long count() {
        return calls.read(
                "counting log entries",
                attempt -> attempt.one(attempt.on(entries()).estimatedDocumentCount())
                        .orElse(0L));
    }

    /** The indexes that are not there, or not ready; the one of times must stand alone where the expiry hangs on it. */
    List<LogIndex> missing(boolean forExpiry) {
        return calls.read("looking at the indexes", attempt -> {
            List<LogIndex> missing = new ArrayList<>();
            for (LogIndex index : LogIndex.values()) {
                boolean alone = forExpiry && index == LogIndex.TIME;
                if (index.serving(attempt, this, alone).isEmpty()) {
                    missing.add(index);
                }
            }
            return missing;
        });
    }

    /** Percentage of the documents that the server has indexed; empty where the user may not see that. */
    Optional<Long> progress() {
        Document building =
                new Document("command.createIndexes", name()).append("progress.total", new Document("$gt", 0));
        List<Document> pipeline =
                List.of(new Document("$currentOp", new Document("allUsers", true)), new Document("$match", building));
        return calls.read("looking at the progress of the indexes", attempt -> {
            try {
                return attempt.one(connection.admin().aggregate(pipeline))
                        .map(operation -> operation.get("progress", Document.class))
                        .map(done -> 100
                                * done.get("done", Number.class).longValue()
                                / done.get("total", Number.class).longValue());
            } catch (MongoException e) {
                if (MongoFailure.isRefusal(e)) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }
}
