package io.workersupervisor;

import static io.workersupervisor.TestNode.sh;
import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Stops of a person and of the application, pauses, forgotten accounts and signals (P3, P4, P6). */
class OrdersTest extends KeptAccounts {
    private static final StopOrder ALICE = StopOrder.by("alice").because("customer asked");
    private static final RestartPolicy QUICK = RestartPolicy.standard()
            .on(StopReason.KILLED_BY_SIGNAL, Restart.after(Duration.ZERO))
            .on(StopReason.UNKNOWN, Restart.after(Duration.ZERO));

    private WorkerSupervisor keeping(AccountId... accounts) {
        WorkerSupervisor host = keeping(QUICK, accounts);
        Arrays.stream(accounts).forEach(account -> awaitRunning(host, account));
        return host;
    }

    private static void kill(WorkerSupervisor host, AccountId account) {
        TestNode.kill(host.status(account).orElseThrow().pid().orElseThrow());
    }

    @Test
    void who_stopped_an_account_and_why_stands_in_row_report_and_timeline() {
        WorkerSupervisor host = keeping(ONE);

        host.stop(ONE, ALICE);

        assertThat(host.status(ONE).orElseThrow().order()).contains("stopped by alice: customer asked");
        assertThat(host.why(ONE).get(0).evidence()).anyMatch(line -> line.contains("by alice: customer asked"));
        assertThat(host.timeline(ONE))
                .anyMatch(entry -> entry.kind() == TimelineEntry.Kind.ORDERED
                        && entry.text().contains("by alice: customer asked"));
        host.start(ONE).orElseThrow();
        assertThat(host.status(ONE).orElseThrow().order()).isEmpty();
    }

    @Test
    void what_the_application_stopped_it_may_start_again_and_the_engine_does_not() {
        WorkerSupervisor host = keeping(ONE, TWO);
        host.stop(ONE, StopOrder.byApplication());
        assertThat(host.status(ONE).orElseThrow().desired()).isEqualTo(Desired.IDLE);
        assertThat(node().row(ONE).desired()).isEqualTo(Desired.STOPPED);

        host.close();
        WorkerSupervisor next = keeping(TWO);
        next.reconcile();

        assertThat(next.status(ONE).orElseThrow().isAlive()).isFalse();
        assertThat(next.ensure(sleeping(ONE))).isInstanceOf(StartResult.Started.class);
        assertThat(next.status(ONE).orElseThrow().desired()).isEqualTo(Desired.RUNNING);
    }

    @Test
    void stop_by_the_application_never_takes_the_place_of_a_persons_and_a_persons_takes_its() {
        WorkerSupervisor host = node().host();
        host.start(sleeping(ONE)).orElseThrow();
        host.stop(ONE, ALICE);

        host.stop(ONE, StopOrder.byApplication().because("nightly job"));

        assertThat(host.status(ONE).orElseThrow().order()).contains("stopped by alice: customer asked");
        assertThat(refusal(host.ensure(sleeping(ONE)))).isEqualTo(RefusalReason.STOPPED_BY_OPERATOR);

        host.start(sleeping(TWO)).orElseThrow();
        host.stop(TWO, StopOrder.byApplication());
        host.stop(TWO);
        assertThat(refusal(host.ensure(sleeping(TWO)))).isEqualTo(RefusalReason.STOPPED_BY_OPERATOR);
    }

    @Test
    void damage_in_the_file_of_pauses_leaves_all_accounts_alone_until_a_person_resumes_them() throws Exception {
        WorkerSupervisor host = node().host();
        Files.writeString(Layout.paused(node().data), "{\"acc");

        assertThat(refusal(host.ensure(sleeping(ONE)))).isEqualTo(RefusalReason.PAUSED);

        assertThat(host.resumeAll(ALICE)).isTrue();
        host.ensure(sleeping(ONE)).orElseThrow();
    }

    @Test
    void paused_account_is_left_alone_by_every_host_until_it_is_resumed() {
        WorkerSupervisor host = keeping(ONE, TWO);
        WorkerSupervisor console = node().host(WorkerSupervisor.Builder::withoutReconcile);
        console.pause(ONE, Optional.empty(), ALICE);

        kill(host, ONE);
        String two = host.status(TWO).orElseThrow().workerId();
        kill(host, TWO);

        await().until(() -> !host.status(TWO).orElseThrow().workerId().equals(two));
        host.reconcile();
        WorkerStatus paused = host.status(ONE).orElseThrow();
        assertThat(paused.isAlive()).isFalse();
        assertThat(paused.isDown()).isTrue();
        assertThat(paused.pause()).contains("paused by alice: customer asked");
        assertThat(refusal(host.ensure(sleeping(ONE)))).isEqualTo(RefusalReason.PAUSED);

        assertThat(console.resume(ONE, ALICE)).isTrue();
        assertThat(console.resume(ONE, ALICE)).isFalse();
        awaitRunning(host, ONE);
        assertThat(node().data.path().resolve("paused")).doesNotExist();
    }

    @Test
    void person_who_names_a_paused_account_starts_it() {
        WorkerSupervisor host = keeping(ONE);
        host.pauseAll(Optional.empty(), ALICE);
        kill(host, ONE);
        await().until(() -> !host.status(ONE).orElseThrow().isAlive());
        assertThat(refusal(host.ensure(List.of(ONE)).get(ONE))).isEqualTo(RefusalReason.PAUSED);

        host.start(ONE).orElseThrow();

        assertThat(host.resumeAll(ALICE)).isTrue();
    }

    @Test
    void pause_runs_out() {
        WorkerSupervisor host = keeping(ONE);
        host.pause(ONE, Optional.of(Instant.now().plusSeconds(3)), ALICE);
        String first = host.status(ONE).orElseThrow().workerId();

        kill(host, ONE);

        await().until(() -> host.status(ONE)
                .filter(status -> status.isAlive() && !status.workerId().equals(first))
                .isPresent());
    }

    @Test
    void forgotten_account_is_in_no_list_and_its_numbers_are_not_used_again() {
        WorkerSupervisor host = keeping(ONE);
        assertThat(host.forget(ONE, ALICE))
                .isInstanceOfSatisfying(
                        ForgetResult.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(RefusalReason.STILL_RUNS));
        host.stop(ONE);
        long epoch = node().row(ONE).epoch();

        assertThat(host.forget(ONE, ALICE)).isInstanceOf(ForgetResult.Forgotten.class);

        assertThat(host.list()).isEmpty();
        assertThat(host.status(ONE)).isEmpty();
        assertThat(host.why(ONE)).isEmpty();
        host.reconcile();
        assertThat(node().workers()).as("what a person stopped stays stopped").isEmpty();
        assertThat(refusal(host.ensure(sleeping(ONE)))).isEqualTo(RefusalReason.STOPPED_BY_OPERATOR);
        assertThat(host.start(sleeping(ONE)).orElseThrow().epoch()).isEqualTo(epoch + 1);
        assertThat(host.list()).hasSize(1);
        assertThat(host.forget(TWO, ALICE)).isInstanceOf(ForgetResult.Forgotten.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"SH", "KEEPER"})
    void signal_reaches_the_worker_alone_and_is_told(LaunchPath path) throws Exception {
        try (TestNode other = new TestNode(temporary.resolve("signalled"), new InMemoryWorkerRegistry(), path)) {
            WorkerSupervisor host = other.host();
            WorkerSpec spec = sh(ONE, "trap 'echo reloaded' HUP; echo ready; while :; do sleep 0.1; done")
                    .build();
            StartResult.Started started = host.start(spec).orElseThrow();
            other.awaitLog(ONE, "ready");

            SignalResult result = host.signal(ONE, WorkerSignal.HUP);

            assertThat(result)
                    .isEqualTo(new SignalResult.Sent(ONE, WorkerSignal.HUP, started.workerId(), started.pid()));
            other.awaitLog(ONE, "reloaded");
            assertThat(host.status(ONE).orElseThrow().isAlive()).isTrue();
            assertThat(Files.readString(Layout.eventLog(other.data))).contains("account 1 got signal HUP");
            host.stop(ONE);
            assertThat(host.signal(ONE, WorkerSignal.HUP)).isEqualTo(new SignalResult.NotRunning(ONE));
        }
    }

    @Test
    void listener_gets_the_supervisor_and_one_may_come_later() {
        List<String> heard = new CopyOnWriteArrayList<>();
        WorkerSupervisor host = node().host(settings -> settings.onEvent((supervisor, event) -> {
            if (event instanceof WorkerEvent.Stopped stopped
                    && stopped.report().reason() == StopReason.KILLED_BY_SIGNAL) {
                supervisor.ensure(sleeping(stopped.report().account()));
            }
        }));
        WorkerListener later = event -> heard.add(event.describe());
        host.addListener(later);
        StartResult.Started first = host.start(sleeping(ONE)).orElseThrow();

        TestNode.kill(first.pid());

        await().until(() -> host.status(ONE)
                .filter(status -> status.isAlive() && status.epoch() == first.epoch() + 1)
                .isPresent());
        await().until(() -> heard.stream().anyMatch(text -> text.startsWith("ended worker " + first.workerId())));
        assertThat(host.removeListener(later)).isTrue();
    }

    @Test
    void dead_worker_gets_no_signal() {
        WorkerSupervisor console = node().host(WorkerSupervisor.Builder::withoutReconcile);
        long pid = console.start(sleeping(ONE)).orElseThrow().pid();

        TestNode.kill(pid);
        await().until(() -> !node().isAlive(pid));

        assertThat(console.signal(ONE, WorkerSignal.HUP)).isInstanceOf(SignalResult.NotRunning.class);
    }
}
