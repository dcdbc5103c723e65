package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.workersupervisor.spi.InMemoryWorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stops of many accounts in one call. */
class StopManyTest {
    private static final AccountId BROKEN = AccountId.of("broken");

    /** Cannot write the row of one account, and notes what else is written. */
    private static final class Writes extends ForwardingRegistry {
        private final List<String> states = new ArrayList<>();

        Writes() {
            super(new InMemoryWorkerRegistry());
        }

        @Override
        public boolean update(Optional<WorkerRow> seen, WorkerRow next) {
            if (next.account().equals(BROKEN)) {
                throw new RegistryException("planted");
            }
            note(next);
            return super.update(seen, next);
        }

        @Override
        public Claimed claim(Optional<WorkerRow> seen, WorkerRow next, Optional<StopReport> ended) {
            note(next);
            return super.claim(seen, next, ended);
        }

        private synchronized void note(WorkerRow next) {
            states.add(next.desired() + " " + next.state());
        }
    }

    private final Writes registry = new Writes();
    private final TestNode node;

    StopManyTest(@TempDir Path directory) {
        this.node = new TestNode(directory, registry);
    }

    @AfterEach
    void endAll() {
        node.close();
    }

    @Test
    void P4_all_wishes_are_stored_before_a_worker_is_signalled() {
        WorkerSupervisor host = node.host(WorkerSupervisor.Builder::withoutReconcile);
        List<AccountId> accounts = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            AccountId account = AccountId.of(i);
            accounts.add(account);
            host.start(TestNode.sh(account, "exec sleep 600").build()).orElseThrow();
        }
        AccountId never = AccountId.of("never-started");
        accounts.add(never);
        registry.states.clear();

        Map<AccountId, StopResult> results = host.stopAll(accounts, StopOrder.byPerson());

        assertThat(results.keySet()).containsExactlyElementsOf(accounts);
        assertThat(results.get(never)).isInstanceOf(StopResult.AlreadyStopped.class);
        assertThat(results.values().stream().filter(StopResult.Stopped.class::isInstance))
                .hasSize(5);
        assertThat(node.workers()).isEmpty();
        assertThat(registry.states.subList(0, 6)).containsOnly("STOPPED STOPPING", "STOPPED STOPPED");
        assertThat(host.stopAll(List.of(), StopOrder.byPerson())).isEmpty();
    }

    @Test
    void P7_a_registry_that_fails_for_one_account_keeps_no_other_running() {
        WorkerSupervisor host = node.host(WorkerSupervisor.Builder::withoutReconcile);
        AccountId other = AccountId.of(1);
        host.start(TestNode.sh(other, "exec sleep 600").build()).orElseThrow();

        StopsFailedException failed = catchThrowableOfType(
                StopsFailedException.class, () -> host.stopAll(List.of(BROKEN, other), StopOrder.byPerson()));

        assertThat(failed).hasMessageContaining("1 of 2 stops failed, the first for account broken: planted");
        assertThat(failed.failures()).containsOnlyKeys(BROKEN);
        assertThat(failed.results().get(other)).isInstanceOf(StopResult.Stopped.class);
        assertThat(node.workers()).isEmpty();
    }
}
