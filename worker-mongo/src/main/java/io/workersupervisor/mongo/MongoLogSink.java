package io.workersupervisor.mongo;

import com.mongodb.MongoException;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogQuery;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.spi.LogSink;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * Log entries in MongoDB, a replica set or a single server.
 *
 * <pre>
 * worker_logs   _id {w: worker id, o: byte offset}, user_id, account_id (number or string), level, message, timestamp (a
 *               date), worker_id; where known logger, and inferred: true
 * </pre>
 *
 * <p>Documents that other programs write there with these fields are found, too, as entries without a position.
 *
 * <p>Making one opens nothing: a server that is down stops nobody, and the first call that needs it says so. The collection
 * and its indexes are made by the first {@link #append}.
 *
 * <p><b>Threads.</b> Thread-safe. A call blocks for a majority write of each 1,000 entries, or a read, each through an election;
 * after {@link MongoPlace#timeout} at most it throws {@link LogSinkException}. An interrupt ends a call with that exception
 * and stays set.
 *
 * <p><b>Crashes.</b> When {@code append} returns, a majority of the members has the entries. Entries of an append that failed
 * may be there or not; appending them again changes nothing. A time is kept to the millisecond; a lone surrogate in a
 * message becomes U+FFFD.
 */
public final class MongoLogSink implements LogSink {
    private static final String RIGHTS = "find, insert and createIndex on worker_logs, and collMod where the retention"
            + " shall be changed, for instance by the role readWrite";

    /** 68 years, the most that a server takes. */
    private static final Duration LONGEST = Duration.ofSeconds(Integer.MAX_VALUE);

    private final MongoPlace place;
    private final Optional<Duration> retention;
    private @Nullable Parts parts;
    private boolean closed;

    /** The collection, opened by the first call. */
    private record Parts(Connection connection, RetriedCalls calls, LogCollection collection, EntryWriter batches) {}

    private MongoLogSink(MongoPlace place, Optional<Duration> retention) {
        this.place = place;
        this.retention = retention;
    }

    /**
     * A sink that keeps entries for ever, or as long as the collection says that is there.
     *
     * @param place its place, where it is made if it is missing
     * @return the sink, to be closed
     */
    public static MongoLogSink in(MongoPlace place) {
        return new MongoLogSink(place, Optional.empty());
    }

    /**
     * A sink in the database of a URI; otherwise as {@link #in(MongoPlace)}.
     *
     * @param uri a connection string, see {@link MongoPlace#of(String)}
     * @return the sink, to be closed
     * @throws IllegalArgumentException if it cannot be read
     */
    public static MongoLogSink in(String uri) {
        return in(MongoPlace.of(uri));
    }

    /**
     * A sink that lets the server delete what is older. The collection's time is changed at the first append where it is
     * another one; where the user may not do that, a warning is logged and entries are taken.
     *
     * @param keep the time, 1 s to 68 years
     * @return another sink
     */
    public MongoLogSink keepingFor(Duration keep) {
        if (keep.compareTo(Duration.ofSeconds(1)) < 0 || keep.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("keep must be between 1 s and " + LONGEST + ", was " + keep);
        }
        return new MongoLogSink(place, Optional.of(keep));
    }

    /**
     * Always {@code mongo}, with the prefix where there is one: the checkpoints do not know one server from another. A data
     * directory that changes to another database takes another prefix, or its {@code checkpoints/NAME} is deleted while no
     * host runs; otherwise that database misses what the first one has.
     */
    @Override
    public String name() {
        String prefix = place.prefix().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        String name = "mongo-" + prefix;
        return name.substring(0, Math.min(32, name.length())).replaceAll("-+$", "");
    }

    @Override
    public List<Rejected> append(List<LogEntry> entries) {
        entries.forEach(LogEntry::requirePosition);
        if (entries.isEmpty()) {
            return List.of();
        }
        Parts open = open();
        open.collection().prepare();
        return open.batches().append(entries);
    }

    @Override
    public List<LogEntry> find(LogQuery query) {
        Parts open = open();
        LogSearch search = new LogSearch(query);
        return open.calls()
                .read(
                        "searching log entries",
                        attempt -> search.run(attempt, open.collection().entries()));
    }

    /**
     * The documents that the usual queries would miss: those of others that keep the account or the time as
     * another type. A few short reads.
     *
     * @return sentences for people, each with what to do; empty if there is nothing
     * @throws LogSinkException if the store fails
     */
    public List<String> findings() {
        Parts open = open();
        return open.calls()
                .read(
                        "looking at the types of older log entries",
                        attempt -> OddDocuments.of(attempt, open.collection().entries()));
    }

    private synchronized Parts open() {
        if (closed) {
            throw new IllegalStateException("log sink " + place + " is closed");
        }
        Parts present = parts;
        if (present == null) {
            present = connect();
            parts = present;
        }
        return present;
    }

    private Parts connect() {
        Connection connection = connection();
        MongoFailure failure = new MongoFailure(place, RIGHTS, LogSinkException::new);
        RetriedCalls calls = new RetriedCalls(connection, failure, place.timeout());
        LogCollection collection = new LogCollection(place, connection, calls, retention);
        EntryWriter batches =
                new EntryWriter(place, calls, collection.entries().withDocumentClass(RawBsonDocument.class));
        return new Parts(connection, calls, collection, batches);
    }

    private Connection connection() {
        try {
            return place.connect();
        } catch (IllegalArgumentException | MongoException e) {
            throw new LogSinkException("log sink " + place + " cannot be reached: " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (parts != null) {
            parts.connection().close();
        }
    }
}
