package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.StartResult;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.internal.diagnosis.Diagnosis;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.spi.WorkerRow;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rules for the next start of an account, as far as the protocols of one account obey them. Thread-safe. */
public interface RestartRules {
    /** Nothing is started again: the application does it. */
    RestartRules NONE = new RestartRules() {
        /** A plan of a host that keeps accounts running is not of this end. */
        @Override
        public WorkerRow ended(WorkerRow row, StopReport report) {
            return RowChanges.planned(row, Diagnosis.closedState(row, report), Map.of());
        }

        @Override
        public Optional<StartResult.Refused> against(WorkerRow closed, WorkerSpec spec) {
            return Optional.empty();
        }

        @Override
        public Map<String, @Nullable Object> carried(WorkerRow closed, WorkerSpec spec) {
            return Map.of();
        }

        @Override
        public void seen(WorkerSpec spec) {
            // Without plans no policy is needed.
        }
    };

    /** The row that the end of its worker leaves: closed, with the plan for the next start if there is one. */
    WorkerRow ended(WorkerRow row, StopReport report);

    /** The refusal of a start that nobody asked for by naming the account; empty where it may be started now. */
    Optional<StartResult.Refused> against(WorkerRow closed, WorkerSpec spec);

    /** The plan that goes on with such a start: the series of restarts, until it is over. */
    Map<String, @Nullable Object> carried(WorkerRow closed, WorkerSpec spec);

    /** Takes the policy of an account from the spec that is about to run. */
    void seen(WorkerSpec spec);
}
