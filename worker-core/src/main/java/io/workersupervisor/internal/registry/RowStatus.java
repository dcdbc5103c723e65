package io.workersupervisor.internal.registry;

import io.workersupervisor.Ailment;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.Desired;
import io.workersupervisor.Liveness;
import io.workersupervisor.StopOrder;
import io.workersupervisor.StopReason;
import io.workersupervisor.WorkerState;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.spi.WorkerRow;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Shows a row as people see it. Pure. */
public final class RowStatus {
    private RowStatus() {}

    /** The status of a row whose worker was just found alive. */
    public static WorkerStatus ofLiving(WorkerRow row, DataDirectory data, String how, Optional<Ailment> ailment) {
        Liveness alive = Liveness.alive("worker " + row.workerId() + " " + how);
        return of(row, data, Optional.of(alive), Optional.empty(), ailment, Optional.empty());
    }

    /** The status of a row, with the verdict on it and with what keeps its worker from working. */
    public static WorkerStatus of(
            WorkerRow row,
            DataDirectory data,
            Optional<Liveness> liveness,
            Optional<String> pause,
            Optional<Ailment> ailment,
            Optional<WorkerStatus.Figures> figures) {
        boolean isStopped = row.desired() == Desired.STOPPED;
        StopOrder order = Detail.of(row).stopOrder();
        Optional<RestartPlan> plan = row.state().isOpen() || isStopped ? Optional.empty() : RestartPlan.of(row);
        return new WorkerStatus(
                row.account(),
                isUnready(row) ? WorkerState.STARTING : row.state(),
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
                ailment,
                lastStop(row),
                figures);
    }

    /** Tells whether the worker runs and has not shown yet that it is ready. */
    public static boolean isUnready(WorkerRow row) {
        return row.state() == WorkerState.RUNNING
                && Detail.of(row).limits(row.epoch()).unready().isPresent();
    }

    /** A host that does not note ends may have closed the row since: then the note is of another worker. */
    private static Optional<WorkerStatus.LastStop> lastStop(WorkerRow row) {
        Map<String, @Nullable Object> last = Detail.of(row).lastStop();
        boolean isKnown = row.state().isOpen() || Long.valueOf(row.epoch()).equals(last.get("epoch"));
        return Arrays.stream(StopReason.values())
                .filter(reason -> isKnown && reason.name().equals(last.get("reason")) && last.get("at") instanceof Long)
                .map(reason -> new WorkerStatus.LastStop(
                        reason, Instant.ofEpochMilli(last.get("at") instanceof Long at ? at : 0)))
                .findFirst();
    }
}
