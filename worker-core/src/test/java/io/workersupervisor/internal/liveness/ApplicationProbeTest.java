package io.workersupervisor.internal.liveness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.AccountId;
import io.workersupervisor.Liveness;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopOrder;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopResult;
import io.workersupervisor.TestNode;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerState;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.spi.WorkerRow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** P7: what a probe of the application's does to other accounts, and to what people ask for. */
@Timeout(90)
class ApplicationProbeTest {
    private static final AccountId HANGING = AccountId.of("hanging");
    private static final AccountId OTHER = AccountId.of("other");

    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicInteger calls = new AtomicInteger();

    @TempDir
    Path directory;

    private TestNode node;

    @BeforeEach
    void open() {
        node = new TestNode(directory.resolve("data"));
    }

    @AfterEach
    void close() {
        released.countDown();
        node.close();
    }

    private static WorkerSpec sleep(AccountId account) {
        return TestNode.sh(account, "exec sleep 600").build();
    }

    private Liveness hang(WorkerRow row) {
        if (!row.account().equals(OTHER)) {
            calls.incrementAndGet();
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return Liveness.alive("asked");
    }

    @Test
    void P7_a_probe_that_hangs_for_one_account_keeps_no_other_from_being_reconciled() {
        WorkerSupervisor before = node.host();
        before.start(sleep(HANGING)).orElseThrow();
        long pid = before.start(sleep(OTHER)).orElseThrow().pid();
        before.close();
        WorkerSupervisor host = node.host(settings -> settings.probe(this::hang));

        TestNode.kill(pid);

        await().atMost(Duration.ofSeconds(60)).until(() -> !host.why(OTHER).isEmpty());
        assertThat(host.reconcile().leftAlone())
                .singleElement()
                .asString()
                .contains("account hanging", "the application's probe");
    }

    @Test
    void P7_a_probe_that_hangs_is_not_called_again_for_its_account() {
        node.host().start(sleep(HANGING)).orElseThrow();
        WorkerSupervisor host =
                node.host(settings -> settings.withoutReconcile().probe(this::hang));

        StartResult first = host.start(sleep(HANGING));
        StartResult second = host.start(sleep(HANGING));

        assertThat(((StartResult.Refused) first).reason()).isEqualTo(RefusalReason.PROBE_IN_DOUBT);
        assertThat(((StartResult.Refused) first).evidence()).contains("no answer within");
        assertThat(((StartResult.Refused) second).evidence()).contains("hangs");
        assertThat(calls).hasValue(1);
        released.countDown();
        await().until(() -> host.start(sleep(HANGING)) instanceof StartResult.AlreadyRunning);
    }

    @Test
    void P7_twenty_hanging_probes_keep_no_other_account_from_being_started_and_filed() {
        WorkerSupervisor before = node.host(WorkerSupervisor.Builder::withoutReconcile);
        before.startAll(
                IntStream.range(0, 20).mapToObj(i -> sleep(AccountId.of(i))).toList());
        before.close();
        WorkerSupervisor host = node.host(settings -> settings.probe(this::hang));

        java.util.Map<AccountId, StartResult> started = host.startAll(java.util.List.of(sleep(OTHER)));
        started.values().forEach(result -> TestNode.kill(result.orElseThrow().pid()));

        await().atMost(Duration.ofSeconds(60)).until(() -> !host.why(OTHER).isEmpty());
    }

    @Test
    void P4_a_probe_that_throws_does_not_keep_a_worker_from_being_stopped() {
        AtomicInteger broken = new AtomicInteger(1);
        WorkerSupervisor host = node.host(settings -> settings.probe(row -> {
            if (broken.get() == 1) {
                throw new IllegalStateException("planted");
            }
            return Liveness.dead("asked");
        }));
        long pid = host.start(sleep(HANGING)).orElseThrow().pid();

        StopResult stopped = host.stop(HANGING);

        assertThat(node.isAlive(pid)).isFalse();
        // Whether the dead one may be taken for dead is the application's to doubt.
        assertThat(((StopResult.Refused) stopped).reason()).isEqualTo(RefusalReason.PROBE_IN_DOUBT);
        broken.set(0);
        await().until(() -> node.row(HANGING).state() == WorkerState.STOPPED);
        assertThat(host.why(HANGING).get(0).reason()).isEqualTo(StopReason.STOPPED_ON_REQUEST);
    }

    @Test
    void P4_a_probe_in_doubt_does_not_keep_a_half_done_stop_from_being_resumed() {
        WorkerSupervisor before = node.host(WorkerSupervisor.Builder::withoutReconcile);
        long pid = before.start(sleep(HANGING)).orElseThrow().pid();
        WorkerRow row = node.row(HANGING);
        assertThat(node.registry.update(
                        java.util.Optional.of(row),
                        RowChanges.stopAsked(
                                row, Detail.of(row).actor().orElseThrow(), row.startedAt(), StopOrder.byPerson())))
                .isTrue();
        before.close();

        node.host(settings -> settings.probe(any -> Liveness.unknown("it does not say")));

        await().atMost(Duration.ofSeconds(60)).until(() -> !node.isAlive(pid));
    }
}
