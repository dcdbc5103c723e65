package io.workersupervisor.examples.console.legacy;

import io.workersupervisor.AccountId;
import io.workersupervisor.examples.console.frame.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A table of another program in a SQLite file. Each call opens the file for reading only, and closes it.
 *
 * @param accountColumn the column that holds the account
 * @param pidColumn the column that holds the number of its process
 */
public record LegacyRegistry(Path file, String table, String accountColumn, String pidColumn) {
    private static final String TABLE = "worker_registry";

    /** Names of an account without case and punctuation; those of a user count where there is none of the first. */
    private static final List<Set<String>> ACCOUNT =
            List.of(Set.of("account", "accountid"), Set.of("user", "userid", "username"));

    private static final List<Set<String>> PID = List.of(Set.of("pid", "processid", "workerpid", "ospid"));

    /**
     * A row.
     *
     * @param pid empty where the row names no process
     */
    public record Row(AccountId account, OptionalLong pid) {}

    /**
     * The rows.
     *
     * @param problems the rows that cannot be read, a sentence each
     */
    public record Rows(List<Row> rows, List<String> problems) {}

    /**
     * Looks for the columns.
     *
     * @throws IOException if they are not there, or if it is in doubt which they are; the message names the candidates
     */
    public static LegacyRegistry find(
            Path file, Optional<String> table, Optional<String> accountColumn, Optional<String> pidColumn)
            throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("no such file: " + file);
        }
        try (Connection connection = open(file)) {
            String name = table.orElse(TABLE);
            List<String> columns = columns(connection, name);
            if (columns.isEmpty()) {
                List<String> all =
                        strings(connection, "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')");
                throw new IOException(file + " has no table " + Output.quoted(name) + "; say which with --table: "
                        + String.join(", ", all));
            }
            return new LegacyRegistry(
                    file,
                    name,
                    column("account", columns, accountColumn, ACCOUNT),
                    column("pid", columns, pidColumn, PID));
        } catch (SQLException failed) {
            throw failure(file, failed);
        }
    }

    private static String column(String what, List<String> columns, Optional<String> wanted, List<Set<String>> names)
            throws IOException {
        String option = "--" + what + "-column";
        String has = "; the table has " + String.join(", ", columns);
        if (wanted.isPresent()) {
            return columns.stream()
                    .filter(wanted.get()::equalsIgnoreCase)
                    .findFirst()
                    .orElseThrow(() -> new IOException(option + ": no column " + Output.quoted(wanted.get()) + has));
        }
        for (Set<String> some : names) {
            List<String> found = columns.stream()
                    .filter(name -> some.contains(name.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "")))
                    .toList();
            if (found.size() > 1) {
                throw new IOException("several columns may hold the " + what + ": " + String.join(", ", found)
                        + "; say which with " + option);
            } else if (!found.isEmpty()) {
                return found.get(0);
            }
        }
        throw new IOException("no column has a usual name of the " + what + "; say which with " + option + has);
    }

    /** Reads all rows as they are now. */
    public Rows read() throws IOException {
        List<Row> rows = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        String sql = "SELECT " + quoted(accountColumn) + ", " + quoted(pidColumn) + " FROM " + quoted(table);
        try (Connection connection = open(file);
                PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet found = statement.executeQuery()) {
            while (found.next()) {
                try {
                    rows.add(new Row(account(found.getObject(1)), pid(found.getObject(2))));
                } catch (IllegalArgumentException strange) {
                    problems.add("row " + found.getRow() + " of " + table + ": " + strange.getMessage());
                }
            }
        } catch (SQLException failed) {
            throw failure(file, failed);
        }
        return new Rows(rows, problems);
    }

    private static AccountId account(@Nullable Object value) {
        if (value instanceof Integer || value instanceof Long) {
            return AccountId.of(((Number) value).longValue());
        } else if (value instanceof String text) {
            return AccountId.of(text);
        }
        throw new IllegalArgumentException("account must be a whole number or a text, was "
                + (value == null ? "null" : value.getClass().getSimpleName()));
    }

    private static OptionalLong pid(@Nullable Object value) {
        String text = value == null ? "0" : value.toString().strip();
        if (!text.matches("-?[0-9]{1,18}")) {
            throw new IllegalArgumentException("pid must be a whole number, was " + Output.quoted(text));
        }
        long pid = Long.parseLong(text);
        return pid > 0 ? OptionalLong.of(pid) : OptionalLong.empty();
    }

    private static Connection open(Path file) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file.toUri() + "?mode=ro");
    }

    private static List<String> columns(Connection connection, String table) throws SQLException {
        return strings(connection, "SELECT name FROM pragma_table_info(?)", table);
    }

    private static List<String> strings(Connection connection, String sql, String... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int index = 0; index < values.length; index++) {
                statement.setString(index + 1, values[index]);
            }
            List<String> all = new ArrayList<>();
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    all.add(found.getString(1));
                }
            }
            return all;
        }
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static IOException failure(Path file, SQLException failed) {
        return new IOException(file + " cannot be read: " + failed.getMessage(), failed);
    }
}
