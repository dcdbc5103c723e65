package io.workersupervisor.internal.lifecycle;

import static io.workersupervisor.TestNode.sh;
import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.AccountId;
import io.workersupervisor.ForwardingRegistry;
import io.workersupervisor.ReconcileReport;
import io.workersupervisor.TestNode;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Defends P1: another node takes an account between the list of a pass and the look at its row; the row is that node's. */
@Timeout(60)
class RowOfAnotherNodeTest {
    private static final AccountId ACCOUNT = AccountId.of(7);

    @Test
    void P1_a_row_that_another_node_took_since_it_was_listed_is_left_alone(@TempDir Path temporary) {
        Moving registry = new Moving(new InMemoryWorkerRegistry());
        try (TestNode node = new TestNode(temporary.resolve("data"), registry);
                WorkerSupervisor host = node.host(WorkerSupervisor.Builder::withoutReconcile)) {
            host.start(sh(ACCOUNT, "exec sleep 600").build()).orElseThrow();
            WorkerRow row = node.row(ACCOUNT);

            registry.moved = true;
            ReconcileReport report = host.reconcile();
            registry.moved = false;

            assertThat(report.alive()).isEmpty();
            assertThat(report.ended()).isEmpty();
            assertThat(report.leftAlone()).isEmpty();
            assertThat(node.events).noneMatch(WorkerEvent.Trouble.class::isInstance);
            assertThat(node.row(ACCOUNT)).isEqualTo(row);
        }
    }

    /** Shows the rows that it lists as another node's when they are looked at. */
    private static final class Moving extends ForwardingRegistry {
        private volatile boolean moved;

        Moving(WorkerRegistry all) {
            super(all);
        }

        @Override
        public Optional<WorkerRow> find(AccountId account) {
            return super.find(account).map(row -> moved ? ofAnotherNode(row) : row);
        }

        private static WorkerRow ofAnotherNode(WorkerRow row) {
            return new WorkerRow(
                    row.account(),
                    row.epoch(),
                    row.revision(),
                    row.workerId(),
                    "another",
                    row.state(),
                    row.desired(),
                    row.startedAt(),
                    row.userId(),
                    row.version(),
                    row.detail());
        }
    }
}
