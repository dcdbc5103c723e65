package io.workersupervisor.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.Rows;
import io.workersupervisor.StopReport;
import io.workersupervisor.spi.CorruptRowException;
import io.workersupervisor.spi.RowListing;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRegistryContract;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteWorkerRegistryTest extends WorkerRegistryContract {
    private final List<SqliteWorkerRegistry> open = new ArrayList<>();

    @TempDir
    Path directory;

    @Override
    protected WorkerRegistry registry() {
        return open.isEmpty() ? another() : open.get(0);
    }

    @Override
    protected WorkerRegistry another() {
        open.add(SqliteWorkerRegistry.open(directory.resolve("registry.db")));
        return open.get(open.size() - 1);
    }

    @AfterEach
    void close() {
        open.forEach(SqliteWorkerRegistry::close);
    }

    /** A person waits for these: one query each. */
    @Test
    void the_reports_of_a_thousand_accounts_are_read_at_once() {
        WorkerRegistry registry = registry();
        List<WorkerRow> rows = new ArrayList<>();
        for (int account = 1; account <= 1_000; account++) {
            WorkerRow row = Rows.claim(Optional.empty(), AccountId.of(account), Rows.workerId(account));
            rows.add(row);
            registry.claim(Optional.empty(), row, Optional.of(Rows.report(row)));
        }
        List<StopReport> all = rows.stream().map(Rows::report).toList();
        long begun = System.nanoTime();

        List<StopReport> since = registry.reportsSince(all.get(0).endedAt());
        List<StopReport> of = registry.reportsOf(rows.subList(10, 1_000));

        System.out.println("2,000 reports: " + (System.nanoTime() - begun) / 1_000_000 + " ms");
        assertThat(since).containsExactlyInAnyOrderElementsOf(all);
        assertThat(of).containsExactlyInAnyOrderElementsOf(all.subList(10, 1_000));
        assertThat(registry.reportsSince(all.get(0).endedAt().plusMillis(1))).isEmpty();
        assertThat(registry.reportsSince(Instant.MIN)).hasSize(1_000);
        assertThat(registry.reportsSince(Instant.MAX)).isEmpty();
        assertThat(registry.reportsOf(List.of())).isEmpty();
    }

    /** A listing is kept while nothing changes; it must never be an old one. */
    @Test
    void a_listing_is_read_again_after_a_write_of_this_or_of_another_connection() {
        WorkerRegistry registry = another();
        WorkerRegistry other = another();
        RowListing none = registry.list(RowSelection.ALL);

        registry.update(Optional.empty(), Rows.first(1));
        RowListing own = registry.list(RowSelection.ALL);
        RowListing same = registry.list(RowSelection.ALL);
        other.update(Optional.empty(), Rows.first(2));
        RowListing both = registry.list(RowSelection.ALL);
        RowListing elsewhere = registry.list(RowSelection.openOf("another-node"));

        assertThat(none.rows()).isEmpty();
        assertThat(own.rows()).containsExactly(Rows.first(1));
        assertThat(same).isSameAs(own);
        assertThat(both.rows()).containsExactly(Rows.first(1), Rows.first(2));
        assertThat(elsewhere.rows()).isEmpty();
    }

    /** What this object wrote last is not read again; it must never hide what came after it. */
    @Test
    void a_row_that_another_connection_wrote_is_found_by_who_wrote_it_before() {
        WorkerRegistry registry = another();
        WorkerRegistry other = another();
        WorkerRow first = Rows.first(1);
        registry.find(first.account());
        registry.update(Optional.empty(), first);
        WorkerRow second = Rows.claim(Optional.of(first), first.account(), Rows.workerId(2));
        WorkerRow third = Rows.claim(Optional.of(second), first.account(), Rows.workerId(3));

        Optional<WorkerRow> own = registry.find(first.account());
        other.update(Optional.of(first), second);
        Optional<WorkerRow> foreign = registry.find(first.account());
        boolean lost = registry.update(Optional.of(first), second);
        registry.update(Optional.of(second), third);

        assertThat(own).contains(first);
        assertThat(foreign).contains(second);
        assertThat(lost).isFalse();
        assertThat(registry.find(first.account())).contains(third);
        assertThat(other.find(first.account())).contains(third);
        assertThat(registry.list(RowSelection.ALL).rows()).containsExactly(third);
    }

    @Test
    void a_row_that_was_damaged_by_hand_is_not_hidden_by_what_is_known_of_it() throws SQLException {
        WorkerRegistry registry = registry();
        WorkerRow row = Rows.first(1);
        registry.find(row.account());
        registry.update(Optional.empty(), row);
        assertThat(registry.find(row.account())).contains(row);

        try (SqliteConnection hand =
                SqliteConnection.open(directory.resolve("registry.db"), "mode=rw", Duration.ofSeconds(5))) {
            hand.update("UPDATE worker_registry SET detail = 'no JSON'");
        }

        assertThatExceptionOfType(CorruptRowException.class).isThrownBy(() -> registry.find(row.account()));
        assertThat(registry.list(RowSelection.ALL).unreadable()).hasSize(1);
    }

    @Test
    void the_registry_of_a_data_directory_is_its_registry_db() {
        DataDirectory data = DataDirectory.open(directory.resolve("data"));

        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(data)) {
            registry.update(Optional.empty(), Rows.first(1));
        }

        assertThat(directory.resolve("data/registry.db")).isRegularFile();
        try (SqliteWorkerRegistry again = SqliteWorkerRegistry.open(data)) {
            assertThat(again.find(AccountId.of(1))).contains(Rows.first(1));
        }
    }

    @Test
    void two_stores_have_different_ids() {
        try (SqliteWorkerRegistry elsewhere = SqliteWorkerRegistry.open(directory.resolve("other.db"))) {
            assertThat(elsewhere.id()).isNotEqualTo(registry().id());
        }
    }

    /** P8: nobody else reads what is stored. */
    @Test
    void the_files_can_be_read_by_their_owner_alone() throws IOException {
        registry().update(Optional.empty(), Rows.first(1));

        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files)
                    .hasSize(3)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }

    @Test
    void a_closed_registry_leaves_one_file() {
        registry().update(Optional.empty(), Rows.first(1));

        close();

        assertThat(directory).isDirectoryContaining("glob:**/registry.db");
        assertThat(directory.toFile().list()).hasSize(1);
    }

    @Test
    void a_path_may_hold_any_character() throws IOException {
        Path odd = Files.createDirectory(directory.resolve("a b%20c?d=e#f&g'\u00fc\u20ac"));

        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(odd.resolve("x?mode=memory.db"))) {
            registry.update(Optional.empty(), Rows.first(1));
        }

        assertThat(odd.toFile().list()).containsExactly("x?mode=memory.db");
    }

    @Test
    void a_symbolic_link_leads_to_the_same_store() throws IOException {
        WorkerRegistry registry = registry();
        registry.update(Optional.empty(), Rows.first(1));
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Path link = Files.createSymbolicLink(elsewhere.resolve("link.db"), directory.resolve("registry.db"));

        try (SqliteWorkerRegistry linked = SqliteWorkerRegistry.open(link)) {
            assertThat(linked.id()).isEqualTo(registry.id());
            assertThat(linked.find(AccountId.of(1))).isPresent();
        }
        assertThat(elsewhere.toFile().list()).containsExactly("link.db");
    }

    /** Operators read the table. */
    @Test
    void the_columns_read_as_people_expect() throws SQLException {
        registry().update(Optional.empty(), Rows.first(4711));
        registry().file(Rows.report(Rows.first(4711)));

        try (SqliteConnection session =
                SqliteConnection.open(directory.resolve("registry.db"), "mode=ro", Duration.ZERO)) {
            ResultRow row = session.query("SELECT * FROM worker_registry WHERE account_id = 4711")
                    .get(0);
            ResultRow stop = session.query("SELECT * FROM worker_stops WHERE account_id = 4711")
                    .get(0);
            assertThat(row.text("started_at")).isEqualTo("2026-03-01T10:15:30.007Z");
            assertThat(row.number("pid")).isEqualTo(4711);
            assertThat(row.text("state")).isEqualTo("RUNNING");
            assertThat(stop.text("ended_at")).isEqualTo("2026-03-01T10:17:00.007Z");
            assertThat(session.query("PRAGMA journal_mode").get(0).text("journal_mode"))
                    .isEqualTo("wal");
        }
    }

    /** A newer minor version adds columns; this one keeps them. */
    @Test
    void columns_of_a_newer_minor_version_survive() throws SQLException {
        WorkerRow row = Rows.first(1);
        registry().update(Optional.empty(), row);
        try (SqliteConnection newer =
                SqliteConnection.open(directory.resolve("registry.db"), "mode=rw", Duration.ofSeconds(5))) {
            newer.update("ALTER TABLE worker_registry ADD COLUMN later TEXT");
            newer.update("UPDATE worker_registry SET later = 'kept'");
            newer.update("UPDATE worker_meta SET value = '2' WHERE name = 'schema'");
        }

        WorkerRow next = Rows.claim(Optional.of(row), row.account(), Rows.workerId(2));
        assertThat(registry().update(Optional.of(row), next)).isTrue();
        assertThat(another().find(row.account())).contains(next);

        try (SqliteConnection newer =
                SqliteConnection.open(directory.resolve("registry.db"), "mode=ro", Duration.ZERO)) {
            assertThat(newer.query("SELECT later FROM worker_registry").get(0).text("later"))
                    .isEqualTo("kept");
        }
    }

    @Test
    void closing_twice_is_fine_and_use_after_it_is_not() {
        WorkerRegistry registry = registry();

        close();
        close();

        assertThatIllegalStateException()
                .isThrownBy(() -> registry.list(RowSelection.ALL))
                .withMessageContaining("registry.db is closed");
        assertThatIllegalStateException().isThrownBy(() -> registry.update(Optional.empty(), Rows.first(1)));
    }

    @Test
    void an_interrupt_cuts_nothing_short_and_stays_set() {
        Thread.currentThread().interrupt();

        boolean won = registry().update(Optional.empty(), Rows.first(1));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(won).isTrue();
    }
}
