package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.registry.Actor;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.mongo.MongoPlaces;
import io.workersupervisor.mongo.MongoWorkerRegistry;
import io.workersupervisor.mongo.NeedsMongod;
import io.workersupervisor.spi.WorkerRow;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A supervisor whose registry is shared with other machines. */
@NeedsMongod
class SupervisorOnMongoTest {
    private static final AccountId ACCOUNT = AccountId.of(4711);
    private static final Instant NOW = Instant.parse("2026-03-01T10:15:30.007Z");

    private MongoWorkerRegistry registry;
    private WorkerSupervisor host;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        registry = MongoWorkerRegistry.open(MongoPlaces.fresh());
        host = WorkerSupervisor.builder(DataDirectory.open(directory.resolve("data")), registry)
                .onClose(OnClose.STOP_WORKERS)
                .build();
    }

    @AfterEach
    void close() {
        if (host != null) {
            host.close();
            registry.close();
        }
    }

    private static WorkerSpec spec() {
        return WorkerSpec.builder(ACCOUNT, "/bin/sleep", "600")
                .startGrace(Duration.ofMillis(100))
                .build();
    }

    @Test
    void a_worker_is_started_killed_replaced_and_stopped_with_its_reports() throws Exception {
        StartResult.Started first = host.start(spec()).orElseThrow();
        StartResult again = host.start(spec());
        ProcessHandle.of(first.pid()).orElseThrow().destroyForcibly();
        ProcessHandle.of(first.pid()).ifPresent(worker -> worker.onExit().join());
        StartResult.Started second = host.start(spec()).orElseThrow();
        host.stop(ACCOUNT);

        assertThat(again).isInstanceOf(StartResult.AlreadyRunning.class);
        assertThat(second.epoch()).isEqualTo(2);
        assertThat(registry.reports(ACCOUNT, 9))
                .extracting(StopReport::reason)
                .containsExactly(StopReason.STOPPED_ON_REQUEST, StopReason.KILLED_BY_SIGNAL);
        assertThat(registry.find(ACCOUNT)).map(WorkerRow::state).contains(WorkerState.STOPPED);
    }

    /** P1, P2: nothing here can tell whether another machine's worker lives. */
    @Test
    void P1_P2_a_row_of_another_machine_is_left_alone_and_refuses_a_start() {
        WorkerRow elsewhere = RowChanges.running(
                RowChanges.claimed(
                        Optional.empty(),
                        spec(),
                        new RowChanges.Claim(
                                1, "w".repeat(26), "another-node", NOW, new Actor("host-2", OTHER), 100, "w.log")),
                OTHER);
        WorkerRow row = RowCopy.of(elsewhere, 1, 1, elsewhere.workerId());
        registry.update(Optional.empty(), row);

        ReconcileReport reconciled = host.reconcile();
        StartResult started = host.start(spec());

        assertThat(host.status(ACCOUNT).flatMap(WorkerStatus::liveness))
                .map(Liveness::verdict)
                .contains(Liveness.Verdict.UNKNOWN);
        assertThat(host.list())
                .singleElement()
                .satisfies(status -> assertThat(status.isAlive()).isFalse());
        assertThat(started).isInstanceOf(StartResult.Refused.class);
        assertThat(((StartResult.Refused) started).reason()).isEqualTo(RefusalReason.OTHER_NODE);
        assertThat(reconciled.leftAlone()).isEmpty();
        assertThat(registry.find(ACCOUNT)).contains(row);
        assertThat(registry.reports(ACCOUNT, 9)).isEmpty();

        StopResult stopped = host.stop(ACCOUNT);

        assertThat(stopped).isInstanceOf(StopResult.Refused.class);
        assertThat(registry.find(ACCOUNT).orElseThrow().workerId()).isEqualTo(row.workerId());
        assertThat(registry.find(ACCOUNT).orElseThrow().state().isOpen()).isTrue();
    }

    private static final ProcessIdentity OTHER = new ProcessIdentity(
            815, 106_418, 0, "0e2b9a3c-6b0f-4a53-9d0c-3f0c3f7b1c55", "pid:[4026531836]", "time:[4026531834]");
}
