package io.workersupervisor.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.ForeignRow;
import io.workersupervisor.Liveness;
import io.workersupervisor.OnClose;
import io.workersupervisor.ReconcileReport;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.StopResult;
import io.workersupervisor.WorkerInspector;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerState;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.spi.WorkerRow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A supervisor whose registry is shared with other machines. */
@NeedsMongod
class SupervisorOnMongoTest {
    private static final AccountId ACCOUNT = AccountId.of(4711);

    private MongoPlace place;
    private MongoWorkerRegistry registry;
    private WorkerSupervisor host;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        place = MongoPlaces.fresh();
        registry = MongoWorkerRegistry.open(place);
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
                .stopGrace(Duration.ofSeconds(2))
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

    @Test
    void a_stop_from_another_directory_waits_until_the_owner_has_ended_the_worker(@TempDir Path elsewhere) {
        StartResult.Started started = host.start(spec()).orElseThrow();
        try (MongoWorkerRegistry shared = MongoWorkerRegistry.open(place);
                WorkerSupervisor other = WorkerSupervisor.builder(DataDirectory.open(elsewhere.resolve("data")), shared)
                        .build()) {
            StopResult stopped = other.stop(ACCOUNT);

            assertThat(((StopResult.Stopped) stopped).report())
                    .map(StopReport::workerId)
                    .contains(started.workerId());
            assertThat(ProcessHandle.of(started.pid())).isEmpty();
            assertThat(registry.find(ACCOUNT)).map(WorkerRow::state).contains(WorkerState.STOPPED);
        }
    }

    /** P1, P2: nothing here can tell whether another machine's worker lives. */
    @Test
    void P1_P2_a_row_of_another_machine_is_left_alone_and_refuses_a_start() {
        WorkerRow row = ForeignRow.running(spec(), "w".repeat(26), "another-node");
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

        assertThat(((StartResult.Refused) started).evidence()).contains("belongs to node another-node");

        StopResult stopped = host.stop(ACCOUNT);

        assertThat(stopped.describe()).contains("another-node", "has not ended it since");
        assertThat(registry.find(ACCOUNT).orElseThrow().workerId()).isEqualTo(row.workerId());
        assertThat(registry.find(ACCOUNT).orElseThrow().state().isOpen()).isTrue();

        String freeing = host.doctor().stream()
                .map(WorkerInspector.Finding::text)
                .filter(text -> text.contains("set the account free: "))
                .findFirst()
                .orElseThrow()
                .replaceFirst(".*updateOne\\(", "[")
                .replaceFirst("\\)$", "]");
        List<Document> statement = Document.parse("{a: " + freeing + "}").getList("a", Document.class);
        assertThat(place.connect().collection("worker_registry"))
                .satisfies(rows -> Wait.one(rows.updateOne(statement.get(0), statement.get(1))));
        assertThat(host.start(spec())).isInstanceOf(StartResult.Started.class);
    }
}
