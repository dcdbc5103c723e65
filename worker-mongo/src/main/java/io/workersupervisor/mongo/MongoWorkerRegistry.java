package io.workersupervisor.mongo;

import static com.mongodb.client.model.Filters.and;

import com.mongodb.client.model.PushOptions;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import com.mongodb.reactivestreams.client.MongoCollection;
import io.workersupervisor.AccountId;
import io.workersupervisor.RegistryException;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerState;
import io.workersupervisor.spi.CorruptRowException;
import io.workersupervisor.spi.RowListing;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * A registry in a MongoDB replica set, for one machine or many.
 *
 * <pre>
 * worker_registry   _id (the account: 64-bit number or string), epoch, version, worker_id, node, state, desired, pid,
 *                   started_at, user_id, spec_version, detail, due_at, writes
 * worker_stops      _id (the worker id), account_id, ended_at, reason, report, write
 * worker_meta       _id "registry", schema, min_reader, registry_id
 * </pre>
 *
 * <p>Times are dates. {@code writes} holds the marks of the last {@value #MARKS} writes of a row, {@code write} the one of a
 * report: by them a host finds out whether a write of its own that had no answer was applied. Reading the collections at
 * any time is fine. A row that is changed by hand needs {@code $inc: {version: 1}} in the same update.
 *
 * <p>Rows of this node are judged by process and lock as with any registry. Of rows of other nodes only a person can say
 * that their machine is dead.
 *
 * <p><b>Threads.</b> Thread-safe, also between processes and machines. A call blocks for a majority write or a read, and
 * through an election; after {@link MongoPlace#timeout} at most it throws {@link RegistryException}. What the server
 * refuses is thrown at once. An interrupt ends a call with that exception and stays set.
 *
 * <p><b>Crashes.</b> A write is acknowledged by a majority of the members when its method returns, whatever write concern
 * the URI names, and survives the loss of any minority. One that had no answer is sent again under the same marks until it
 * is answered, so that it is applied once; when the time is over before, the message says that only a reading shows it. Several
 * documents are never written as one: of a claim with a report, the report comes first.
 */
public final class MongoWorkerRegistry implements WorkerRegistry, AutoCloseable {
    static final String ROWS = "worker_registry";

    /** The number of a row's writes that can be distinguished afterwards. */
    private static final int MARKS = 8;

    private static final String RIGHTS =
            "find, insert, update, remove and createIndex on worker_registry, worker_stops and"
                    + " worker_meta, for instance by the role readWrite";

    /** A state that nobody knows is not closed. */
    private static final List<String> CLOSED = Arrays.stream(WorkerState.values())
            .filter(state -> !state.isOpen())
            .map(WorkerState::name)
            .toList();

    private final MongoPlace place;
    private final Connection connection;
    private final RetriedCalls calls;
    private final MongoCollection<Document> rows;
    private final ReportCollection stops;
    private final boolean readOnly;
    private final String id;

    private MongoWorkerRegistry(MongoPlace place, Connection connection, boolean readOnly) {
        this.place = place;
        this.connection = connection;
        this.calls = new RetriedCalls(connection, new MongoFailure(place, RIGHTS, RegistryException::new), place);
        this.rows = connection.collection(ROWS);
        this.stops = new ReportCollection(connection.collection(ReportCollection.NAME), calls);
        this.readOnly = readOnly;
        RegistrySchema schema = new RegistrySchema(place, connection, calls);
        this.id = readOnly ? schema.look() : schema.open();
    }

    /**
     * Opens the registry of a database; otherwise as {@link #open(MongoPlace)}.
     *
     * @param uri a connection string, see {@link MongoPlace#of(String)}
     * @return the registry, to be closed
     * @throws IllegalArgumentException if the connection string cannot be read
     * @throws RegistryException as {@link #open(MongoPlace)}
     */
    public static MongoWorkerRegistry open(String uri) {
        return open(MongoPlace.of(uri));
    }

    /**
     * Opens the registry of a place, and makes its collections and indexes where they are missing.
     *
     * @param place its place, where it is made if it is missing
     * @return the registry, to be closed
     * @throws RegistryException if it cannot be reached, is no replica set, refuses the user or what a registry needs, or
     *     holds a registry that needs a newer version
     */
    public static MongoWorkerRegistry open(MongoPlace place) {
        return open(place, false);
    }

    /**
     * Opens the registry of a place for tools that look at it. Nothing is made or altered, and the role {@code read} is
     * enough; what writes throws {@link UnsupportedOperationException}.
     *
     * @param place its place
     * @return the registry, to be closed
     * @throws RegistryException as {@link #open(MongoPlace)}, and if there is none
     */
    public static MongoWorkerRegistry openReadOnly(MongoPlace place) {
        return open(place, true);
    }

    private static MongoWorkerRegistry open(MongoPlace place, boolean readOnly) {
        Connection connection = place.connect();
        try {
            return new MongoWorkerRegistry(place, connection, readOnly);
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Optional<WorkerRow> find(AccountId account) {
        Optional<Document> found = calls.read(
                "reading account " + account,
                attempt -> attempt.one(attempt.on(rows).find(key(account)).first()));
        try {
            return found.map(RowMapper::row);
        } catch (IllegalArgumentException e) {
            throw new CorruptRowException(
                    place + ": the row of account " + account + " cannot be read: " + repairable(account.value(), e),
                    e);
        }
    }

    /** Rows of one answer of the server, which it bounds by 16 MB anyway. */
    private static final int BATCH = 10_000;

    @Override
    public RowListing list(RowSelection selection) {
        List<Bson> parts = new ArrayList<>();
        if (selection.openOnly()) {
            parts.add(new Document("state", new Document("$nin", CLOSED)));
        }
        selection
                .dueBy()
                .ifPresent(by -> parts.add(new Document("state", WorkerState.BACKING_OFF.name())
                        .append("due_at", new Document("$lte", Date.from(by)))));
        // Nothing can be said about a row without a node.
        selection
                .node()
                .ifPresent(node -> parts.add(new Document("node", new Document("$in", Arrays.asList(node, null)))));
        Bson filter = parts.isEmpty() ? new Document() : and(parts);
        List<Document> found = calls.read(
                "listing the rows",
                attempt -> attempt.all(attempt.on(rows)
                        .find(filter)
                        .sort(Sorts.ascending("_id"))
                        .batchSize(BATCH)));
        return listing(found, selection);
    }

    private RowListing listing(List<Document> found, RowSelection selection) {
        List<WorkerRow> readable = new ArrayList<>();
        List<String> unreadable = new ArrayList<>();
        for (Document document : found) {
            try {
                WorkerRow row = RowMapper.row(document);
                if (selection.selects(row)) {
                    readable.add(row);
                }
            } catch (IllegalArgumentException e) {
                Object account = new Fields(document).value("_id");
                unreadable.add("account " + account + ": " + repairable(account, e));
            }
        }
        return new RowListing(readable, unreadable);
    }

    private String repairable(@Nullable Object account, IllegalArgumentException problem) {
        String what = String.valueOf(problem.getMessage());
        return what + ". " + Repair.advice(rows.getNamespace().getCollectionName(), account, what);
    }

    @Override
    public boolean update(Optional<WorkerRow> seen, WorkerRow next) {
        requireWritable();
        WorkerRegistry.requireSuccessor(seen, next);
        ObjectId mark = new ObjectId();
        return calls.write("writing account " + next.account(), attempt -> {
            boolean applied = seen.isEmpty() ? insert(attempt, next, mark) : replace(attempt, seen.get(), next, mark);
            return applied || (attempt.inDoubt() && wasApplied(attempt, seen, next, mark));
        });
    }

    private void requireWritable() {
        if (readOnly) {
            throw new UnsupportedOperationException(place + " is open for reading only");
        }
    }

    private boolean insert(Attempt attempt, WorkerRow next, ObjectId mark) throws InterruptedException {
        Document row = key(next.account());
        row.putAll(RowMapper.fields(next));
        return attempt.inserts(rows, row.append("writes", List.of(mark)));
    }

    private boolean replace(Attempt attempt, WorkerRow seen, WorkerRow next, ObjectId mark)
            throws InterruptedException {
        Document filter = key(seen.account())
                .append("epoch", seen.epoch())
                .append("version", seen.revision())
                .append("worker_id", seen.workerId());
        Bson update = Updates.combine(
                new Document("$set", RowMapper.fields(next)),
                Updates.pushEach("writes", List.of(mark), new PushOptions().slice(-MARKS)));
        return attempt.one(attempt.on(rows).updateOne(filter, update))
                        .orElseThrow()
                        .getMatchedCount()
                == 1;
    }

    /**
     * Tells whether a repetition of this write found no row because an earlier attempt had won. A row that still is as
     * it was seen has been looked at by a primary that is none any more.
     */
    private boolean wasApplied(Attempt attempt, Optional<WorkerRow> seen, WorkerRow next, ObjectId mark)
            throws InterruptedException {
        Document found = attempt.one(
                        attempt.surely(rows).find(key(next.account())).first())
                .orElse(null);
        if (found == null) {
            if (seen.isEmpty()) {
                throw new RetriedCalls.StaleAnswer();
            }
            return false;
        }
        if (found.getList("writes", Object.class, List.of()).contains(mark)) {
            return true;
        }
        Fields fields = new Fields(found);
        Object version = fields.value("version");
        boolean asSeen = seen.isPresent()
                && Objects.equals(version, seen.get().revision())
                && Objects.equals(fields.value("epoch"), seen.get().epoch())
                && Objects.equals(fields.value("worker_id"), seen.get().workerId());
        if (asSeen) {
            throw new RetriedCalls.StaleAnswer();
        }
        if (version instanceof Long now && now - next.revision() >= MARKS) {
            throw new RegistryException(place + ": writing account " + next.account()
                    + " was not answered, and the row has moved on by " + MARKS + " writes since: read it again");
        }
        return false;
    }

    @Override
    public boolean file(StopReport report) {
        requireWritable();
        return stops.file(report);
    }

    @Override
    public void dropReports(AccountId account, String workerId) {
        stops.drop(account, Objects.requireNonNull(workerId, "workerId"));
    }

    @Override
    public List<StopReport> reports(AccountId account, int most) {
        WorkerRegistry.requireSome(most);
        return stops.newest(account, most);
    }

    @Override
    public List<StopReport> reportsSince(Instant since) {
        return stops.since(since);
    }

    @Override
    public List<StopReport> reportsOf(List<WorkerRow> rows) {
        return stops.of(rows.stream().map(WorkerRow::workerId).toList());
    }

    @Override
    public Optional<String> freeing(WorkerRow row) {
        return Optional.of(Repair.freeing(rows.getNamespace().getCollectionName(), row));
    }

    private static Document key(AccountId account) {
        return new Document("_id", account.value());
    }

    /**
     * Closes the client, if it was opened here. Closing again does nothing; any other call afterwards is an
     * {@link IllegalStateException}.
     */
    @Override
    public void close() {
        connection.close();
    }
}
