package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class InMemoryLivenessProbeTest extends LivenessProbeContract {
    private final InMemoryLivenessProbe probe = new InMemoryLivenessProbe();

    private static WorkerRow row(long account) {
        WorkerRow.Claim claim =
                new WorkerRow.Claim(1, Samples.WORKER, Samples.NODE, Samples.NOW, Samples.HOST, 0, "worker.log");
        return WorkerRow.claimed(Optional.empty(), WorkerSpec.of(AccountId.of(account), "worker"), claim);
    }

    private WorkerRow told(long account, Liveness answer) {
        probe.set(AccountId.of(account), answer);
        return row(account);
    }

    @Override
    protected LivenessProbe probe() {
        return probe;
    }

    @Override
    protected WorkerRow living() {
        return told(1, Liveness.alive("it answers"));
    }

    @Override
    protected WorkerRow dead() {
        return told(2, Liveness.dead("it was buried"));
    }

    @Override
    protected WorkerRow doubtful() {
        return row(3);
    }

    @Test
    void an_answer_holds_until_the_next() {
        WorkerRow row = living();

        probe.set(row.account(), Liveness.dead("it ended"));

        assertThat(probe.probe(row)).isEqualTo(Liveness.dead("it ended"));
    }

    @Test
    void an_account_without_an_answer_is_named() {
        assertThat(probe.probe(row(3)).evidence()).contains("account 3");
    }
}
