package io.workersupervisor.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.AccountId;
import io.workersupervisor.HostProcess;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.RegistryException;
import io.workersupervisor.Rows;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writes of many threads share commits, and each caller learns the truth about its own. */
class SqliteSharedCommitTest {
    private static final Duration SHORT = Duration.ofMillis(500);

    @TempDir
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Path file;

    @SuppressWarnings("NullAway.Init")
    private WritableStore store;

    @SuppressWarnings("NullAway.Init")
    private SqliteWorkerRegistry registry;

    @BeforeEach
    void open() {
        file = directory.resolve("registry.db");
        use(WritableStore.open(file, SHORT, WritableStore.LONGEST_QUEUE));
    }

    private void use(WritableStore opened) {
        store = opened;
        registry = new SqliteWorkerRegistry(store);
    }

    @AfterEach
    void close() {
        registry.close();
    }

    private boolean write(long account) {
        return registry.update(Optional.empty(), Rows.first(account));
    }

    private Crowd<Boolean> crowd(int writers) throws InterruptedException {
        Crowd<Boolean> crowd = Crowd.before(store);
        for (long account = 1; account <= writers; account++) {
            long mine = account;
            crowd.call(() -> write(mine));
        }
        return crowd;
    }

    @Test
    void writes_that_meet_share_one_commit() throws Exception {
        int before = Wal.commits(file);

        List<Object> outcomes = crowd(50).outcomes();

        assertThat(outcomes).hasSize(50).containsOnly(true);
        assertThat(Wal.commits(file) - before).isEqualTo(1);
        for (long account = 1; account <= 50; account++) {
            assertThat(registry.find(AccountId.of(account))).contains(Rows.first(account));
        }
    }

    @Test
    void writes_that_do_not_meet_have_a_commit_each() throws IOException {
        int before = Wal.commits(file);

        for (long account = 1; account <= 5; account++) {
            write(account);
        }

        assertThat(Wal.commits(file) - before).isEqualTo(5);
    }

    @Test
    void a_batch_has_a_bound() throws Exception {
        int before = Wal.commits(file);

        List<Object> outcomes = crowd(Batch.MOST + 5).outcomes();

        assertThat(outcomes).hasSize(Batch.MOST + 5).containsOnly(true);
        assertThat(Wal.commits(file) - before).isEqualTo(2);
    }

    /** P1: winning inside a batch is as exclusive as elsewhere. */
    @Test
    void of_rivals_in_one_batch_one_wins() throws Exception {
        Crowd<Boolean> crowd = Crowd.before(store);
        for (int rival = 0; rival < 10; rival++) {
            WorkerRow row = Rows.claim(Optional.empty(), AccountId.of(1), Rows.workerId(rival));
            crowd.call(() -> registry.update(Optional.empty(), row));
        }

        List<Object> outcomes = crowd.outcomes();

        assertThat(outcomes).containsOnlyOnce(true);
        assertThat(registry.find(AccountId.of(1)).orElseThrow().workerId())
                .isEqualTo(Rows.workerId(outcomes.indexOf(true)));
    }

    /** P7. */
    @Test
    void bad_pieces_fail_nobody_else() throws Exception {
        Crowd<Boolean> crowd = crowd(10)
                .call(() -> store.write("a bad statement", session -> session.update("INSERT INTO nowhere") == 1))
                .call(() -> store.write("a bad work", session -> {
                    session.update("DELETE FROM worker_registry");
                    throw new IllegalArgumentException("mine");
                }))
                .call(() -> write(11));

        List<Object> outcomes = crowd.outcomes();

        assertThat(outcomes.remove(11)).isInstanceOf(IllegalArgumentException.class);
        assertThat(outcomes.remove(10))
                .isInstanceOf(RegistryException.class)
                .asString()
                .contains("a bad statement failed");
        assertThat(outcomes).hasSize(11).containsOnly(true);
        for (long account = 1; account <= 11; account++) {
            assertThat(registry.find(AccountId.of(account))).contains(Rows.first(account));
        }
    }

    @Test
    void a_bad_piece_that_met_nobody_runs_once() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        Crowd<Boolean> crowd = Crowd.<Boolean>before(store)
                .call(() -> store.write("a bad work", session -> {
                    throw new IllegalArgumentException("run " + runs.incrementAndGet());
                }));

        assertThat(crowd.outcomes().get(0))
                .isInstanceOf(IllegalArgumentException.class)
                .asString()
                .contains("run 1");
        assertThat(write(1)).isTrue();
    }

    /** A foreign key that is looked at in the commit stands for a disk that fails there. */
    @Test
    void after_a_commit_of_unknown_outcome_nothing_runs_again() throws Exception {
        store.read("preparing", session -> {
            session.update("CREATE TABLE late (w TEXT REFERENCES worker_stops DEFERRABLE INITIALLY DEFERRED)");
            return session.update("PRAGMA foreign_keys = ON");
        });
        AtomicInteger runs = new AtomicInteger();
        Crowd<Boolean> crowd = crowd(5).call(() -> store.write("the bad commit", session -> {
            runs.incrementAndGet();
            return session.update("INSERT INTO late VALUES ('orphan')") == 1;
        }));

        List<Object> outcomes = crowd.outcomes();

        assertThat(runs).hasValue(1);
        assertThat(outcomes)
                .hasSize(6)
                .allSatisfy(outcome -> assertThat(outcome)
                        .isInstanceOf(RegistryException.class)
                        .asString()
                        .contains("SQLITE_CONSTRAINT"));
        assertThat(outcomes.get(2)).asString().contains("writing account 3 failed");
        assertThat(registry.find(AccountId.of(1))).isEmpty();
        assertThat(write(1)).isTrue();
    }

    @Test
    @Needs({Need.ROOT, Need.MOUNT})
    void a_disk_that_fills_within_a_batch() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(directory.resolve("disk"))) {
            registry.close();
            use(WritableStore.open(disk.path().resolve("registry.db"), SHORT, WritableStore.LONGEST_QUEUE));
            write(1000);
            Path ballast = disk.path().resolve("ballast");
            Path rest = Files.write(disk.path().resolve("rest"), new byte[100 * 1024]);
            fill(ballast);
            Files.delete(rest);

            List<Object> outcomes = crowd(200).outcomes();

            List<Object> stored = new ArrayList<>();
            for (long account = 1; account <= outcomes.size(); account++) {
                Object outcome = outcomes.get((int) account - 1);
                if (outcome.equals(true)) {
                    assertThat(registry.find(AccountId.of(account))).contains(Rows.first(account));
                    stored.add(account);
                } else {
                    assertThat(outcome).asString().contains("writing account " + account + " failed", "free space");
                    assertThat(registry.find(AccountId.of(account))).isEmpty();
                }
            }
            assertThat(stored).hasSizeBetween(1, outcomes.size() - 1);
            Files.delete(ballast);
            assertThat(write(1001)).isTrue();
            registry.close();
        }
    }

    private static void fill(Path ballast) {
        try (var out = Files.newOutputStream(ballast)) {
            while (true) {
                out.write(new byte[4096]);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }

    @Test
    void a_lock_of_another_process_is_waited_for_once() throws Exception {
        try (HostProcess other = HostProcess.start(HoldWriteLock.class, file)) {
            assertThat(other.line()).isEqualTo("locked");
            Crowd<Boolean> crowd = crowd(40);

            long began = System.nanoTime();
            List<Object> outcomes = crowd.outcomes();

            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isBetween(SHORT.minusMillis(20), SHORT.multipliedBy(20));
            for (int account = 1; account <= 40; account++) {
                assertThat(outcomes.get(account - 1))
                        .isInstanceOf(RegistryException.class)
                        .asString()
                        .contains("SQLITE_BUSY", "writing account " + account + " failed");
            }
            assertThat(registry.find(AccountId.of(1))).isEmpty();
            other.finish();
        }
        assertThat(crowd(40).outcomes()).containsOnly(true);
    }

    @Test
    void an_interrupt_cuts_nothing_short_and_stays_set() throws Exception {
        Crowd<Boolean> crowd = Crowd.before(store);
        for (long account = 1; account <= 5; account++) {
            long mine = account;
            crowd.call(() -> {
                Thread.currentThread().interrupt();
                return write(mine) && Thread.interrupted();
            });
        }

        assertThat(crowd.outcomes()).containsOnly(true);
        assertThat(registry.find(AccountId.of(5))).isPresent();
    }

    @Test
    void a_leader_that_gives_up_takes_nobody_along() throws Exception {
        registry.close();
        use(WritableStore.open(file, SHORT, Duration.ofSeconds(3)));
        Crowd<Boolean> crowd = Crowd.<Boolean>before(store).call(() -> write(1));
        Thread.sleep(1500);
        crowd.call(() -> write(2)).call(() -> write(3));

        assertThat(crowd.outcome(0))
                .isInstanceOf(RegistryException.class)
                .asString()
                .contains("other threads kept it busy for 3 s");

        assertThat(crowd.outcomes().subList(1, 3)).containsExactly(true, true);
        assertThat(write(1)).isTrue();
    }

    @Test
    void closing_amid_writes_loses_none_that_was_acknowledged() throws Exception {
        Crowd<Boolean> crowd = Crowd.before(store);
        crowd.call(() -> {
            registry.close();
            return true;
        });
        for (long account = 1; account <= 5; account++) {
            long mine = account;
            crowd.call(() -> write(mine));
        }

        List<Object> outcomes = crowd.outcomes();

        assertThat(outcomes.get(0)).isEqualTo(true);
        use(WritableStore.open(file, SHORT, WritableStore.LONGEST_QUEUE));
        for (long account = 1; account <= 5; account++) {
            Object outcome = outcomes.get((int) account);
            if (registry.find(AccountId.of(account)).isPresent()) {
                assertThat(outcome).isEqualTo(true);
            } else {
                assertThat(outcome).isInstanceOf(IllegalStateException.class);
            }
        }
    }

    @Test
    void what_was_acknowledged_outlives_a_killed_JVM() throws Exception {
        List<String> acknowledged = new ArrayList<>();
        try (HostProcess writer = HostProcess.start(WriteLoop.class, file)) {
            for (int lines = 0; lines < 500; lines++) {
                acknowledged.add(writer.line());
            }
            writer.kill();
            acknowledged.addAll(writer.rest());
        }

        for (String account : acknowledged) {
            assertThat(registry.find(AccountId.parse(account))).as(account).isPresent();
        }
    }
}
