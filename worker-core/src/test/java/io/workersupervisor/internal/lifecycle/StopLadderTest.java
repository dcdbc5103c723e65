package io.workersupervisor.internal.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;

import io.workersupervisor.AccountId;
import io.workersupervisor.Confidence;
import io.workersupervisor.Desired;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.Initiator;
import io.workersupervisor.LaunchPath;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.OnClose;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.RegistryException;
import io.workersupervisor.StartResult;
import io.workersupervisor.StartsFailedException;
import io.workersupervisor.StopOrder;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.StopResult;
import io.workersupervisor.TestNode;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.machine.ProcFs;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.registry.Actor;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** P1, P3, P4: what a stop ends, and what it leaves alone. */
@Tag("long")
@ParameterizedClass
@EnumSource(
        value = LaunchPath.class,
        names = {"SH", "KEEPER"})
class StopLadderTest {
    private final LaunchPath path;

    StopLadderTest(LaunchPath path) {
        this.path = path;
    }

    private static final AccountId ACCOUNT = AccountId.of("bot@example");

    private static final WorkerSpec UNMARKED = TestNode.unmarked(ACCOUNT).build();

    /** Leaves the worker, its session and its lock. */
    private static final String DAEMON = "setsid sh -c 'exec 9>&-; exec sleep 600' & ";

    @TempDir
    Path directory;

    private TestNode node;

    @BeforeEach
    void open() {
        node = new TestNode(directory.resolve("data"), new InMemoryWorkerRegistry(), path);
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void P4_a_stopped_account_stays_stopped_until_a_person_starts_it() {
        WorkerSupervisor host = node.host();
        WorkerSpec spec = TestNode.sh(ACCOUNT, "exec sleep 600").build();
        host.start(spec).orElseThrow();

        StopResult stopped = host.stop(ACCOUNT);
        host.close();
        WorkerSupervisor next = node.host();
        StartResult ensured = next.ensure(spec);
        StartResult restarted = next.restart(spec);
        StartResult started = next.start(spec);

        assertThat(stopped).isInstanceOf(StopResult.Stopped.class);
        assertThat(ensured).isInstanceOf(StartResult.Refused.class);
        assertThat(((StartResult.Refused) ensured).reason()).isEqualTo(RefusalReason.STOPPED_BY_OPERATOR);
        assertThat(restarted).isInstanceOf(StartResult.Refused.class);
        assertThat(started).isInstanceOf(StartResult.Started.class);
    }

    @Test
    void P4_an_account_that_was_never_started_can_be_stopped() {
        WorkerSupervisor host = node.host();

        StopResult stopped = host.stop(ACCOUNT);

        assertThat(stopped).isEqualTo(new StopResult.AlreadyStopped(ACCOUNT, false));
        assertThat(host.ensure(TestNode.sh(ACCOUNT, "exec sleep 600").build())).isInstanceOf(StartResult.Refused.class);
    }

    @Test
    void P6_the_report_of_a_stop_names_each_rung() {
        WorkerSupervisor host = node.host();
        long pid = host.start(TestNode.sh(ACCOUNT, "trap '' TERM; echo ready; while :; do sleep 0.05; done")
                        .stopGrace(Duration.ofMillis(300))
                        .build())
                .orElseThrow()
                .pid();
        node.awaitLog(ACCOUNT, "ready");

        StopResult.Stopped stopped = (StopResult.Stopped) host.stop(ACCOUNT);

        assertThat(stopped.steps())
                .startsWith("TERM sent to the group of pid " + pid, "KILL sent to the group of pid " + pid);
        StopReport report = stopped.report().orElseThrow();
        assertThat(report.reason()).isEqualTo(StopReason.STOPPED_ON_REQUEST);
        assertThat(report.confidence()).isEqualTo(Confidence.CERTAIN);
        assertThat(report.initiator()).isEqualTo(Initiator.USER);
        assertThat(report.evidence()).containsAll(stopped.steps());
        assertThat(node.isAlive(pid)).isFalse();
    }

    @Test
    @Needs(Need.SETSID)
    void P1_a_daemon_that_left_the_worker_and_its_lock_is_ended_by_stop() {
        WorkerSupervisor host = node.host();
        host.start(TestNode.sh(ACCOUNT, "setsid sh -c 'exec 9>&-; exec sleep 600' & sleep 600")
                        .build())
                .orElseThrow();
        await().until(() -> node.workers().size() >= 3);

        StopResult stopped = host.stop(ACCOUNT);

        assertThat(stopped).isInstanceOf(StopResult.Stopped.class);
        assertThat(node.workers()).isEmpty();
    }

    @Test
    @Needs(Need.SETSID)
    void P1_a_start_is_refused_and_names_the_daemon_that_outlives_its_worker() throws Exception {
        WorkerSupervisor host = node.host(settings -> settings.reconcileInterval(Duration.ofHours(1)));
        WorkerSpec spec = TestNode.sh(ACCOUNT, DAEMON + node.untilGo()).build();
        long pid = host.start(spec).orElseThrow().pid();
        node.letGo();
        await().until(() -> !node.isAlive(pid));
        long daemon = node.workers().get(0).stat().pid();

        StartResult second = host.start(spec);

        assertThat(second).isInstanceOf(StartResult.Refused.class);
        assertThat(((StartResult.Refused) second).reason()).isEqualTo(RefusalReason.DESCENDANTS_LEFT);
        assertThat(((StartResult.Refused) second).evidence()).contains("pid " + daemon);
    }

    @Test
    @Needs(Need.SETSID)
    void P2_leftovers_are_ended_after_the_grace_and_the_account_is_free() throws Exception {
        WorkerSupervisor host = node.host();
        WorkerSpec spec = TestNode.sh(ACCOUNT, DAEMON + node.untilGo() + "; exit 3")
                .stopGrace(Duration.ofMillis(300))
                .build();
        host.start(spec).orElseThrow();
        node.letGo();

        await().until(() -> !host.why(ACCOUNT).isEmpty());

        assertThat(node.workers()).isEmpty();
        StopReport report = host.why(ACCOUNT).get(0);
        assertThat(report.exit()).isEqualTo(new ExitStatus.Exited(3));
        assertThat(report.reason()).isNotEqualTo(StopReason.STOPPED_ON_REQUEST);
        assertThat(node.row(ACCOUNT).desired()).isEqualTo(Desired.RUNNING);
    }

    @Test
    void P6_a_worker_that_was_killed_before_the_stop_was_not_stopped_on_request() throws Exception {
        WorkerSupervisor host = node.host(settings -> settings.reconcileInterval(Duration.ofHours(1)));
        long pid = host.start(TestNode.sh(ACCOUNT, "sleep 600 & exec sleep 601").build())
                .orElseThrow()
                .pid();
        TestNode.kill(pid);
        String workerId = node.row(ACCOUNT).workerId();
        await().until(() -> node.local().records().exit(workerId).isPresent());

        StopResult.Stopped stopped = (StopResult.Stopped) host.stop(ACCOUNT);

        assertThat(stopped.steps()).containsExactly("TERM sent to 1 descendant");
        assertThat(stopped.report().orElseThrow().reason()).isEqualTo(StopReason.KILLED_BY_SIGNAL);
    }

    @Test
    @Needs(Need.PERL)
    void P2_a_worker_that_overwrites_its_environment_is_known_by_the_lock_it_holds() {
        WorkerSupervisor host = node.host();
        WorkerSpec spec = WorkerSpec.builder(ACCOUNT, "perl", "-e", "$0 = 'x' x 20000; sleep 600")
                .startGrace(TestNode.START_GRACE)
                .build();
        long pid = host.start(spec).orElseThrow().pid();
        await().until(() -> ProcFs.system().environment(pid).orElse("").startsWith("\0xxx"));

        StartResult second = host.start(spec);
        StopResult stopped = host.stop(ACCOUNT);

        assertThat(second).isInstanceOf(StartResult.AlreadyRunning.class);
        assertThat(stopped).isInstanceOf(StopResult.Stopped.class);
        assertThat(node.isAlive(pid)).isFalse();
    }

    /** Starts a worker that overwrites its environment, as libraries do that set a title, and has closed its descriptors. */
    private StartResult.Started startUnmarked(WorkerSupervisor host) {
        StartResult.Started started = host.start(UNMARKED).orElseThrow();
        await().until(() ->
                ProcFs.system().environment(started.pid()).orElse("").startsWith("\0xxx")
                        && !node.local().locks().isOpenIn(started.pid(), ACCOUNT));
        return started;
    }

    private void assertRunsAndCanBeStopped(StartResult.Started worker) {
        try (WorkerSupervisor next = node.host()) {
            assertThat(next.start(UNMARKED)).isInstanceOf(StartResult.AlreadyRunning.class);
            assertThat(next.stop(ACCOUNT)).isInstanceOf(StopResult.Stopped.class);
        }
        assertThat(node.isAlive(worker.pid())).isFalse();
        assertThat(node.registry.reports(ACCOUNT, 1)).singleElement().satisfies(report -> {
            assertThat(report.workerId()).isEqualTo(worker.workerId());
            assertThat(report.reason()).isEqualTo(StopReason.STOPPED_ON_REQUEST);
        });
    }

    @Test
    @Needs(Need.PERL)
    void P2_a_worker_without_environment_and_lock_is_known_by_its_birth_record() {
        WorkerSupervisor host = node.host();
        StartResult.Started worker = startUnmarked(host);

        assertThat(host.start(UNMARKED)).isInstanceOf(StartResult.AlreadyRunning.class);
        host.close();

        assertRunsAndCanBeStopped(worker);
    }

    @Test
    @Needs(Need.PERL)
    void P2_a_worker_without_environment_and_lock_is_known_by_its_launcher_where_its_records_are_lost()
            throws Exception {
        WorkerSupervisor host = node.host();
        StartResult.Started worker = startUnmarked(host);
        host.close();
        node.loseRecords();

        assertRunsAndCanBeStopped(worker);
    }

    @Test
    @Needs(Need.PERL)
    void P2_a_worker_without_environment_and_lock_is_known_by_its_records_where_its_launcher_is_gone() {
        WorkerSupervisor host = node.host();
        StartResult.Started worker = startUnmarked(host);
        host.close();
        ProcessHandle launcher =
                ProcessHandle.of(worker.pid()).flatMap(ProcessHandle::parent).orElseThrow();
        TestNode.kill(launcher.pid());
        await().until(() -> !node.isAlive(launcher.pid()));

        assertRunsAndCanBeStopped(worker);
    }

    @Test
    void an_interrupted_stop_leaves_the_worker_its_grace() throws Exception {
        AtomicBoolean termed = new AtomicBoolean();
        WorkerSupervisor host = node.host(settings -> {
            TestNode.seams(
                    settings,
                    seams -> seams.withCrashPoints(step -> termed.compareAndSet(false, step.equals("termed"))));
            return settings.reconcileInterval(Duration.ofHours(1));
        });
        long pid = host.start(TestNode.sh(ACCOUNT, "trap '' TERM; echo ready; while :; do sleep 0.05; done")
                        .stopGrace(Duration.ofMinutes(1))
                        .build())
                .orElseThrow()
                .pid();
        node.awaitLog(ACCOUNT, "ready");
        List<StopResult> answers = Collections.synchronizedList(new ArrayList<>());
        Thread stopping = new Thread(() -> answers.add(host.stop(ACCOUNT)));
        stopping.start();
        await().until(() -> termed.get() && stopping.getState() == Thread.State.TIMED_WAITING);

        stopping.interrupt();
        stopping.join(Duration.ofSeconds(30).toMillis());

        assertThat(answers).singleElement().isInstanceOf(StopResult.Refused.class);
        assertThat(node.isAlive(pid)).isTrue();
    }

    @Test
    void a_call_that_close_overtakes_ends_with_an_answer_for_each_account() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        AtomicInteger claims = new AtomicInteger();
        WorkerSupervisor host = node.host(settings -> {
            TestNode.seams(
                    settings,
                    seams -> seams.withCrashPoints(step -> {
                        if (step.equals("claim") && claims.incrementAndGet() > 10) {
                            await().until(() -> closed.getCount() == 0);
                        }
                    }));
            return settings.closeTimeout(Duration.ofMillis(300));
        });
        List<WorkerSpec> many = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            many.add(TestNode.sh(AccountId.of(i), "exec sleep 600").build());
        }
        List<RuntimeException> thrown = Collections.synchronizedList(new ArrayList<>());
        Thread starting = new Thread(() -> {
            try {
                host.startAll(many);
            } catch (RuntimeException failed) {
                thrown.add(failed);
            }
        });
        starting.start();
        await().until(() -> !node.workers().isEmpty());

        long begun = System.nanoTime();
        host.close();
        long took = System.nanoTime() - begun;
        closed.countDown();
        starting.join(Duration.ofSeconds(60).toMillis());

        assertThat(Duration.ofNanos(took)).isLessThan(Duration.ofSeconds(20));
        assertThat(starting.isAlive()).isFalse();
        StartsFailedException failed = (StartsFailedException) thrown.get(0);
        assertThat(failed.results().size() + failed.failures().size()).isEqualTo(120);
    }

    @Test
    void a_host_hears_of_an_end_that_another_host_has_filed() throws Exception {
        List<WorkerEvent> heard = Collections.synchronizedList(new ArrayList<>());
        WorkerSupervisor first = node.host(settings -> settings.listener(heard::add));
        WorkerSupervisor second = node.host(WorkerSupervisor.Builder::withoutReconcile);
        first.start(TestNode.sh(ACCOUNT, "exec sleep 600").build()).orElseThrow();

        second.stop(ACCOUNT);

        await().until(() -> heard.stream().anyMatch(event -> event instanceof WorkerEvent.Stopped));
        assertThat(Files.readAllLines(Layout.eventLog(node.data))).hasSize(2);
    }

    @Test
    void P6_an_end_of_another_host_is_heard_although_the_registry_fails_once() throws Exception {
        AtomicInteger failed = new AtomicInteger();
        InMemoryWorkerRegistry rows = new InMemoryWorkerRegistry();
        WorkerRegistry registry = mock(WorkerRegistry.class, delegatesTo(rows));
        doAnswer(call -> {
                    boolean first =
                            Thread.currentThread().getName().startsWith("worker-tick") && failed.getAndIncrement() == 0;
                    if (first) {
                        throw new RegistryException("planted");
                    }
                    return rows.reports(call.getArgument(0), call.getArgument(1));
                })
                .when(registry)
                .reports(any(), anyInt());
        List<WorkerEvent> heard = Collections.synchronizedList(new ArrayList<>());
        WorkerSupervisor first = WorkerSupervisor.builder(node.data, registry)
                .reconcileInterval(Duration.ofMillis(200))
                .listener(heard::add)
                .build();
        try (first;
                WorkerSupervisor second = WorkerSupervisor.builder(node.data, rows)
                        .withoutReconcile()
                        .build()) {
            first.start(TestNode.sh(ACCOUNT, "exec sleep 600").build()).orElseThrow();

            second.stop(ACCOUNT);

            await().until(() -> heard.stream().anyMatch(event -> event instanceof WorkerEvent.Stopped));
            assertThat(failed).hasValueGreaterThan(0);
        }
    }

    @Test
    void P7_a_stop_that_takes_long_holds_up_no_other_account() throws Exception {
        AccountId slow = AccountId.of("slow");
        WorkerSupervisor first = node.host(settings -> settings.reconcileInterval(Duration.ofHours(1)));
        first.start(TestNode.sh(slow, "trap '' TERM; echo ready; while :; do sleep 0.05; done")
                        .stopGrace(Duration.ofMinutes(5))
                        .build())
                .orElseThrow();
        node.awaitLog(slow, "ready");
        WorkerRow row = node.row(slow);
        ProcessIdentity worker = Detail.identityOf(row).orElseThrow();
        Actor gone = new Actor(
                "gone",
                new ProcessIdentity(
                        worker.pid(),
                        worker.startTicks() + 1,
                        0,
                        worker.bootId(),
                        worker.pidNamespace(),
                        worker.timeNamespace()));
        assertThat(node.registry.update(
                        java.util.Optional.of(row),
                        RowChanges.stopAsked(row, gone, row.startedAt(), StopOrder.byPerson())))
                .isTrue();
        first.close();

        WorkerSupervisor second = node.host();
        StartResult other =
                second.start(TestNode.sh(ACCOUNT, node.untilGo() + "; exit 3").build());

        assertThat(other).isInstanceOf(StartResult.Started.class);
        node.letGo();
        await().until(() -> !second.why(ACCOUNT).isEmpty());
        assertThat(second.why(slow)).isEmpty();
    }

    @Test
    void P1_a_worker_that_forks_modestly_without_end_is_swept() {
        WorkerSupervisor host = node.host();
        String forker = "f() { (trap '' TERM; sleep 0.03; f) & }; f; sleep 600";
        host.start(TestNode.sh(ACCOUNT, forker)
                        .stopGrace(Duration.ofMillis(200))
                        .build())
                .orElseThrow();

        StopResult stopped = host.stop(ACCOUNT);

        assertThat(stopped).isInstanceOf(StopResult.Stopped.class);
        assertThat(node.workers()).isEmpty();
    }

    @Test
    @Needs(Need.BASH)
    void P1_a_worker_that_closed_every_descriptor_is_alive_without_its_lock_and_launcher() {
        Path closed = directory.resolve("closed");
        // What a worker holds is looked at after its grace, which begins when this step is passed.
        WorkerSupervisor host = node.host(settings -> {
            TestNode.seams(
                    settings,
                    seams -> seams.withCrashPoints(step -> {
                        if (step.equals("run")) {
                            await().until(() -> Files.exists(closed));
                        }
                    }));
            return settings;
        });
        WorkerSpec spec = WorkerSpec.builder(
                        ACCOUNT,
                        Need.BASH.path().toString(),
                        "-c",
                        TestNode.DROP_LOCK + "; : >" + closed + "; exec sleep 600")
                .startGrace(TestNode.START_GRACE)
                .build();
        long pid = host.start(spec).orElseThrow().pid();
        TestNode.kill(node.local()
                .records()
                .birth(node.row(ACCOUNT).workerId())
                .orElseThrow()
                .launcherPid());
        await().until(() -> node.local().locks().state(ACCOUNT) == AccountLocks.State.FREE);

        StartResult second = host.start(spec);
        StopResult stopped = host.stop(ACCOUNT);

        assertThat(Detail.of(node.row(ACCOUNT)).holdsLock()).isFalse();
        assertThat(second).isInstanceOf(StartResult.AlreadyRunning.class);
        assertThat(stopped).isInstanceOf(StopResult.Stopped.class);
        assertThat(node.isAlive(pid)).isFalse();
    }

    @Test
    void P1_a_restart_replaces_the_worker_and_keeps_the_account_wanted() {
        WorkerSupervisor host = node.host();
        WorkerSpec spec = TestNode.sh(ACCOUNT, "exec sleep 600").build();
        long first = host.start(spec).orElseThrow().pid();

        StartResult.Started second = host.restart(spec).orElseThrow();

        assertThat(node.isAlive(first)).isFalse();
        assertThat(second.epoch()).isEqualTo(2);
        assertThat(node.row(ACCOUNT).desired()).isEqualTo(Desired.RUNNING);
        assertThat(host.why(ACCOUNT).get(0).evidence()).anyMatch(item -> item.startsWith("restart was called"));
    }

    @Test
    void workers_outlive_the_supervisor_unless_it_is_told_to_end_them() {
        WorkerSupervisor leaving = node.host();
        long first = leaving.start(TestNode.sh(ACCOUNT, "exec sleep 600").build())
                .orElseThrow()
                .pid();
        leaving.close();
        boolean leftRunning = node.isAlive(first);
        WorkerSupervisor ending = node.host(settings -> settings.onClose(OnClose.STOP_WORKERS));
        await().until(() -> node.events.stream().anyMatch(event -> event instanceof WorkerEvent.Adopted));

        ending.close();

        assertThat(leftRunning).isTrue();
        assertThat(node.isAlive(first)).isFalse();
        assertThat(node.row(ACCOUNT).desired()).isEqualTo(Desired.RUNNING);
        assertThat(node.registry.reports(ACCOUNT, 1).get(0).initiator()).isEqualTo(Initiator.LIBRARY);
    }

    @Test
    void P7_a_listener_that_throws_stops_nothing() throws Exception {
        WorkerSupervisor host = node.host(settings -> settings.listener(event -> {
            throw new IllegalStateException("planted");
        }));

        StartResult started = host.start(TestNode.sh(ACCOUNT, "exec sleep 600").build());
        StopResult stopped = host.stop(ACCOUNT);

        assertThat(started).isInstanceOf(StartResult.Started.class);
        assertThat(stopped).isInstanceOf(StopResult.Stopped.class);
        assertThat(Files.readAllLines(Layout.eventLog(node.data))).hasSize(2);
    }
}
