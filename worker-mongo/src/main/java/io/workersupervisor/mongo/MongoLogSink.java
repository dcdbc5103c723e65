package io.workersupervisor.mongo;

import com.mongodb.MongoException;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogQuery;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.WorkerInspector.Finding;
import io.workersupervisor.spi.LogSink;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
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
 * and its indexes are made by the first {@link #append}. On a collection that holds millions of documents the server builds
 * the indexes for minutes: entries are stored meanwhile, and searches are slow until then.
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
    private final boolean deletesOlder;
    private volatile Consumer<Finding> listener = finding -> {};
    private @Nullable Parts parts;
    private boolean closed;

    /** The collection, opened by the first call. */
    private record Parts(LogCollection logs, LogPreparation preparation, EntryWriter batches) {}

    private MongoLogSink(MongoPlace place, Optional<Duration> retention, boolean deletesOlder) {
        this.place = place;
        this.retention = retention;
        this.deletesOlder = deletesOlder;
    }

    /**
     * A sink that keeps entries for ever, or as long as the collection says that is there.
     *
     * @param place its place, where it is made if it is missing
     * @return the sink, to be closed
     */
    public static MongoLogSink in(MongoPlace place) {
        return new MongoLogSink(place, Optional.empty(), false);
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
     * A sink that lets the server delete what is older. This concerns all documents of the collection. Where some are older
     * now, nothing is changed unless {@link #deletingOlder()} confirms it; that, and a server that does not let the user
     * change the retention, is told to the listener and {@linkplain #findings() found}. Entries are taken all the same.
     *
     * @param keep the time, 1 s to 68 years
     * @return another sink
     * @throws IllegalArgumentException if it is out of bounds
     */
    public MongoLogSink keepingFor(Duration keep) {
        if (keep.compareTo(Duration.ofSeconds(1)) < 0 || keep.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("keep must be between 1 s and " + LONGEST + ", was " + keep);
        }
        return new MongoLogSink(place, Optional.of(keep), deletesOlder);
    }

    /**
     * A sink whose {@linkplain #keepingFor retention} deletes documents that are older when it is set, whoever wrote them.
     *
     * @return another sink
     */
    public MongoLogSink deletingOlder() {
        return new MongoLogSink(place, retention, true);
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
        open.preparation().tick();
        return open.batches().append(entries);
    }

    @Override
    public List<LogEntry> find(LogQuery query) {
        Parts open = open();
        LogSearch search = new LogSearch(query);
        return open.logs()
                .calls()
                .read(
                        "searching log entries",
                        attempt -> search.run(attempt, open.logs().entries()));
    }

    @Override
    public void reportTo(Consumer<Finding> told) {
        listener = Objects.requireNonNull(told, "listener");
    }

    /**
     * Finds indexes that are missing, a retention that is not as asked, and documents that the usual queries miss, as others
     * keep the account or the time as another type.
     */
    @Override
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>(LogFindings.of(open().logs(), expiry(open().logs())));
        findings.add(new Finding(Finding.Level.OK, "log sink " + name() + " answers"));
        return findings;
    }

    /**
     * Tells what {@link #prepare} would do.
     *
     * @return the plan; its list of indexes is empty if all are there
     * @throws LogSinkException if the store fails
     */
    public Preparation preparation() {
        LogCollection logs = open().logs();
        List<LogIndex> missing = logs.missing(retention.isPresent());
        long documents = logs.count();
        return new Preparation(
                documents,
                missing.stream().map(index -> index.keys().toJson()).toList(),
                Duration.ofSeconds(missing.isEmpty() ? 0 : LogPreparation.seconds(documents)),
                missing.isEmpty() ? "" : LogIndex.statement(logs.name(), missing));
    }

    /**
     * Makes the indexes and sets the retention ahead of the first entry. Blocks until the server has done or refused it, which
     * is minutes on millions of documents; what happens is told to the {@linkplain #reportTo listener}.
     *
     * @throws LogSinkException if the store fails
     */
    public void prepare() {
        open().preparation().run();
    }

    /**
     * The work that a collection needs before searches are quick.
     *
     * @param documents the number of documents, about
     * @param indexes the keys of each missing index, as JSON
     * @param estimate the time that this takes, on a small machine
     * @param statement the statement for mongosh that does it; empty if there is nothing to do
     */
    public record Preparation(long documents, List<String> indexes, Duration estimate, String statement) {}

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
        LogCollection logs = new LogCollection(connection, new RetriedCalls(connection, failure, place));
        LogPreparation preparation =
                new LogPreparation(place, logs, expiry(logs), finding -> listener.accept(finding), System::nanoTime);
        EntryWriter batches =
                new EntryWriter(place, logs.calls(), logs.entries().withDocumentClass(RawBsonDocument.class));
        return new Parts(logs, preparation, batches);
    }

    private LogExpiry expiry(LogCollection logs) {
        return new LogExpiry(logs, retention, deletesOlder, InstantSource.system());
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
            parts.logs().connection().close();
        }
    }
}
