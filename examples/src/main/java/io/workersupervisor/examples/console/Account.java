package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.Desired;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An account as it stands.
 *
 * @param reason why its last worker stopped, where none runs
 */
record Account(WorkerStatus status, Optional<StopReason> reason) {
    AccountId id() {
        return status.account();
    }

    /** Tells whether no person has stopped it. */
    boolean isFree() {
        return status.desired() != Desired.STOPPED;
    }

    /** Tells whether it is wanted and waits for its time, or for a person. */
    boolean isWaiting() {
        return status.desired() == Desired.RUNNING && (status.nextStart().isPresent() || status.needsPerson());
    }

    /** The accounts of a list of statuses, in its order. */
    static List<Account> of(List<WorkerStatus> statuses, WorkerRegistry registry) {
        return of(statuses, registry, registry.list(RowSelection.ALL).rows());
    }

    static List<Account> of(List<WorkerStatus> statuses, WorkerRegistry registry, List<WorkerRow> rows) {
        List<WorkerRow> closed =
                rows.stream().filter(row -> !row.state().isOpen()).toList();
        Map<String, StopReason> reasons =
                registry.reportsOf(closed).stream().collect(Collectors.toMap(StopReport::workerId, StopReport::reason));
        return statuses.stream()
                .map(status -> new Account(status, Optional.ofNullable(reasons.get(status.workerId()))))
                .toList();
    }
}
