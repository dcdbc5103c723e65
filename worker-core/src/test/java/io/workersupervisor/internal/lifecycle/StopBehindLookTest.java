package io.workersupervisor.internal.lifecycle;

import static io.workersupervisor.TestNode.sh;
import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.AccountId;
import io.workersupervisor.ForwardingRegistry;
import io.workersupervisor.Initiator;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.StopResult;
import io.workersupervisor.TestNode;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Defends P4 and P6: a person stops a worker behind the look of another host at its row, and before that host sees the worker
 * dead. The report is the stop's, never the one of a worker that ended by itself.
 */
@Timeout(60)
class StopBehindLookTest {
    private static final AccountId ACCOUNT = AccountId.of(7);

    private final TestNode node;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch mayFile = new CountDownLatch(1);
    private final WorkerSupervisor stopping;
    private final InterruptedLooks looks;
    private final WorkerSupervisor looking;
    private CompletableFuture<StopResult> stop = new CompletableFuture<>();

    StopBehindLookTest(@TempDir Path temporary) {
        node = new TestNode(temporary.resolve("data"), new InMemoryWorkerRegistry());
        stopping =
                node.host(settings -> TestNode.seams(settings, seams -> seams.withCrashPoints(this::pauseBeforeReport))
                        .withoutReconcile());
        looks = new InterruptedLooks(node.registry);
        looking = WorkerSupervisor.builder(node.data, looks).withoutReconcile().build();
    }

    @AfterEach
    void endAll() {
        mayFile.countDown();
        looking.close();
        node.close();
    }

    @Test
    void start_looks_at_the_row_again_between_a_death_and_its_report() {
        String first = run();

        StartResult again = looking.start(sh(ACCOUNT, "exec sleep 600").build());

        assertThat(again).isInstanceOf(StartResult.Started.class);
        assertThat(stop.join()).isInstanceOf(StopResult.Stopped.class);
        assertStopped(first);
    }

    @Test
    void start_of_the_application_leaves_an_account_stopped_that_a_person_stopped_just_then() {
        String first = run();

        StartResult again = looking.ensure(sh(ACCOUNT, "exec sleep 600").build());

        assertThat(again).isInstanceOf(StartResult.Refused.class);
        assertThat(stop.join()).isInstanceOf(StopResult.Stopped.class);
        assertStopped(first);
        assertThat(node.workers()).isEmpty();
    }

    @Test
    void filing_looks_at_the_row_again_between_a_death_and_its_report() {
        String first = run();

        looking.reconcile();

        mayFile.countDown();
        assertThat(stop.join()).isInstanceOf(StopResult.Stopped.class);
        assertStopped(first);
    }

    /** A worker runs. Behind the next look at its row it is stopped, up to the filing, which waits for the look after. */
    private String run() {
        stopping.start(sh(ACCOUNT, "exec sleep 600").build()).orElseThrow();
        looks.behindNext(List.of(
                () -> {
                    stop = CompletableFuture.supplyAsync(() -> stopping.stop(ACCOUNT));
                    await(ended);
                },
                mayFile::countDown));
        return node.row(ACCOUNT).workerId();
    }

    private void pauseBeforeReport(String step) {
        if (step.equals("report")) {
            ended.countDown();
            await(mayFile);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void assertStopped(String workerId) {
        assertThat(node.registry.reports(ACCOUNT, StopReport.KEPT))
                .filteredOn(report -> report.workerId().equals(workerId))
                .singleElement()
                .satisfies(report -> {
                    assertThat(report.reason()).isEqualTo(StopReason.STOPPED_ON_REQUEST);
                    assertThat(report.initiator()).isEqualTo(Initiator.USER);
                });
    }

    /** A registry for one host; other hosts do something between its look at a row and what it does next. */
    private static final class InterruptedLooks extends ForwardingRegistry {
        private final Queue<Runnable> behind = new ConcurrentLinkedQueue<>();

        InterruptedLooks(WorkerRegistry all) {
            super(all);
        }

        void behindNext(List<Runnable> acts) {
            behind.addAll(acts);
        }

        @Override
        public Optional<WorkerRow> find(AccountId account) {
            Optional<WorkerRow> row = super.find(account);
            if (isOfProtocol()) {
                Optional.ofNullable(behind.poll()).ifPresent(Runnable::run);
            }
            return row;
        }

        /** Threads that ship log entries or look for strangers look at rows, too. */
        private static boolean isOfProtocol() {
            return StackWalker.getInstance()
                    .walk(calls -> calls.map(StackWalker.StackFrame::getClassName)
                            .filter(name -> !name.equals(InterruptedLooks.class.getName()))
                            .findFirst())
                    .filter(caller -> caller.startsWith(StopProtocol.class.getPackageName() + "."))
                    .isPresent();
        }
    }
}
