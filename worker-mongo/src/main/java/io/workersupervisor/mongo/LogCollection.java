package io.workersupervisor.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.reactivestreams.client.MongoCollection;
import io.workersupervisor.LogSinkException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The collection of log entries: its indexes, made where they are missing, and how long it keeps entries.
 *
 * <pre>
 * {timestamp: 1}                              the last of all; the retention hangs on it
 * {account_id: 1, timestamp: 1, _id: 1}       the last of one account, and a period of it
 * {account_id: 1, level: 1, timestamp: 1}     the last errors of one account, also of one that has none
 * </pre>
 */
final class LogCollection {
    static final String NAME = "worker_logs";

    private static final Logger LOG = LoggerFactory.getLogger(MongoLogSink.class);

    /** Error code: an index with the same keys and other options is there. */
    private static final int OPTIONS_CONFLICT = 85;

    private static final Bson BY_TIME = Indexes.ascending("timestamp");

    private final MongoPlace place;
    private final Connection connection;
    private final RetriedCalls calls;
    private final Optional<Duration> retention;
    private volatile boolean prepared;

    LogCollection(MongoPlace place, Connection connection, RetriedCalls calls, Optional<Duration> retention) {
        this.place = place;
        this.connection = connection;
        this.calls = calls;
        this.retention = retention;
    }

    MongoCollection<Document> entries() {
        return connection.collection(NAME);
    }

    /** Makes what is missing, once; two threads may do it both. */
    void prepare() {
        if (prepared) {
            return;
        }
        calls.read("asking the server what it is", this::requireWholeSet);
        calls.write("making the indexes", attempt -> {
            makeTimeIndex(attempt);
            attempt.all(attempt.on(entries()).createIndex(Indexes.ascending("account_id", "timestamp", "_id")));
            attempt.all(attempt.on(entries()).createIndex(Indexes.ascending("account_id", "level", "timestamp")));
            return true;
        });
        prepared = true;
    }

    private Document requireWholeSet(Attempt attempt) throws InterruptedException {
        Document hello = attempt.one(attempt.on(connection.database()).runCommand(new Document("hello", 1)))
                .orElseThrow();
        if (connection.isTiedToOneMemberOf(hello)) {
            throw new LogSinkException(place + " is one member of replica set " + hello.get("setName")
                    + ", and another that becomes primary would not be found. Add replicaSet=" + hello.get("setName")
                    + " to the connection string");
        }
        return hello;
    }

    /** One that is there with another retention, or none, is changed; where that is refused, entries are taken all the same. */
    private void makeTimeIndex(Attempt attempt) throws InterruptedException {
        IndexOptions options = new IndexOptions();
        retention.ifPresent(keep -> options.expireAfter(keep.toSeconds(), TimeUnit.SECONDS));
        try {
            attempt.all(attempt.on(entries()).createIndex(BY_TIME, options));
        } catch (MongoCommandException e) {
            if (e.getErrorCode() != OPTIONS_CONFLICT) {
                throw e;
            }
            if (retention.isPresent()) {
                changeRetention(attempt, retention.get());
            }
        }
    }

    private void changeRetention(Attempt attempt, Duration keep) throws InterruptedException {
        Document index =
                new Document("keyPattern", new Document("timestamp", 1)).append("expireAfterSeconds", keep.toSeconds());
        Document change = new Document("collMod", entries().getNamespace().getCollectionName()).append("index", index);
        try {
            attempt.all(attempt.on(connection.database()).runCommand(change));
        } catch (MongoCommandException e) {
            if (MongoFailure.isRefusal(e)) {
                LOG.warn(
                        "{}: the retention of {} stays as it is, the server refuses collMod: {}",
                        place,
                        entries().getNamespace().getCollectionName(),
                        e.getErrorMessage());
                return;
            }
            throw e;
        }
    }
}
