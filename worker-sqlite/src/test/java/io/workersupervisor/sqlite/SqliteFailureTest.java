package io.workersupervisor.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.workersupervisor.AccountId;
import io.workersupervisor.HostProcess;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.RegistryException;
import io.workersupervisor.Rows;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.spi.CorruptRowException;
import io.workersupervisor.spi.RowListing;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A store that fails says so in words, changes nothing, and works again when the cause is gone. */
class SqliteFailureTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    @TempDir
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Path file;

    @BeforeEach
    void file() {
        file = directory.resolve("registry.db");
    }

    @Test
    void a_lock_held_by_another_process_for_longer_than_the_timeout() throws Exception {
        WorkerRow row = Rows.first(1);
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(file, SHORT)) {
            registry.update(Optional.empty(), row);
            WorkerRow next = Rows.claim(Optional.of(row), row.account(), Rows.workerId(2));

            try (HostProcess other = HostProcess.start(HoldWriteLock.class, file)) {
                assertThat(other.line()).isEqualTo("locked");

                long began = System.nanoTime();
                assertThatThrownBy(() -> registry.claim(Optional.of(row), next, Optional.of(Rows.report(row))))
                        .isInstanceOf(RegistryException.class)
                        .hasMessageContainingAll(file.toString(), "SQLITE_BUSY", "account 1", "Another process");
                assertThat(Duration.ofNanos(System.nanoTime() - began))
                        .isBetween(SHORT.minusMillis(20), Duration.ofSeconds(10));
                assertThatThrownBy(() -> registry.update(Optional.of(row), next))
                        .hasMessageContaining("SQLITE_BUSY");
                assertThat(registry.find(row.account())).contains(row);
                assertThat(registry.reports(row.account(), 5)).isEmpty();
                other.finish();
            }

            assertThat(registry.claim(Optional.of(row), next, Optional.of(Rows.report(row)))
                            .won())
                    .isTrue();
        }
    }

    @Test
    void a_lock_held_for_less_than_the_timeout_only_delays() throws Exception {
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(file);
                HostProcess other = HostProcess.start(HoldWriteLock.class, file)) {
            assertThat(other.line()).isEqualTo("locked");
            Thread release = new Thread(() -> {
                try {
                    Thread.sleep(500);
                    other.finish();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            release.start();

            assertThat(registry.update(Optional.empty(), Rows.first(1))).isTrue();

            release.join();
        }
    }

    @Test
    @Needs({Need.ROOT, Need.MOUNT})
    void a_full_disk() throws IOException {
        try (SmallDisk disk = SmallDisk.mount(directory.resolve("disk"));
                SqliteWorkerRegistry registry =
                        SqliteWorkerRegistry.open(disk.path().resolve("registry.db"))) {
            Path ballast = Files.write(disk.path().resolve("ballast"), new byte[600 * 1024]);

            long[] stored = {0};
            RegistryException full = catchThrowableOfType(RegistryException.class, () -> {
                while (registry.update(Optional.empty(), Rows.first(stored[0] + 1))) {
                    stored[0]++;
                }
            });
            assertThat(full).hasMessageContainingAll("registry.db", "SQLITE_FULL", "free space");
            assertThatThrownBy(() -> registry.update(Optional.empty(), Rows.first(stored[0] + 1)))
                    .hasMessageContaining("SQLITE_FULL");
            assertThat(registry.list(RowSelection.ALL).rows()).hasSize((int) stored[0]);

            Files.delete(ballast);
            assertThat(registry.update(Optional.empty(), Rows.first(stored[0] + 1)))
                    .isTrue();
            assertThat(registry.list(RowSelection.ALL).rows()).hasSize((int) stored[0] + 1);
        }
    }

    /** P7: one bad row hides no other and stops nobody else. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "state      | 'running'      | state must be one of",
                "desired    | ''             | desired must be one of",
                "epoch      | 'many'         | epoch must be a whole number",
                "epoch      | -1             | epoch must be at least 0",
                "version    | 1.5            | version must be a whole number",
                "worker_id  | x'00ff'        | worker_id must be text",
                "worker_id  | ''             | workerId must be given",
                "started_at | 'yesterday'    | started_at must be a time",
                "detail     | '{\"pid'       | detail: not JSON",
                "detail     | ''             | detail: not JSON",
                "detail     | '{\"identity\":{\"pid\":-1}}' | detail: ticks is missing",
            })
    void a_row_that_cannot_be_read(String column, String value, String words) throws SQLException {
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(file)) {
            for (long account = 1; account <= 3; account++) {
                registry.update(Optional.empty(), Rows.first(account));
            }
            edit("UPDATE worker_registry SET " + column + " = " + value + " WHERE account_id = 2");

            assertThatThrownBy(() -> registry.find(AccountId.of(2)))
                    .isInstanceOf(CorruptRowException.class)
                    .hasMessageContainingAll(file.toString(), "account 2", words);
            RowListing listing = registry.list(RowSelection.openOf("node-1"));

            assertThat(listing.rows()).containsExactly(Rows.first(1), Rows.first(3));
            assertThat(listing.unreadable()).singleElement().asString().contains("account 2", words);
            WorkerRow next = Rows.claim(Optional.of(Rows.first(3)), AccountId.of(3), Rows.workerId(9));
            assertThat(registry.update(Optional.of(Rows.first(3)), next)).isTrue();

            edit(statementIn(listing.unreadable().get(0)));
            assertThat(registry.list(RowSelection.ALL).unreadable()).isEmpty();
            assertThat(registry.find(AccountId.of(1))).contains(Rows.first(1));
        }
    }

    /** What an operator is told to type. */
    private String statementIn(String advice) {
        Matcher command = Pattern.compile("sqlite3 (\\S+) \"([^\"]+)\"").matcher(advice);
        assertThat(command.find()).as(advice).isTrue();
        assertThat(command.group(1)).isEqualTo(file.toString());
        return command.group(2);
    }

    @Test
    void a_number_that_was_stored_as_text_is_an_unreadable_row() throws SQLException {
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(file)) {
            registry.update(Optional.empty(), Rows.first(1));
            edit("UPDATE worker_registry SET account_id = '1'");

            assertThat(registry.list(RowSelection.ALL).unreadable())
                    .singleElement()
                    .asString()
                    .contains("the number 1 stored as text");
        }
    }

    @Test
    void a_report_that_cannot_be_read_is_told_as_such() throws SQLException {
        StopReport sound = Rows.report(Rows.first(1));
        StopReport bad = Rows.report(Rows.claim(Optional.of(Rows.first(1)), AccountId.of(1), Rows.workerId(2)));
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(file)) {
            registry.file(sound);
            registry.file(bad);
            edit("UPDATE worker_stops SET report = '{}' WHERE worker_id = '" + bad.workerId() + "'");

            assertThat(registry.reports(AccountId.of(1), 5)).hasSize(2).contains(sound);
            StopReport told = registry.reports(AccountId.of(1), 1).get(0);
            assertThat(told.workerId()).isEqualTo(bad.workerId());
            assertThat(told.reason()).isEqualTo(StopReason.UNKNOWN);
            assertThat(told.evidence().get(0)).contains("cannot be read");
        }
    }

    /** P1: rows that go into a deleted file would be seen by nobody. */
    @Test
    void a_file_that_was_moved_away_while_open() throws IOException {
        Path away = directory.resolve("away.db");
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(file)) {
            registry.update(Optional.empty(), Rows.first(1));

            Files.move(file, away);
            assertThatThrownBy(() -> registry.update(Optional.empty(), Rows.first(2)))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContainingAll(file.toString(), "moved or deleted while it was open");

            Files.move(away, file);
            assertThat(registry.update(Optional.empty(), Rows.first(2))).isTrue();
        }
    }

    @Test
    void a_file_that_was_replaced_while_open() throws IOException {
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(file)) {
            Files.delete(file);
            Files.createFile(file);

            assertThatThrownBy(() -> registry.find(AccountId.of(1)))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContainingAll(file.toString(), "was replaced");
        }
    }

    private void edit(String statement) throws SQLException {
        try (SqliteConnection session = SqliteConnection.open(file, "mode=rw", Duration.ofSeconds(5))) {
            session.update(statement);
        }
    }
}
