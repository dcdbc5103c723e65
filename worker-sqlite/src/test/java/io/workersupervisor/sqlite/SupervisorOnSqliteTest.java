package io.workersupervisor.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.NodeEvidence;
import io.workersupervisor.OnClose;
import io.workersupervisor.ReconcileReport;
import io.workersupervisor.RegistryException;
import io.workersupervisor.StartResult;
import io.workersupervisor.WorkerInspector;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.spi.CorruptRowException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P7: a supervisor on a SQLite registry of which a part is broken, or all of it for a while. */
class SupervisorOnSqliteTest {
    private static final AccountId ACCOUNT = AccountId.of(4711);
    private static final AccountId OTHER = AccountId.of("other");

    private DataDirectory data;
    private SqliteWorkerRegistry registry;
    private WorkerSupervisor host;

    @BeforeEach
    void open(@TempDir Path directory) {
        data = DataDirectory.open(directory.resolve("data"));
        registry = SqliteWorkerRegistry.open(data);
        host = WorkerSupervisor.builder(data, registry)
                .onClose(OnClose.STOP_WORKERS)
                .build();
    }

    @AfterEach
    void close() {
        host.close();
        registry.close();
    }

    private static WorkerSpec spec(AccountId account) {
        return WorkerSpec.builder(account, "/bin/sleep", "600")
                .startGrace(Duration.ofMillis(100))
                .build();
    }

    private void sql(String statement) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.registryFile());
                Statement sql = connection.createStatement()) {
            sql.execute(statement);
        }
    }

    @Test
    void P7_a_corrupt_row_is_named_and_hinders_no_other_account() throws Exception {
        host.start(spec(ACCOUNT)).orElseThrow();
        host.stop(ACCOUNT);
        sql("UPDATE worker_registry SET detail = 'nonsense', version = version + 1");

        ReconcileReport reconciled = host.reconcile();
        StartResult other = host.start(spec(OTHER));

        assertThatThrownBy(() -> host.start(spec(ACCOUNT)))
                .isInstanceOf(CorruptRowException.class)
                .hasMessageContaining("4711");
        assertThat(other).isInstanceOf(StartResult.Started.class);
        assertThat(reconciled.leftAlone()).isEmpty();
        assertThat(host.list())
                .singleElement()
                .extracting(WorkerStatus::account)
                .isEqualTo(OTHER);
        host.list();
        assertThat(new NodeEvidence(data).eventLog())
                .filteredOn(line -> line.contains("is not listed: account 4711"))
                .hasSize(1);
        assertThat(host.doctor())
                .anyMatch(finding -> finding.level() == WorkerInspector.Finding.Level.ERROR
                        && finding.text().contains("4711"));
    }

    @Test
    void P7_a_registry_that_is_locked_for_longer_than_the_timeout_starts_nothing_and_works_again_after_it()
            throws Exception {
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + data.registryFile());
                Statement sql = other.createStatement()) {
            sql.execute("BEGIN IMMEDIATE");

            assertThatThrownBy(() -> host.start(spec(ACCOUNT)))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("locked");
            sql.execute("ROLLBACK");
        }
        StartResult afterwards = host.start(spec(ACCOUNT));

        assertThat(afterwards.orElseThrow().epoch()).isEqualTo(1);
    }

    @Test
    void the_tables_read_as_operators_expect() throws Exception {
        host.start(spec(ACCOUNT)).orElseThrow();
        host.start(spec(OTHER)).orElseThrow();
        host.stop(OTHER);

        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.registryFile());
                Statement sql = connection.createStatement();
                var rows = sql.executeQuery(
                        "SELECT typeof(account_id), state, desired, pid IS NOT NULL FROM worker_registry ORDER BY 1")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getString(1) + " " + rows.getString(2) + " " + rows.getString(3) + " " + rows.getInt(4))
                    .isEqualTo("integer RUNNING RUN 1");
            assertThat(rows.next()).isTrue();
            assertThat(rows.getString(1) + " " + rows.getString(2) + " " + rows.getString(3) + " " + rows.getInt(4))
                    .isEqualTo("text STOPPED STOPPED 0");
        }
        assertThat(new NodeEvidence(data).eventLog()).hasSize(3);
    }
}
