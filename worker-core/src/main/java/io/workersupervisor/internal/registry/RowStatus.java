package io.workersupervisor.internal.registry;

import io.workersupervisor.Ailment;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.Desired;
import io.workersupervisor.Liveness;
import io.workersupervisor.StopOrder;
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
        return of(row, data, Optional.of(alive), Optional.empty(), ailment);
    }

    /** The status of a row, with the verdict on it and with what keeps its worker from working. */
    public static WorkerStatus of(
            WorkerRow row,
            DataDirectory data,
            Optional<Liveness> liveness,
            Optional<String> pause,
            Optional<Ailment> ailment) {
        boolean isStopped = row.desired() == Desired.STOPPED;
        StopOrder order = Detail.of(row).stopOrder();
        Optional<RestartPlan> plan = row.state().isOpen() || isStopped ? Optional.empty() : RestartPlan.of(row);
        return new WorkerStatus(
                row.account(),
                row.state(),
                isStopped && order.isByApplication() ? Desired.IDLE : row.desired(),
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
                plan.map(RestartPlan::words),
                plan.filter(RestartPlan::needsPerson).isPresent(),
                isStopped ? Optional.of("stopped " + order.describe()) : Optional.empty(),
                pause,
                ailment);
    }
}
