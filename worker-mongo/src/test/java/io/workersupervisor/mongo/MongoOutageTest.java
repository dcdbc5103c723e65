package io.workersupervisor.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.AccountId;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogQuery;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.RegistryException;
import io.workersupervisor.Rows;
import io.workersupervisor.WorkerState;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** P1 and P5 while the servers go away, stand still or give no answer: nothing acknowledged is lost, nothing is doubled. */
@Tag("long")
@Timeout(value = 2, unit = TimeUnit.MINUTES)
@NeedsMongod
@Needs(Need.OWN_MONGOD)
class MongoOutageTest {
    private static final AccountId ACCOUNT = AccountId.of(4711);

    private ReplicaSet set;
    private String database;
    private MongoWorkerRegistry registry;

    @BeforeEach
    void open() throws Exception {
        set = TestMongo.set();
        set.awaitWhole();
        database = TestMongo.freshName();
        registry = MongoWorkerRegistry.open(set.uri(database) + "&appName=" + database);
    }

    @AfterEach
    void close() throws Exception {
        if (registry != null) {
            registry.close();
            set.awaitWhole();
        }
    }

    private interface Fault {
        void happen() throws Exception;
    }

    @Test
    void P1_claims_succeed_once_each_though_the_primary_is_killed() throws Exception {
        claimThrough(set::replacePrimary);
    }

    @Test
    void P1_claims_succeed_once_each_though_the_primary_is_frozen() throws Exception {
        claimThrough(() -> set.freezePrimary(Duration.ofSeconds(7)));
    }

    /** Two hosts claim the same accounts all the time; the fault comes in between. */
    private void claimThrough(Fault fault) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger next = new AtomicInteger();
        AtomicInteger wins = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(8);
        List<Future<List<WorkerRow>>> claimers = new ArrayList<>();
        try (MongoWorkerRegistry other = MongoWorkerRegistry.open(set.uri(database))) {
            for (int claimer = 0; claimer < 8; claimer++) {
                MongoWorkerRegistry mine = claimer % 2 == 0 ? registry : other;
                claimers.add(pool.submit(() -> claimUntil(over, mine, next, wins)));
            }
            await().until(() -> wins.get() >= 20);
            fault.happen();
            int before = wins.get();
            await().until(() -> wins.get() >= before + 20);
            over.set(true);
            List<WorkerRow> won = new ArrayList<>();
            for (Future<List<WorkerRow>> claimer : claimers) {
                won.addAll(claimer.get(120, TimeUnit.SECONDS));
            }

            assertThat(won).extracting(row -> row.account() + " " + row.epoch()).doesNotHaveDuplicates();
            for (WorkerRow row : registry.list(RowSelection.ALL).rows()) {
                List<WorkerRow> winners = won.stream()
                        .filter(one -> one.account().equals(row.account()))
                        .toList();
                assertThat(winners)
                        .as("each epoch of account %s was told", row.account())
                        .hasSize((int) row.epoch());
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private static List<WorkerRow> claimUntil(
            AtomicBoolean over, MongoWorkerRegistry mine, AtomicInteger next, AtomicInteger wins) {
        List<WorkerRow> won = new ArrayList<>();
        while (!over.get()) {
            AccountId account = AccountId.of(next.get() % 5);
            Optional<WorkerRow> seen = mine.find(account);
            WorkerRow claim = Rows.claim(seen, account, Rows.workerId(next.incrementAndGet()));
            if (mine.claim(seen, claim, seen.map(Rows::report)).won()) {
                won.add(claim);
                wins.incrementAndGet();
            }
        }
        return won;
    }

    /** The write was applied, and the answer said that the majority had not followed. */
    @Test
    void P1_a_claim_whose_answer_was_no_answer_is_won_once() {
        WorkerRow first = Rows.claim(Optional.empty(), ACCOUNT, Rows.workerId(1));
        set.failNext(database, 1, unanswered("insert"));
        boolean inserted = registry.update(Optional.empty(), first);

        WorkerRow second = Rows.claim(Optional.of(first), ACCOUNT, Rows.workerId(2));
        set.failNext(database, 1, unanswered("update"));
        boolean replaced = registry.update(Optional.of(first), second);

        set.failNext(database, 1, unanswered("insert"));
        boolean filed = registry.file(Rows.report(first));

        assertThat(List.of(inserted, replaced, filed)).containsOnly(true);
        assertThat(registry.find(ACCOUNT)).contains(second);
        assertThat(registry.reports(ACCOUNT, 9)).hasSize(1);
        assertThat(registry.file(Rows.report(first))).isFalse();
    }

    private static Document unanswered(String command) {
        return new Document("failCommands", List.of(command))
                .append("writeConcernError", new Document("code", 64).append("errmsg", "waiting was given up"));
    }

    /** Two hosts close the same row; one has no answer, and what it finds afterwards is the other's very same write. */
    @Test
    void P1_an_update_without_an_answer_that_another_host_has_made_meanwhile_is_lost() throws Exception {
        WorkerRow row = Rows.claim(Optional.empty(), ACCOUNT, Rows.workerId(1));
        registry.update(Optional.empty(), row);
        WorkerRow closed = new WorkerRow(
                row.account(),
                row.epoch(),
                row.revision() + 1,
                row.workerId(),
                row.node(),
                WorkerState.STOPPED,
                row.desired(),
                row.startedAt(),
                row.userId(),
                row.version(),
                row.detail());
        long held = set.failNext(
                database,
                1,
                new Document("failCommands", List.of("update"))
                        .append("blockConnection", true)
                        .append("blockTimeMS", 7_000));

        ExecutorService pool = Executors.newSingleThreadExecutor();
        try (MongoWorkerRegistry other = MongoWorkerRegistry.open(set.uri(database))) {
            Future<Boolean> slow = pool.submit(() -> registry.update(Optional.of(row), closed));
            set.awaitFailing(held);
            boolean quick = other.update(Optional.of(row), closed);

            assertThat(quick).isTrue();
            assertThat(slow.get(60, TimeUnit.SECONDS)).isFalse();
        } finally {
            pool.shutdownNow();
        }
    }

    /** Without a majority nothing is acknowledged, whatever write concern the connection string names. */
    @Test
    void P1_a_claim_that_no_majority_has_fails_with_the_reason_and_the_next_one_goes_through() throws Exception {
        List<Mongod> lost = new ArrayList<>(set.members());
        Mongod primary = set.primary();
        lost.remove(primary);
        WorkerRow row = Rows.claim(Optional.empty(), ACCOUNT, Rows.workerId(1));
        MongoPlace impatient =
                MongoPlace.of(set.uri(database) + "&w=1&journal=false").timeout(Duration.ofSeconds(6));

        try (MongoWorkerRegistry careless = MongoWorkerRegistry.open(impatient)) {
            for (Mongod member : lost) {
                member.freeze();
            }
            long began = System.nanoTime();
            assertThatThrownBy(() -> careless.update(Optional.empty(), row))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("Only a reading shows");
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(30));
        } finally {
            for (Mongod member : lost) {
                member.thaw();
            }
        }
        set.awaitWhole();

        // The claim that was given up may still land, even between reading and claiming.
        AtomicInteger worker = new AtomicInteger(1);
        await().until(() -> {
            Optional<WorkerRow> seen = registry.find(ACCOUNT);
            return registry.update(seen, Rows.claim(seen, ACCOUNT, Rows.workerId(worker.incrementAndGet())));
        });
        assertThat(registry.find(ACCOUNT)).map(WorkerRow::workerId).contains(Rows.workerId(worker.get()));
    }

    /** The driver takes leave of a member when it is closed. */
    @Test
    void a_frozen_member_does_not_keep_close_from_returning() throws Exception {
        MongoWorkerRegistry host = MongoWorkerRegistry.open(set.uri(database));
        host.find(ACCOUNT);
        for (Mongod member : set.members()) {
            member.freeze();
        }
        try {
            long began = System.nanoTime();
            host.close();

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
        } finally {
            for (Mongod member : set.members()) {
                member.thaw();
            }
        }
    }

    @Test
    void all_servers_gone_is_told_in_time_and_the_same_objects_work_again_when_they_are_back() throws Exception {
        MongoPlace impatient = MongoPlace.of(set.uri(database)).timeout(Duration.ofSeconds(3));
        List<LogEntry> entries = Entries.of(Rows.workerId(1), 0, 10);
        try (MongoWorkerRegistry host = MongoWorkerRegistry.open(impatient);
                MongoLogSink sink = MongoLogSink.in(impatient)) {
            for (Mongod member : set.members()) {
                member.kill();
            }
            assertThatThrownBy(() -> host.find(ACCOUNT))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining(set.members().get(0).address())
                    .hasMessageNotContaining(set.password());
            assertThatThrownBy(() -> sink.append(entries)).isInstanceOf(LogSinkException.class);
            assertThatThrownBy(() -> sink.find(LogQuery.last(1))).isInstanceOf(LogSinkException.class);
            for (Mongod member : set.members()) {
                member.start();
            }
            set.awaitWhole();

            assertThat(host.find(ACCOUNT)).isEmpty();
            assertThat(sink.append(entries)).isEmpty();
            assertThat(sink.find(LogQuery.last(100))).containsExactlyElementsOf(entries);
        } finally {
            for (Mongod member : set.members()) {
                if (!member.isRunning()) {
                    member.start();
                }
            }
        }
    }

    /** A server that dies while it looks at the password says nothing about the password. */
    @Test
    void a_connection_that_is_lost_while_the_user_is_checked_is_no_refusal() {
        String appName = "check" + database;
        set.failNext(
                appName,
                2,
                new Document("failCommands", List.of("saslStart", "saslContinue")).append("closeConnection", true));

        try (MongoWorkerRegistry host = MongoWorkerRegistry.open(set.uri(database) + "&appName=" + appName)) {
            assertThat(host.find(ACCOUNT)).isEmpty();
        }
    }

    /** P5: part of a batch without an answer is sent again. */
    @Test
    void P5_a_batch_without_an_answer_is_stored_once() throws Exception {
        List<LogEntry> entries = Entries.of(Rows.workerId(1), 0, 2_500);
        try (MongoLogSink sink = MongoLogSink.in(set.uri(database) + "&appName=sink" + database)) {
            sink.append(entries.subList(0, 1));
            set.failNext("sink" + database, 2, unanswered("insert"));

            assertThat(sink.append(entries)).isEmpty();

            assertThat(sink.find(LogQuery.last(10_000))).containsExactlyElementsOf(entries);
        }
    }

    @Test
    void an_interrupt_ends_a_call_at_once_and_stays_set() throws Exception {
        long held = set.failNext(
                database,
                1,
                new Document("failCommands", List.of("find"))
                        .append("blockConnection", true)
                        .append("blockTimeMS", 4_000));
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            Callable<Boolean> call = () -> {
                assertThatThrownBy(() -> registry.find(ACCOUNT))
                        .isInstanceOf(RegistryException.class)
                        .hasMessageContaining("interrupted");
                return Thread.currentThread().isInterrupted();
            };
            Future<Boolean> interrupted = pool.submit(call);
            set.awaitFailing(held);
            long began = System.nanoTime();
            pool.shutdownNow();

            assertThat(interrupted.get(30, TimeUnit.SECONDS)).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
        } finally {
            pool.shutdownNow();
        }
    }
}
