package io.workersupervisor.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * One connection, with each statement prepared once. Every statement commits by itself, except between {@link #begin}
 * and {@link #commit}. Not thread-safe. After an {@link SQLException} it must be closed,
 * which rolls back; only a row that was refused ({@link SqliteFailure#isRefusal}) undoes no more than its statement.
 */
final class SqliteConnection implements AutoCloseable {
    private final Connection connection;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();
    private final Map<String, List<String>> labels = new HashMap<>();

    private SqliteConnection(Connection connection) {
        this.connection = connection;
    }

    /** Work on a session. */
    @FunctionalInterface
    interface Work<T> {
        T in(SqliteConnection session) throws SQLException;
    }

    /**
     * Opens a database; never makes one.
     *
     * @param mode parameters of SQLite's file URI
     */
    static SqliteConnection open(Path file, String mode, Duration busyTimeout) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout((int) busyTimeout.toMillis());
        // Nobody asks for them, and the driver would run a query for them after each statement.
        config.setGetGeneratedKeys(false);
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        return new SqliteConnection(config.createConnection("jdbc:sqlite:" + file.toUri() + "?" + mode));
    }

    /** Runs a statement that returns no rows; the answer is how many it changed. */
    int update(String sql, @Nullable Object... values) throws SQLException {
        return bound(sql, values).executeUpdate();
    }

    /** Runs a statement to its end whatever it answers, as settings do. */
    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    /**
     * A token that changes whenever anything is written, by this session or by any other.
     *
     * @param session this one
     * @param others changes with each commit of another connection
     * @param own changes with each row that this one has changed
     */
    record Moment(SqliteConnection session, long others, long own) {}

    /** Changes with each commit of another connection, and with nothing else. */
    long others() throws SQLException {
        return number("PRAGMA data_version");
    }

    /** Now; what is read after it is at least as new. */
    Moment moment() throws SQLException {
        return new Moment(this, others(), number("SELECT total_changes()"));
    }

    /** The number that a query answers with. */
    long number(String sql) throws SQLException {
        try (ResultSet found = bound(sql).executeQuery()) {
            found.next();
            return found.getLong(1);
        }
    }

    /** Runs a query and reads all of its rows. */
    List<ResultRow> query(String sql, @Nullable Object... values) throws SQLException {
        try (ResultSet found = bound(sql, values).executeQuery()) {
            List<String> names = labels(sql, found);
            List<ResultRow> rows = new ArrayList<>();
            while (found.next()) {
                Map<String, @Nullable Object> row = new HashMap<>();
                for (int column = 1; column <= names.size(); column++) {
                    row.put(names.get(column - 1), found.getObject(column));
                }
                rows.add(new ResultRow(row));
            }
            return rows;
        }
    }

    private List<String> labels(String sql, ResultSet found) throws SQLException {
        List<String> known = labels.get(sql);
        if (known == null) {
            ResultSetMetaData columns = found.getMetaData();
            known = new ArrayList<>();
            for (int column = 1; column <= columns.getColumnCount(); column++) {
                known.add(columns.getColumnLabel(column));
            }
            labels.put(sql, known);
        }
        return known;
    }

    private PreparedStatement bound(String sql, @Nullable Object... values) throws SQLException {
        PreparedStatement statement = prepared.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            prepared.put(sql, statement);
        }
        for (int index = 0; index < values.length; index++) {
            statement.setObject(index + 1, values[index]);
        }
        return statement;
    }

    /** Begins a transaction with the write lock in hand; waits for it up to the busy timeout. */
    void begin() throws SQLException {
        connection.setAutoCommit(false);
    }

    /** Commits what was begun: not with JDBC's {@code commit()}, which would take the write lock again at once. */
    void commit() throws SQLException {
        connection.setAutoCommit(true);
    }

    /** Runs the work in one transaction. */
    <T> T atomically(Work<T> work) throws SQLException {
        begin();
        T result = work.in(this);
        commit();
        return result;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
