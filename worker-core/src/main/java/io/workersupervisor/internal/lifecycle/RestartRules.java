package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.StartResult;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.internal.diagnosis.Diagnosis;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.spi.WorkerRow;
import java.util.Optional;

/** The rules for the next start of an account, as far as the protocols of one account obey them. Thread-safe. */
public interface RestartRules {
    /** Nothing is started again: the application does it. */
    RestartRules NONE = new RestartRules() {
        @Override
        public WorkerRow ended(WorkerRow row, StopReport report) {
            return RowChanges.closed(row, Diagnosis.closedState(row, report));
        }

        @Override
        public Optional<StartResult.Refused> against(WorkerRow closed, WorkerSpec spec) {
            return Optional.empty();
        }
    };

    /** The row that the end of its worker leaves: closed, with the plan for the next start if there is one. */
    WorkerRow ended(WorkerRow row, StopReport report);

    /** The refusal of a start that nobody asked for by naming the account; empty where it may be started now. */
    Optional<StartResult.Refused> against(WorkerRow closed, WorkerSpec spec);
}
