package io.workersupervisor;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.spi.InMemoryLogSink;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** P6: an end is told before it is filed, and whatever happens in between, it is filed once. */
@Tag("long")
@ParameterizedClass
@EnumSource(
        value = LaunchPath.class,
        names = {"SH", "KEEPER"})
class ToldEndTest {
    private final LaunchPath path;

    ToldEndTest(LaunchPath path) {
        this.path = path;
    }

    private static final AccountId ACCOUNT = AccountId.of(4711);
    private static final WorkerSpec SPEC =
            TestNode.sh(ACCOUNT, "exec sleep 600").build();

    private final Writes registry = new Writes(new InMemoryWorkerRegistry());
    private final BlockingQueue<StopReport> heard = new LinkedBlockingQueue<>();
    private final CountDownLatch held = new CountDownLatch(1);
    private TestNode node;

    /** A registry that counts, and fails while it is told to. */
    private static final class Writes extends ForwardingRegistry {
        private final AtomicInteger durable = new AtomicInteger();
        private final AtomicInteger failed = new AtomicInteger();
        private volatile boolean failing;
        private volatile Runnable beforeFind = () -> {};

        Writes(WorkerRegistry registry) {
            super(registry);
        }

        private void write() {
            if (failing) {
                failed.incrementAndGet();
                throw new RegistryException("planted");
            }
            durable.incrementAndGet();
        }

        @Override
        public Optional<WorkerRow> find(AccountId account) {
            beforeFind.run();
            return super.find(account);
        }

        @Override
        public Claimed claim(Optional<WorkerRow> seen, WorkerRow next, Optional<StopReport> ended) {
            write();
            return super.claim(seen, next, ended);
        }

        @Override
        public boolean update(Optional<WorkerRow> seen, WorkerRow next) {
            write();
            return super.update(seen, next);
        }

        @Override
        public boolean file(StopReport report) {
            write();
            return super.file(report);
        }
    }

    @BeforeEach
    void open(@TempDir Path directory) {
        node = new TestNode(directory.resolve("data"), registry, path);
    }

    @AfterEach
    void close() {
        held.countDown();
        node.close();
    }

    private static WorkerSupervisor.Builder quiet(WorkerSupervisor.Builder settings) {
        return settings.reconcileInterval(Duration.ofHours(1));
    }

    private WorkerSupervisor listening(UnaryOperator<WorkerSupervisor.Builder> more) {
        return node.host(settings -> more.apply(quiet(settings)).listener(event -> {
            if (event instanceof WorkerEvent.Stopped stopped) {
                heard.add(stopped.report());
            }
        }));
    }

    /** A host that does not get to file what it has told. */
    private WorkerSupervisor thatFilesLate() {
        return thatFilesLate(settings -> settings);
    }

    private WorkerSupervisor thatFilesLate(UnaryOperator<WorkerSupervisor.Builder> more) {
        return listening(settings -> {
            settings.seams(seams -> seams.withCrashPoints(step -> {
                if (step.equals("report")) {
                    hold(held);
                }
            }));
            return more.apply(settings);
        });
    }

    @Test
    void p5_the_last_words_of_a_worker_whose_end_is_told_are_an_entry_before_it_is_filed() throws Exception {
        InMemoryLogSink sink = new InMemoryLogSink();
        WorkerSupervisor host = thatFilesLate(settings -> settings.logSink(sink));
        host.start(
                TestNode.sh(ACCOUNT, node.untilGo() + "; printf 'last words'").build());

        node.letGo();

        await().until(() -> sink.size() == 1);
        assertThat(sink.find(LogQuery.last(1)).get(0).message()).isEqualTo("last words");
        assertThat(registry.reports(ACCOUNT, 1)).isEmpty();
    }

    /** What explains the end must outlast a host that dies before it has filed it. */
    @Test
    void p5_the_log_of_a_worker_whose_end_is_told_and_not_filed_is_not_removed() throws Exception {
        AtomicLong ahead = new AtomicLong();
        WorkerSupervisor host = thatFilesLate(settings -> {
            settings.seams(seams -> seams.withTiming(real -> new LaterTiming(real, ahead)));
            return settings;
        });
        host.start(TestNode.sh(ACCOUNT, "echo why; " + node.untilGo()).build());
        Path told = node.data
                .path()
                .resolve(Detail.of(registry.find(ACCOUNT).orElseThrow()).log().orElseThrow());
        Path over = told.resolveSibling(Layout.logName(AccountId.of(77), Samples.WORKER));
        Files.writeString(over, "why\n");

        node.letGo();
        node.awaitEvent("ended worker");
        for (Path file : List.of(told, over)) {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(365))));
        }
        ahead.set(Duration.ofHours(1).toNanos());

        await().atMost(Duration.ofSeconds(30)).until(() -> Files.notExists(over));
        assertThat(told).exists();
        assertThat(registry.reports(ACCOUNT, 1)).isEmpty();
    }

    private static void hold(CountDownLatch latch) {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private String startAndKill(WorkerSupervisor host) {
        StartResult.Started started = host.start(SPEC).orElseThrow();
        TestNode.kill(started.pid());
        return started.workerId();
    }

    private StopReport awaitHeard() throws InterruptedException {
        return requireNonNull(heard.poll(20, TimeUnit.SECONDS), "no end was told");
    }

    private List<String> filed() {
        return registry.reports(ACCOUNT, StopReport.KEPT).stream()
                .map(StopReport::workerId)
                .toList();
    }

    private long toldInLog(String workerId) throws IOException {
        return node.eventLog()
                .lines()
                .filter(line -> line.contains("ended worker " + workerId))
                .count();
    }

    @Test
    void whoever_asks_is_shown_an_end_that_is_not_filed_yet() throws Exception {
        WorkerSupervisor host = thatFilesLate();
        String worker = startAndKill(host);

        StopReport report = awaitHeard();

        assertThat(filed()).isEmpty();
        assertThat(node.row(ACCOUNT).state()).isEqualTo(WorkerState.RUNNING);
        assertThat(report.workerId()).isEqualTo(worker);
        assertThat(host.why(ACCOUNT)).containsExactly(report);
        assertThat(host.status(ACCOUNT).orElseThrow().state()).isEqualTo(WorkerState.FAILED);
        assertThat(host.list()).singleElement().extracting(WorkerStatus::state).isEqualTo(WorkerState.FAILED);

        held.countDown();

        await().until(this::filed, List.of(worker)::equals);
        assertThat(host.why(ACCOUNT)).containsExactly(report);
    }

    @Test
    void the_listener_is_shown_the_end_that_it_hears_of() throws Exception {
        BlockingQueue<List<StopReport>> why = new LinkedBlockingQueue<>();
        CompletableFuture<WorkerSupervisor> self = new CompletableFuture<>();
        WorkerSupervisor host = node.host(settings -> quiet(settings).listener(event -> {
            if (event instanceof WorkerEvent.Stopped) {
                why.add(self.join().why(ACCOUNT));
            }
        }));
        self.complete(host);
        String worker = startAndKill(host);

        List<StopReport> shown = requireNonNull(why.poll(20, TimeUnit.SECONDS), "no end was told");

        assertThat(shown).extracting(StopReport::workerId).containsExactly(worker);
    }

    /** P6. */
    @Test
    void a_failed_start_is_one_event() throws Exception {
        WorkerSupervisor host = listening(settings -> settings);

        StartResult result = host.start(
                TestNode.sh(ACCOUNT, "exit 3").startGrace(TestNode.ENDS_WITHIN).build());
        host.close();

        assertThat(result).isInstanceOf(StartResult.Failed.class);
        assertThat(((StartResult.Failed) result).report()).isPresent();
        assertThat(node.eventLog().lines())
                .singleElement()
                .satisfies(line -> assertThat(line).contains("ended worker"));
        assertThat(node.events).singleElement().isInstanceOf(WorkerEvent.Stopped.class);
    }

    /** P6. */
    @Test
    void a_launch_that_failed_is_one_event() throws Exception {
        WorkerSupervisor host = listening(settings -> settings);

        StartResult result =
                host.start(WorkerSpec.builder(ACCOUNT, "/nonexistent/program").build());
        host.close();

        assertThat(result).isInstanceOf(StartResult.Failed.class);
        assertThat(node.eventLog().lines()).hasSize(1);
        assertThat(node.events).hasSize(1);
    }

    @Test
    void a_start_whose_end_is_filed_and_whose_account_stays_busy_has_the_report() {
        CountDownLatch launched = new CountDownLatch(1);
        CountDownLatch filed = new CountDownLatch(1);
        Thread starter = Thread.currentThread();
        registry.beforeFind = () -> {
            if (Thread.currentThread() == starter && launched.getCount() == 0) {
                hold(filed);
            }
        };
        WorkerSupervisor host = listening(settings -> {
            settings.seams(seams -> seams.withCrashPoints(step -> {
                if (step.equals("launched")) {
                    launched.countDown();
                } else if (step.equals("closed")) {
                    filed.countDown();
                    hold(held);
                }
            }));
            return settings;
        });

        StartResult result = host.start(TestNode.sh(ACCOUNT, "exit 3").build());

        assertThat(result).isInstanceOf(StartResult.Failed.class);
        assertThat(((StartResult.Failed) result).report()).isPresent();
    }

    @Test
    void a_start_meanwhile_files_the_report_with_its_claim_in_one_write() throws Exception {
        List<Integer> before = new ArrayList<>();
        WorkerSupervisor host = listening(settings -> {
            settings.seams(seams -> seams.withCrashPoints(step -> {
                if (step.equals("launched")) {
                    before.add(registry.durable.get());
                }
            }));
            return settings;
        });
        String worker = startAndKill(host);
        StopReport report = awaitHeard();
        int written = registry.durable.get();

        StartResult second = host.ensure(SPEC);

        assertThat(second).isInstanceOf(StartResult.Started.class);
        assertThat(before.get(1)).as("writes before the launch").isEqualTo(written + 1);
        assertThat(filed()).containsExactly(worker);
        assertThat(host.why(ACCOUNT)).containsExactly(report);
        assertThat(host.status(ACCOUNT).orElseThrow().isAlive()).isTrue();
        await().untilAsserted(() -> assertThat(toldInLog(worker)).isEqualTo(1));
        assertThat(heard).isEmpty();
    }

    @Test
    void a_host_that_dies_before_it_has_filed_leaves_the_end_to_the_next_one() throws Exception {
        WorkerSupervisor dying = listening(settings -> {
            settings.seams(seams -> seams.withCrashPoints(step -> {
                if (step.equals("report")) {
                    throw new IllegalStateException(TestNode.DIED);
                }
            }));
            return settings;
        });
        String worker = startAndKill(dying);
        awaitHeard();
        assertThat(filed()).isEmpty();

        WorkerSupervisor next = node.host(ToldEndTest::quiet);

        await().until(this::filed, List.of(worker)::equals);
        assertThat(next.start(SPEC)).isInstanceOf(StartResult.Started.class);
        assertThat(filed()).containsExactly(worker);
        assertThat(toldInLog(worker)).isEqualTo(1);
        await().until(() -> node.local().records().workers().size() == 1);
    }

    @Test
    void two_hosts_that_both_tell_an_end_file_it_once_and_start_one_worker() throws Exception {
        WorkerSupervisor first = thatFilesLate();
        WorkerSupervisor second = node.host(ToldEndTest::quiet);
        String worker = startAndKill(first);
        awaitHeard();

        StartResult ofSecond = second.ensure(SPEC);
        held.countDown();
        StartResult ofFirst = first.ensure(SPEC);

        assertThat(ofSecond).isInstanceOf(StartResult.Started.class);
        assertThat(ofFirst).isInstanceOf(StartResult.AlreadyRunning.class);
        assertThat(node.workers()).hasSize(1);
        assertThat(filed()).containsExactly(worker);
        assertThat(toldInLog(worker)).isEqualTo(1);
    }

    @Test
    void P7_a_registry_that_fails_then_loses_no_end() throws Exception {
        WorkerSupervisor host = listening(settings -> settings);
        StartResult.Started started = host.start(SPEC).orElseThrow();
        registry.failing = true;
        TestNode.kill(started.pid());
        StopReport report = awaitHeard();

        assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> host.ensure(SPEC));
        assertThat(host.why(ACCOUNT)).containsExactly(report);
        assertThat(filed()).isEmpty();
        // The start's claim, and the filing behind.
        await().until(() -> registry.failed.get() >= 2);
        registry.failing = false;
        ReconcileReport reconciled = host.reconcile();

        assertThat(reconciled.ended()).containsExactly(report);
        assertThat(filed()).containsExactly(started.workerId());
        assertThat(toldInLog(started.workerId())).isEqualTo(1);
        assertThat(heard).isEmpty();
    }

    @Test
    void P4_a_stop_after_an_end_that_was_told_ends_nothing_else_and_stays() throws Exception {
        WorkerSupervisor host = thatFilesLate();
        String worker = startAndKill(host);
        StopReport report = awaitHeard();
        Thread release = new Thread(held::countDown);
        release.start();

        StopResult stopped = host.stop(ACCOUNT);

        release.join();
        assertThat(stopped.isStopped()).as(stopped.describe()).isTrue();
        assertThat(host.ensure(SPEC)).isInstanceOf(StartResult.Refused.class);
        assertThat(host.why(ACCOUNT)).containsExactly(report);
        assertThat(filed()).containsExactly(worker);
    }

    @Test
    void a_host_that_closes_has_filed_what_it_has_told() throws Exception {
        WorkerSupervisor host = listening(settings -> settings);
        String worker = startAndKill(host);
        awaitHeard();

        host.close();

        assertThat(filed()).containsExactly(worker);
        assertThat(node.row(ACCOUNT).state()).isEqualTo(WorkerState.FAILED);
    }
}
