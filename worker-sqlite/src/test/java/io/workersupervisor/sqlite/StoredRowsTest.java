package io.workersupervisor.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.Desired;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerState;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRow;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stored shapes are stable: rows and reports that an earlier build wrote, as its database was dumped, are read and go on. */
class StoredRowsTest {
    private static final AccountId RUNNING = AccountId.of(4711);
    private static final AccountId STOPPED = AccountId.of(5);

    private final DataDirectory data;

    StoredRowsTest(@TempDir Path home) {
        this.data = DataDirectory.open(home.resolve("data"));
    }

    @BeforeEach
    void restore() throws Exception {
        try (InputStream in = Objects.requireNonNull(
                        StoredRowsTest.class.getResourceAsStream("/registry-of-0.1.0-SNAPSHOT.sql"));
                Connection database = connect();
                Statement statement = database.createStatement()) {
            statement.executeUpdate(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private Connection connect() throws Exception {
        return DriverManager.getConnection("jdbc:sqlite:" + data.registryFile());
    }

    @Test
    void a_row_that_wants_a_worker_is_read_with_revision_and_version() {
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(data)) {
            WorkerRow row = registry.find(RUNNING).orElseThrow();

            assertThat(row.desired()).isEqualTo(Desired.RUNNING);
            assertThat(row.state()).isEqualTo(WorkerState.RUNNING);
            assertThat(row.revision()).isEqualTo(3);
            assertThat(row.version()).contains("1.2");
            assertThat(row.userId()).contains("user-a");
            assertThat(row.pid()).hasValue(19391);
            assertThat(registry.find(AccountId.of("bot-a")))
                    .map(WorkerRow::version)
                    .contains(Optional.empty());
        }
    }

    @Test
    void what_is_due_gets_its_index() throws Exception {
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(data)) {
            assertThat(registry.list(RowSelection.dueOf("any", Instant.now())).rows())
                    .isEmpty();
        }

        try (Connection database = connect();
                Statement statement = database.createStatement();
                ResultSet found = statement.executeQuery(
                        "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND name = 'worker_registry_due'")) {
            assertThat(found.getInt(1)).isOne();
        }
    }

    @Test
    void a_report_keeps_its_version() {
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(data)) {
            assertThat(registry.find(STOPPED)).map(WorkerRow::desired).contains(Desired.STOPPED);
            StopReport report = registry.reports(STOPPED, 1).get(0);

            assertThat(report.version()).contains("2");
            assertThat(report.reason()).isEqualTo(StopReason.STOPPED_ON_REQUEST);
        }
    }

    @Test
    void the_word_in_the_column_stays() throws Exception {
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(data)) {
            WorkerRow row = registry.find(RUNNING).orElseThrow();
            WorkerRow next = new WorkerRow(
                    row.account(),
                    row.epoch(),
                    row.revision() + 1,
                    row.workerId(),
                    row.node(),
                    WorkerState.STOPPING,
                    row.desired(),
                    row.startedAt(),
                    row.userId(),
                    row.version(),
                    row.detail());

            assertThat(registry.update(Optional.of(row), next)).isTrue();
        }
        try (Connection database = connect();
                Statement statement = database.createStatement();
                ResultSet found = statement.executeQuery(
                        "SELECT desired, version, spec_version FROM worker_registry WHERE account_id = 4711")) {
            assertThat(found.getString("desired")).isEqualTo("RUN");
            assertThat(found.getLong("version")).isEqualTo(4);
            assertThat(found.getString("spec_version")).isEqualTo("1.2");
        }
    }
}
