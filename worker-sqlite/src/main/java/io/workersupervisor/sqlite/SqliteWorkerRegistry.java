package io.workersupervisor.sqlite;

import static java.util.stream.Collectors.joining;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.RegistryException;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerState;
import io.workersupervisor.spi.CorruptRowException;
import io.workersupervisor.spi.RowListing;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A registry in one SQLite file, for one machine: any number of processes of one user may have it open at once.
 *
 * <pre>
 * worker_registry   account_id (number or string), epoch, version, worker_id, node, state, desired, pid, started_at,
 *                   user_id, spec_version, detail
 * worker_stops      worker_id, account_id, ended_at, report
 * worker_meta       schema, min_reader, registry_id
 * </pre>
 *
 * <p>Times are UTC with milliseconds and sort as text. The file is ours alone: its {@code application_id} says so, and
 * a file of anything else is refused unaltered. It has mode 0600. Reading it with {@code sqlite3} at any time is fine.
 * A row that is changed by hand needs {@code version = version + 1} in the same statement. Programs in the same JVM
 * must not open, copy or archive the file or its {@code -wal} and {@code -shm} past SQLite while it is open: closing
 * such a descriptor drops SQLite's locks.
 *
 * <p><b>Threads.</b> Thread-safe: one connection. Writes of several threads that meet share one sync to disk, and none
 * fails through another's fault. A call blocks for its reads, writes and that sync; for up to {@link #BUSY_TIMEOUT} while
 * another process holds the write lock, and before that for up to 30 s while other threads use this object; then it
 * throws {@link RegistryException}. An interrupt shortens nothing and stays set. After a failure the same object works
 * again as soon as the cause is gone.
 *
 * <p><b>Crashes.</b> A write is on disk when its method returns (write-ahead log, {@code synchronous=FULL}); a crash
 * inside leaves all of it or nothing, and the next opening of the file recovers by itself. Where the disk fails (an
 * {@code IOERR} in the message) only a reading shows whether the write is there.
 */
public final class SqliteWorkerRegistry implements WorkerRegistry, AutoCloseable {
    /** The longest wait of a call for a write lock that another process holds: 5 s. */
    public static final Duration BUSY_TIMEOUT = Duration.ofSeconds(5);

    private static final String KEY = " WHERE account_id = ? AND epoch = ? AND version = ? AND worker_id = ?";
    private static final String SELECT =
            "SELECT " + String.join(", ", RegistryTables.COLUMNS) + " FROM worker_registry";
    private static final String SELECT_ONE = SELECT + " WHERE account_id = ?";
    /** A state that nobody knows is not closed. */
    private static final String CLOSED_LEFT_OUT = Arrays.stream(WorkerState.values())
            .filter(state -> !state.isOpen())
            .map(state -> "'" + state + "'")
            .collect(joining(", ", " WHERE state NOT IN (", ")"));

    private static final String DUE =
            " WHERE state = 'BACKING_OFF' AND " + RegistryTables.DUE_AT + " <= ? ORDER BY account_id";

    private static final String INSERT = "INSERT INTO worker_registry (" + String.join(", ", RegistryTables.COLUMNS)
            + ") VALUES (" + RegistryTables.COLUMNS.stream().map(column -> "?").collect(joining(", "))
            + ") ON CONFLICT (account_id) DO NOTHING";
    private static final String REPLACE = "UPDATE worker_registry SET "
            + RegistryTables.COLUMNS.stream().map(column -> column + " = ?").collect(joining(", ")) + KEY;

    private static final String FILE = "INSERT INTO worker_stops (worker_id, account_id, ended_at, report)"
            + " VALUES (?, ?, ?, ?) ON CONFLICT (worker_id) DO NOTHING";
    private static final String PRUNE =
            "DELETE FROM worker_stops WHERE account_id = ?1 AND worker_id <> ?2 AND worker_id <= (SELECT worker_id"
                    + " FROM worker_stops WHERE account_id = ?1 AND worker_id <> ?2 ORDER BY worker_id DESC LIMIT 1 OFFSET "
                    + (StopReport.KEPT - 1) + ")";
    private static final String DROP = "DELETE FROM worker_stops WHERE account_id = ? AND worker_id <= ?";

    private static final String NEWEST = "SELECT worker_id, ended_at, report FROM worker_stops WHERE account_id = ?"
            + " ORDER BY worker_id DESC LIMIT ?";
    private static final String SINCE = "SELECT account_id, worker_id, ended_at, report FROM worker_stops"
            + " WHERE ended_at >= ? ORDER BY ended_at DESC";
    private static final String OF =
            "SELECT account_id, worker_id, ended_at, report FROM worker_stops WHERE worker_id IN ";

    /** The most parameters of a statement that SQLite takes are 32,766. */
    private static final int MOST_IDS = 30_000;

    private final Store store;
    private final KnownRows known = new KnownRows();
    /** The last listing: a host asks for the same one again and again, and mostly nothing has changed. */
    private volatile @Nullable Listed listed;

    private volatile boolean indexed;

    private record Listed(SqliteConnection.Moment moment, RowSelection selection, RowListing listing) {
        boolean isOf(SqliteConnection.Moment now, RowSelection wanted) {
            return moment.equals(now) && selection.equals(wanted);
        }
    }

    /** A row that is known, or else what was read. */
    private record Sought(Optional<WorkerRow> known, List<ResultRow> read) {}

    /** Rows as they were at a moment or later. */
    private record Found(SqliteConnection.Moment moment, List<ResultRow> rows) {}

    SqliteWorkerRegistry(Store store) {
        this.store = store;
    }

    /**
     * Opens the registry of a data directory, {@link DataDirectory#registryFile()}, and makes it if it is missing.
     * Blocks for a check of the whole file.
     *
     * @param data the data directory
     * @return the registry, to be closed
     * @throws RegistryException if the file is not a registry, needs a newer version, is damaged, empty, or cannot be read
     *     or written; it is unaltered then
     */
    public static SqliteWorkerRegistry open(DataDirectory data) {
        return open(data.registryFile());
    }

    /**
     * Opens a registry in another place, and makes it if it is missing; otherwise as {@link #open(DataDirectory)}.
     *
     * @param file the database, made if it is missing; its directory must exist
     * @return the registry, to be closed
     * @throws io.workersupervisor.DataDirectoryException if the file lies on a network file system
     * @throws RegistryException as {@link #open(DataDirectory)}
     */
    public static SqliteWorkerRegistry open(Path file) {
        return open(file, BUSY_TIMEOUT);
    }

    static SqliteWorkerRegistry open(Path file, Duration busyTimeout) {
        return new SqliteWorkerRegistry(WritableStore.open(file, busyTimeout, WritableStore.LONGEST_QUEUE));
    }

    /**
     * Opens the registry of a data directory for tools that look at it. No file is made or altered, whether hosts use it
     * or not, and no lock of theirs is held up. Each call reads the present state; what writes throws
     * {@link UnsupportedOperationException}.
     *
     * @param data the data directory
     * @return the registry
     * @throws RegistryException as {@link #open(DataDirectory)}, if the file is missing, and if it is a copy that has a
     *     {@code -wal} but no {@code -shm}
     */
    public static SqliteWorkerRegistry openReadOnly(DataDirectory data) {
        return openReadOnly(data.registryFile());
    }

    static SqliteWorkerRegistry openReadOnly(Path file) {
        return new SqliteWorkerRegistry(ReadOnlyStore.open(file, BUSY_TIMEOUT));
    }

    @Override
    public String id() {
        return store.id();
    }

    @Override
    public Optional<WorkerRow> find(AccountId account) {
        Sought found = store.read("reading account " + account, session -> {
            Optional<WorkerRow> row = known.find(session, account);
            return new Sought(row, row.isPresent() ? List.of() : session.query(SELECT_ONE, account.value()));
        });
        try {
            return found.known()
                    .or(() -> found.read().stream().map(RowMapper::row).findFirst());
        } catch (IllegalArgumentException e) {
            throw new CorruptRowException(
                    store.name() + ": the row of account " + account + " cannot be read: "
                            + repairable(account.value(), e),
                    e);
        }
    }

    @Override
    public RowListing list(RowSelection selection) {
        if (selection.dueBy().isPresent()) {
            return due(selection, selection.dueBy().get());
        }
        Listed before = listed;
        String closed = selection.openOnly() ? CLOSED_LEFT_OUT : "";
        Found found = store.read("listing the rows", session -> {
            SqliteConnection.Moment moment = session.moment();
            boolean same = before != null && before.isOf(moment, selection);
            return new Found(moment, same ? List.of() : session.query(SELECT + closed + " ORDER BY account_id"));
        });
        if (before != null && before.isOf(found.moment(), selection)) {
            return before.listing();
        }
        Listed now = new Listed(found.moment(), selection, listing(found, selection));
        listed = now;
        return now.listing();
    }

    private RowListing due(RowSelection selection, Instant by) {
        if (!indexed && store instanceof WritableStore) {
            // A file that was made by an older version of this library has no such index.
            store.write("making the index of what is due", session -> session.update(RegistryTables.DUE_INDEX));
            indexed = true;
        }
        Found found = store.read(
                "listing the rows that are due",
                session -> new Found(session.moment(), session.query(SELECT + DUE, by.toEpochMilli())));
        return listing(found, selection);
    }

    private RowListing listing(Found found, RowSelection selection) {
        KnownRows.Seen now =
                new KnownRows.Seen(found.moment().session(), found.moment().others());
        List<WorkerRow> rows = new ArrayList<>();
        List<String> unreadable = new ArrayList<>();
        for (ResultRow fields : found.rows()) {
            try {
                WorkerRow row = known.same(now, fields).orElseGet(() -> RowMapper.row(fields));
                if (selection.selects(row)) {
                    rows.add(row);
                }
            } catch (IllegalArgumentException e) {
                Object account = fields.value("account_id");
                unreadable.add("account " + account + ": " + repairable(account, e));
            }
        }
        return new RowListing(rows, unreadable);
    }

    private String repairable(@Nullable Object account, IllegalArgumentException problem) {
        String what = String.valueOf(problem.getMessage());
        return what + ". " + Repair.advice(store.database().file(), account, what);
    }

    @Override
    public Claimed claim(Optional<WorkerRow> seen, WorkerRow next, Optional<StopReport> ended) {
        WorkerRegistry.requireSuccessor(seen, next);
        if (ended.isEmpty()) {
            return new Claimed(update(seen, next), false);
        }
        SqliteConnection.Work<Boolean> filing = filing(ended.get());
        SqliteConnection.Work<Boolean> setting = setting(seen, next);
        Optional<KnownRows.Seen> before = known.seen();
        Claimed claimed = store.write("the claim of account " + next.account(), session -> {
            boolean filed = filing.in(session);
            return new Claimed(setting.in(session), filed);
        });
        if (claimed.won()) {
            known.written(before, next);
        }
        return claimed;
    }

    @Override
    public boolean update(Optional<WorkerRow> seen, WorkerRow next) {
        WorkerRegistry.requireSuccessor(seen, next);
        Optional<KnownRows.Seen> before = known.seen();
        boolean won = store.write("writing account " + next.account(), setting(seen, next));
        if (won) {
            known.written(before, next);
        }
        return won;
    }

    private static SqliteConnection.Work<Boolean> setting(Optional<WorkerRow> seen, WorkerRow next) {
        @Nullable Object[] values = RowMapper.values(next);
        if (seen.isEmpty()) {
            return session -> session.update(INSERT, values) == 1;
        }
        WorkerRow row = seen.get();
        Stream<@Nullable Object> key = Stream.of(row.account().value(), row.epoch(), row.revision(), row.workerId());
        @Nullable Object[] both = Stream.concat(Stream.of(values), key).toArray();
        return session -> session.update(REPLACE, both) == 1;
    }

    @Override
    public boolean file(StopReport report) {
        return store.write("filing the report of worker " + report.workerId(), filing(report));
    }

    private static SqliteConnection.Work<Boolean> filing(StopReport report) {
        Object account = report.account().value();
        Object[] values = {report.workerId(), account, ResultRow.time(report.endedAt()), report.toJson()};
        return session -> {
            boolean inserted = session.update(FILE, values) == 1;
            if (inserted) {
                session.update(PRUNE, account, report.workerId());
            }
            return inserted;
        };
    }

    @Override
    public void dropReports(AccountId account, String workerId) {
        Objects.requireNonNull(workerId, "workerId");
        store.write(
                "dropping the reports of account " + account,
                session -> session.update(DROP, account.value(), workerId));
    }

    @Override
    public List<StopReport> reports(AccountId account, int most) {
        WorkerRegistry.requireSome(most);
        List<ResultRow> found = store.read(
                "reading the reports of account " + account, session -> session.query(NEWEST, account.value(), most));
        return found.stream().map(fields -> RowMapper.report(fields, account)).toList();
    }

    @Override
    public List<StopReport> reportsSince(Instant since) {
        return found("the reports since " + since, SINCE, LogSearch.bound(since)).stream()
                .filter(report -> !report.endedAt().isBefore(since))
                .toList();
    }

    @Override
    public List<StopReport> reportsOf(List<WorkerRow> rows) {
        List<StopReport> all = new ArrayList<>();
        for (int from = 0; from < rows.size(); from += MOST_IDS) {
            Object[] ids = rows.subList(from, Math.min(rows.size(), from + MOST_IDS)).stream()
                    .map(WorkerRow::workerId)
                    .toArray();
            String places = String.join(", ", Collections.nCopies(ids.length, "?"));
            all.addAll(found("the reports of " + ids.length + " workers", OF + "(" + places + ")", ids));
        }
        return all;
    }

    private List<StopReport> found(String what, String sql, Object... values) {
        return store.read("reading " + what, session -> session.query(sql, values)).stream()
                .map(found -> RowMapper.report(found, found.account()))
                .toList();
    }

    /** Closes the file. Closing again does nothing; any other call afterwards is an {@link IllegalStateException}. */
    @Override
    public void close() {
        store.close();
    }
}
