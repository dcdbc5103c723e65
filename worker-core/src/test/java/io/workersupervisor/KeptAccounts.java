package io.workersupervisor;

import static io.workersupervisor.TestNode.sh;
import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.spi.InMemoryWorkerRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two accounts whose workers sleep, and hosts that keep them running. */
@Tag("long")
@Timeout(120)
abstract class KeptAccounts {
    static final AccountId ONE = AccountId.of(1);
    static final AccountId TWO = AccountId.of(2);

    @TempDir
    Path temporary;

    private TestNode opened;

    @BeforeEach
    void open() {
        opened = new TestNode(temporary.resolve("data"), new InMemoryWorkerRegistry(), LaunchPath.SH);
    }

    @AfterEach
    void endAll() {
        opened.close();
    }

    TestNode node() {
        return opened;
    }

    static WorkerSpec sleeping(AccountId account) {
        return sh(account, "exec sleep 600").build();
    }

    WorkerSupervisor keeping(RestartPolicy policy, AccountId... accounts) {
        WorkerSpecs specs = WorkerSpecs.of(
                Arrays.stream(accounts).map(KeptAccounts::sleeping).toList());
        return opened.host(settings -> settings.keepRunning(specs, policy));
    }

    static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(60));
    }

    static void awaitRunning(WorkerSupervisor host, AccountId account) {
        await().until(() -> host.status(account).filter(WorkerStatus::isAlive).isPresent());
    }

    static RefusalReason refusal(@Nullable StartResult result) {
        assertThat(result).isInstanceOf(StartResult.Refused.class);
        return ((StartResult.Refused) Objects.requireNonNull(result)).reason();
    }
}
