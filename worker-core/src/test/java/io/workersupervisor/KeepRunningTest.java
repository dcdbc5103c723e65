package io.workersupervisor;

import static io.workersupervisor.TestNode.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.workersupervisor.internal.keeping.KeepingLoop;
import io.workersupervisor.internal.registry.RestartPlan;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import io.workersupervisor.spi.RowListing;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Wanted accounts are kept running (P2, P4, P7); real processes, both launch paths where they could differ. */
@Tag("long")
@Timeout(120)
class KeepRunningTest {
    private static final AccountId ONE = AccountId.of(1);
    private static final AccountId TWO = AccountId.of(2);

    /** Restarts that tests need not wait for. */
    private static final RestartPolicy QUICK = RestartPolicy.standard()
            .on(StopReason.KILLED_BY_SIGNAL, Restart.after(Duration.ZERO))
            .on(StopReason.UNKNOWN, Restart.after(Duration.ZERO));

    @TempDir
    private Path temporary;

    private final List<TestNode> nodes = new ArrayList<>();

    @AfterEach
    void endAll() {
        nodes.forEach(TestNode::close);
    }

    /** A machine with other work beside this takes its time. */
    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(60));
    }

    private TestNode node(LaunchPath path) {
        TestNode node = new TestNode(temporary.resolve("data" + nodes.size()), new InMemoryWorkerRegistry(), path);
        nodes.add(node);
        return node;
    }

    private TestNode node() {
        return node(LaunchPath.SH);
    }

    private static WorkerSpec sleeping(AccountId account) {
        return sh(account, "exec sleep 600").build();
    }

    private static WorkerSpecs specs(AccountId... accounts) {
        return WorkerSpecs.of(
                List.of(accounts).stream().map(KeepRunningTest::sleeping).toList());
    }

    /** A worker that says why it ends, behind its start grace. */
    private static String lastWords(String reason, String more) {
        return "sleep 0.5; printf '{\"reason\":\"" + reason + "\"" + more + "}' >\"$WORKER_REASON_FILE\"; exit 1";
    }

    private static void awaitRunning(WorkerSupervisor host, AccountId account) {
        await().until(() -> host.status(account).filter(WorkerStatus::isAlive).isPresent());
    }

    private static long pid(WorkerSupervisor host, AccountId account) {
        return host.status(account).orElseThrow().pid().orElseThrow();
    }

    /** Waits for another worker of the account than that one. */
    private static void awaitSuccessor(WorkerSupervisor host, AccountId account, String workerId) {
        await().until(() -> host.status(account)
                .filter(status -> status.isAlive() && !status.workerId().equals(workerId))
                .isPresent());
    }

    @ParameterizedTest
    @EnumSource(names = {"SH", "KEEPER"})
    void listed_accounts_are_started_and_a_killed_worker_comes_back(LaunchPath path) {
        WorkerSupervisor host = node(path).host(settings -> settings.keepRunning(specs(ONE, TWO), QUICK));
        awaitRunning(host, ONE);
        awaitRunning(host, TWO);
        String first = host.status(ONE).orElseThrow().workerId();

        TestNode.kill(pid(host, ONE));

        awaitSuccessor(host, ONE, first);
        assertThat(host.why(ONE))
                .singleElement()
                .satisfies(report -> assertThat(report.reason()).isEqualTo(StopReason.KILLED_BY_SIGNAL));
        assertThat(host.why(TWO)).isEmpty();
    }

    @Test
    void account_that_a_person_stopped_stays_stopped_through_host_restarts() {
        TestNode node = node();
        WorkerSupervisor host = node.host(settings -> settings.keepRunning(specs(ONE, TWO), QUICK));
        awaitRunning(host, ONE);
        host.stop(ONE);

        for (int restart = 0; restart < 3; restart++) {
            host.close();
            host = node.host(settings -> settings.keepRunning(specs(ONE, TWO), QUICK));
            awaitRunning(host, TWO);
            host.reconcile();
        }

        assertThat(host.status(ONE).orElseThrow().state()).isEqualTo(WorkerState.STOPPED);
        assertThat(host.ensure(sleeping(ONE)))
                .isInstanceOfSatisfying(
                        StartResult.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(RefusalReason.STOPPED_BY_OPERATOR));
    }

    @Test
    void worker_that_died_while_no_host_was_there_comes_back_with_the_next_one() {
        TestNode node = node();
        WorkerSupervisor host = node.host(settings -> settings.keepRunning(specs(ONE), QUICK));
        awaitRunning(host, ONE);
        String first = host.status(ONE).orElseThrow().workerId();
        long pid = pid(host, ONE);
        host.close();

        TestNode.kill(pid);
        await().until(() -> !node.isAlive(pid));

        WorkerSupervisor next = node.host(settings -> settings.keepRunning(specs(ONE), QUICK));
        awaitSuccessor(next, ONE, first);
        assertThat(next.why(ONE)).hasSize(1);
    }

    @Test
    void flood_wait_is_waited_for_by_every_host_and_by_ensure_and_not_by_a_person() {
        TestNode node = node();
        WorkerSpecs flooded = WorkerSpecs.of(List.of(sh(
                        ONE,
                        "[ -e '" + temporary + "/over' ] && exec sleep 600;"
                                + lastWords("FLOOD_WAIT", ",\"retryAfterSeconds\":300"))
                .build()));
        WorkerSupervisor host = node.host(settings -> settings.keepRunning(flooded));
        await().until(() -> host.status(ONE)
                .filter(status -> status.state() == WorkerState.BACKING_OFF)
                .isPresent());
        assertThat(host.status(ONE).orElseThrow().nextStart()).isPresent();
        String worker = host.status(ONE).orElseThrow().workerId();
        host.close();

        WorkerSupervisor next = node.host(settings -> settings.keepRunning(flooded));
        next.reconcile();
        WorkerSpec spec = flooded.find(ONE).orElseThrow();
        assertThat(next.ensure(spec)).isInstanceOfSatisfying(StartResult.Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(RefusalReason.RESTART_WAITS);
            assertThat(refused.retryAt()).isPresent();
        });
        assertThat(next.status(ONE).orElseThrow().workerId()).isEqualTo(worker);

        write("over");
        assertThat(next.start(spec)).isInstanceOf(StartResult.Started.class);
    }

    @Test
    void account_that_needs_a_person_is_left_to_one() {
        TestNode node = node();
        WorkerSpec banned = sh(ONE, lastWords("ACCOUNT_BANNED", "")).build();
        WorkerSupervisor host = node.host(settings -> settings.keepRunning(WorkerSpecs.of(List.of(banned)), QUICK));
        await().until(() -> host.status(ONE)
                .filter(status -> status.state() == WorkerState.FAILED)
                .isPresent());

        host.reconcile();

        assertThat(host.ensure(banned)).isInstanceOfSatisfying(StartResult.Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(RefusalReason.NEEDS_PERSON);
            assertThat(refused.evidence()).containsIgnoringCase("banned");
            assertThat(refused.retryAt()).isEmpty();
        });
        assertThat(host.why(ONE)).hasSize(1);
    }

    @Test
    void lookup_that_hangs_or_throws_stops_nobody() throws Exception {
        AccountId throwing = AccountId.of(3);
        CountDownLatch hang = new CountDownLatch(1);
        AtomicBoolean healthy = new AtomicBoolean(true);
        WorkerSpecs moody = new WorkerSpecs() {
            @Override
            public Optional<WorkerSpec> find(AccountId account) {
                if (!healthy.get() && account.equals(ONE)) {
                    try {
                        hang.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                } else if (!healthy.get() && account.equals(throwing)) {
                    throw new IllegalStateException("database away");
                }
                return Optional.of(sleeping(account));
            }

            @Override
            public List<AccountId> accounts() {
                return List.of(ONE, TWO, throwing);
            }
        };
        TestNode node = node();
        WorkerSupervisor host = node.host(settings -> settings.keepRunning(moody, QUICK));
        for (AccountId account : moody.accounts()) {
            awaitRunning(host, account);
        }
        String two = host.status(TWO).orElseThrow().workerId();
        healthy.set(false);

        for (AccountId account : moody.accounts()) {
            TestNode.kill(pid(host, account));
        }

        awaitSuccessor(host, TWO, two);
        node.awaitEvent("database away");
        assertThat(host.status(ONE).orElseThrow().state()).isEqualTo(WorkerState.BACKING_OFF);
        healthy.set(true);
        hang.countDown();
        awaitRunning(host, ONE);
        awaitRunning(host, throwing);
    }

    @Test
    void account_without_a_spec_here_is_left_as_it_is() {
        TestNode node = node();
        WorkerSupervisor host = node.host(settings -> settings.keepRunning(specs(ONE), QUICK));
        host.start(sleeping(TWO)).orElseThrow();

        TestNode.kill(pid(host, TWO));

        await().until(() -> host.status(TWO)
                .filter(status -> status.state() == WorkerState.BACKING_OFF)
                .isPresent());
        host.reconcile();
        assertThat(host.status(TWO).orElseThrow().state()).isEqualTo(WorkerState.BACKING_OFF);
    }

    @Test
    void workers_that_were_stopped_at_close_come_back_with_the_next_host() {
        TestNode node = node();
        WorkerSupervisor host =
                node.host(settings -> settings.keepRunning(specs(ONE)).onClose(OnClose.STOP_WORKERS));
        awaitRunning(host, ONE);
        String first = host.status(ONE).orElseThrow().workerId();
        host.close();
        assertThat(node.workers()).isEmpty();

        WorkerSupervisor next = node.host(settings -> settings.keepRunning(specs(ONE)));

        awaitSuccessor(next, ONE, first);
    }

    @Test
    void account_that_was_closed_by_a_host_that_keeps_nothing_running_is_planned_by_one_that_does() {
        TestNode node = node();
        WorkerSupervisor plain = node.host();
        plain.start(sleeping(ONE)).orElseThrow();
        TestNode.kill(pid(plain, ONE));
        await().until(() -> node.row(ONE).state() == WorkerState.FAILED);
        plain.close();

        awaitRunning(node.host(settings -> settings.keepRunning(specs(ONE), QUICK)), ONE);
    }

    @Test
    void crashes_in_a_row_use_up_a_budget_that_outlives_the_hosts() {
        TestNode node = node();
        Restart limited = Restart.backoff(Duration.ZERO, Duration.ofMillis(20)).giveUpAfter(6);
        WorkerSpecs crashing = WorkerSpecs.of(List.of(sh(ONE, "sleep 0.3; exit 3")
                .restart(QUICK.on(StopReason.UNKNOWN, limited).on(StopReason.START_FAILED, limited))
                .build()));

        for (int host = 0; host < 3; host++) {
            WorkerSupervisor next = node.host(settings -> settings.keepRunning(crashing));
            int before = next.why(ONE).size();
            await().until(() -> next.why(ONE).size() >= Math.min(6, before + 2));
            next.close();
        }

        WorkerSupervisor last = node.host(settings -> settings.keepRunning(crashing));
        await().until(() -> node.row(ONE).state() == WorkerState.FAILED);
        last.reconcile();
        assertThat(last.why(ONE)).hasSize(6);
        assertThat(last.ensure(crashing.find(ONE).orElseThrow()).describe()).contains("given up after 6 ends");
    }

    @Test
    void start_is_due_no_later_than_its_wait_although_the_clock_is_set_back() {
        AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
        TestNode node = node();
        WorkerSupervisor plain = node.host();
        plain.start(sleeping(ONE)).orElseThrow();
        TestNode.kill(pid(plain, ONE));
        await().until(() -> node.row(ONE).state() == WorkerState.FAILED);
        plain.close();
        planAhead(node);

        // A host that begins behind the clock that made the plan.
        WorkerSupervisor host = node.host(settings -> settings.keepRunning(specs(ONE), QUICK)
                .clock(() -> Instant.now().plus(ahead.get())));
        awaitRunning(host, ONE);

        // A clock that is set back under a host.
        host.stop(ONE);
        host.start(sleeping(TWO)).orElseThrow();
        WorkerRow stopped = node.row(ONE);
        assertThat(node.registry.update(Optional.of(stopped), wanted(stopped))).isTrue();
        planAhead(node);
        ahead.set(Duration.ofMinutes(-1));
        awaitRunning(host, ONE);
    }

    /** As a clock plans that is 40 days ahead. */
    private static void planAhead(TestNode node) {
        RestartPlan plan = new RestartPlan(
                Optional.of(Instant.now().plus(Duration.ofDays(40))), Duration.ofSeconds(1), "UNKNOWN", 1, List.of());
        WorkerRow row = node.row(ONE);
        assertThat(node.registry.update(
                        Optional.of(row), RowChanges.planned(row, WorkerState.BACKING_OFF, plan.fields())))
                .isTrue();
    }

    private static WorkerRow wanted(WorkerRow row) {
        return new WorkerRow(
                row.account(),
                row.epoch(),
                row.revision() + 1,
                row.workerId(),
                row.node(),
                row.state(),
                Desired.RUNNING,
                row.startedAt(),
                row.userId(),
                row.version(),
                row.detail());
    }

    @Test
    void account_that_was_kept_running_and_then_ended_under_a_host_that_keeps_nothing_comes_back() {
        TestNode node = node();
        WorkerSupervisor host = node.host(settings -> settings.keepRunning(specs(ONE), QUICK));
        awaitRunning(host, ONE);
        String first = host.status(ONE).orElseThrow().workerId();
        TestNode.kill(pid(host, ONE));
        awaitSuccessor(host, ONE, first);
        host.close();

        WorkerSupervisor plain = node.host();
        TestNode.kill(pid(plain, ONE));
        await().until(() -> node.row(ONE).state() == WorkerState.FAILED);
        plain.close();

        awaitRunning(node.host(settings -> settings.keepRunning(specs(ONE), QUICK)), ONE);
    }

    @Test
    void policy_of_an_account_counts_from_its_first_end_on() {
        TestNode node = node();
        WorkerSpec once = sh(ONE, "exec sleep 600")
                .restart(QUICK.on(StopReason.KILLED_BY_SIGNAL, Restart.never()))
                .build();
        WorkerSupervisor host = node.host(settings ->
                settings.keepRunning(account -> account.equals(ONE) ? Optional.of(once) : Optional.empty(), QUICK));
        host.start(once).orElseThrow();

        TestNode.kill(pid(host, ONE));

        await().until(() -> node.row(ONE).state() == WorkerState.FAILED);
        host.reconcile();
        assertThat(host.ensure(once).describe()).contains("needs a person");
    }

    @Test
    void accounts_that_run_are_not_looked_for_at_every_tick() {
        Looks looks = new Looks();
        TestNode node = new TestNode(temporary.resolve("counted"), looks.registry());
        nodes.add(node);
        WorkerSupervisor host = node.host(settings -> settings.keepRunning(specs(ONE), QUICK));
        awaitRunning(host, ONE);
        await().until(() -> looks.ticks.get() > 3);

        int before = looks.finds.get();
        int now = looks.ticks.get();
        await().until(() -> looks.ticks.get() > now + 5);

        assertThat(looks.finds.get()).isEqualTo(before);
    }

    /** A registry that counts what the loop asks: looks for one account, and listings of what is due, one a tick. */
    private static final class Looks {
        private final AtomicInteger finds = new AtomicInteger();
        private final AtomicInteger ticks = new AtomicInteger();

        WorkerRegistry registry() {
            WorkerRegistry all = new InMemoryWorkerRegistry();
            return new ForwardingRegistry(all) {
                @Override
                public Optional<WorkerRow> find(AccountId account) {
                    if (StackWalker.getInstance()
                            .walk(calls -> calls.anyMatch(
                                    call -> call.getClassName().startsWith(KeepingLoop.class.getPackageName())))) {
                        finds.incrementAndGet();
                    }
                    return super.find(account);
                }

                @Override
                public RowListing list(RowSelection selection) {
                    if (selection.dueBy().isPresent()) {
                        ticks.incrementAndGet();
                    }
                    return super.list(selection);
                }
            };
        }
    }

    @Test
    void many_that_are_killed_at_once_all_come_back() {
        AccountId[] accounts =
                LongStream.rangeClosed(1, 40).mapToObj(AccountId::of).toArray(AccountId[]::new);
        TestNode node = node(LaunchPath.KEEPER);
        WorkerSupervisor host = node.host(settings -> settings.keepRunning(specs(accounts), QUICK));
        for (AccountId account : accounts) {
            awaitRunning(host, account);
        }

        List<String> before = host.list().stream().map(WorkerStatus::workerId).toList();
        host.list().forEach(status -> TestNode.kill(status.pid().orElseThrow()));

        for (int account = 0; account < accounts.length; account++) {
            awaitSuccessor(host, accounts[account], before.get(account));
        }
        assertThat(node.workers()).hasSize(accounts.length);
    }

    @Test
    void keeping_needs_the_reconcile() {
        TestNode node = node();

        assertThatThrownBy(
                        () -> node.host(settings -> settings.withoutReconcile().keepRunning(specs(ONE))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("keepRunning");
    }

    private void write(String name) {
        try {
            Files.createFile(temporary.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
