package io.workersupervisor.internal.registry;

import io.workersupervisor.Ailment;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.Liveness;
import io.workersupervisor.WorkerState;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.spi.WorkerRow;
import java.util.Optional;

/** Shows a row as people see it. Pure. */
public final class RowStatus {
    private RowStatus() {}

    /** The status of a row whose worker was just found alive. */
    public static WorkerStatus ofLiving(WorkerRow row, DataDirectory data, String how, Optional<Ailment> ailment) {
        Liveness alive = Liveness.alive("worker " + row.workerId() + " " + how);
        return of(row, data, Optional.of(alive), ailment);
    }

    /** The status of a row, with the verdict on it and with what keeps its worker from working. */
    public static WorkerStatus of(
            WorkerRow row, DataDirectory data, Optional<Liveness> liveness, Optional<Ailment> ailment) {
        return new WorkerStatus(
                row.account(),
                row.state(),
                row.desired(),
                liveness,
                true,
                row.workerId(),
                row.epoch(),
                row.pid(),
                row.startedAt(),
                row.node(),
                row.userId(),
                row.version(),
                Detail.of(row).log().map(name -> data.path().resolve(name)),
                row.state() == WorkerState.BACKING_OFF ? row.detail().dueAt() : Optional.empty(),
                ailment);
    }
}
