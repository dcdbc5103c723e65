package io.workersupervisor.sqlite;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogSink;
import io.workersupervisor.LogSinkContract;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The contract, and what the SQLite sink adds to it. */
class SqliteLogSinkTest extends LogSinkContract {
    @TempDir
    Path temporary;

    @SuppressWarnings("NullAway.Init")
    private DataDirectory data;

    @SuppressWarnings("NullAway.Init")
    private SqliteLogSink sink;

    private final List<SqliteLogSink> others = new ArrayList<>();

    @BeforeEach
    void open() {
        data = DataDirectory.open(temporary.resolve("data"));
        sink = SqliteLogSink.open(data);
    }

    @AfterEach
    void close() {
        others.forEach(SqliteLogSink::close);
        sink.close();
    }

    @Override
    protected LogSink sink() {
        return sink;
    }

    @Override
    protected LogSink another() {
        SqliteLogSink other = SqliteLogSink.open(data);
        others.add(other);
        return other;
    }
}
