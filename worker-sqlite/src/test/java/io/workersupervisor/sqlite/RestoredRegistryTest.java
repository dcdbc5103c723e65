package io.workersupervisor.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.AccountId;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopResult;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.sqlite.WorkerEvidence.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P1: somebody puts an older copy of registry.db back while a worker lives that it does not know. */
class RestoredRegistryTest {
    private static final AccountId ACCOUNT = AccountId.of(1);

    private final List<String> told = new CopyOnWriteArrayList<>();
    private WorkerEvidence evidence;

    @BeforeEach
    void open(@TempDir Path directory) throws IOException {
        evidence = new WorkerEvidence(directory, 1);
    }

    @AfterEach
    void endEverything() {
        evidence.close();
    }

    @Test
    void a_living_worker_that_an_older_copy_does_not_know_is_named_stopped_and_followed_by_a_higher_epoch_P1_P2()
            throws Exception {
        WorkerSpec spec = evidence.spec(ACCOUNT, Kind.RUN);
        Path registry = evidence.data().registryFile();
        Path copy = evidence.top().resolve("copy.db");
        withHost(host -> host.start(spec).orElseThrow());
        Files.copy(registry, copy);
        StartResult.Started unknown = withHost(host -> {
            host.stop(ACCOUNT);
            return host.start(spec).orElseThrow();
        });
        assertThat(registry.resolveSibling("registry.db-wal")).doesNotExist();
        Files.copy(copy, registry, StandardCopyOption.REPLACE_EXISTING);

        StartResult refused = withHost(host -> host.start(spec));
        StopResult stopped = withHost(host -> host.stop(ACCOUNT));
        StartResult started = withHost(host -> host.start(spec));

        assertThat(refused).isInstanceOf(StartResult.Refused.class);
        assertThat(((StartResult.Refused) refused).reason()).isEqualTo(RefusalReason.UNREGISTERED_WORKER);
        assertThat(((StartResult.Refused) refused).evidence())
                .contains("pid " + unknown.pid() + " runs as worker " + unknown.workerId() + " of epoch 2");
        assertThat(stopped).isInstanceOf(StopResult.Stopped.class);
        assertThat(ProcessHandle.of(unknown.pid()).filter(ProcessHandle::isAlive))
                .isEmpty();
        assertThat(started.orElseThrow().epoch()).isEqualTo(3);
        await().untilAsserted(() -> assertThat(told)
                .anyMatch(text -> text.contains("pid " + unknown.pid())
                        && text.contains("the registry does not know it: its account is refused while it lives"))
                .anyMatch(text -> text.contains("the registry was lost or is an older copy: epoch 2 was started here,"
                        + " its row says 1; epochs continue above 2")));
        assertThat(evidence.overlaps()).isEmpty();
    }

    private <T> T withHost(Function<WorkerSupervisor, T> call) {
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(evidence.data());
                WorkerSupervisor host = WorkerSupervisor.builder(evidence.data(), registry)
                        .listener(event -> told.add(event.describe()))
                        .build()) {
            return call.apply(host);
        }
    }
}
