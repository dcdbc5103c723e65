package io.workersupervisor.sqlite;

import io.workersupervisor.Placeholder;
import java.sql.DriverManager;
import java.sql.SQLException;

/** Stands in for the SQLite registry. */
public final class SqlitePlaceholder implements Placeholder {
    /** Makes one. */
    public SqlitePlaceholder() {}

    @Override
    public String name() {
        try (var connection = DriverManager.getConnection("jdbc:sqlite::memory:");
                var rows = connection.createStatement().executeQuery("SELECT sqlite_version()")) {
            return "sqlite " + rows.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException("SQLite does not answer", e);
        }
    }
}
