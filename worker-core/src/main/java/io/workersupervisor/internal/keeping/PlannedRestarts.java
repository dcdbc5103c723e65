package io.workersupervisor.internal.keeping;

import io.workersupervisor.AccountId;
import io.workersupervisor.Desired;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.RestartPolicy;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.diagnosis.Diagnosis;
import io.workersupervisor.internal.lifecycle.RestartRules;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** The rules where accounts are kept running: an end of a wanted account leaves a plan, and starts obey it. Thread-safe. */
public final class PlannedRestarts implements RestartRules {
    private final RestartPolicy policy;
    private final Clocks clocks;
    private final Map<AccountId, RestartPolicy> own = new ConcurrentHashMap<>();

    /** Plans by a policy for all accounts but those that have one of their own. */
    public PlannedRestarts(RestartPolicy policy, Clocks clocks) {
        this.policy = policy;
        this.clocks = clocks;
    }

    /** Takes the policy of an account from its spec. */
    public void seen(WorkerSpec spec) {
        if (spec.restart().isPresent()) {
            own.put(spec.account(), spec.restart().get());
        } else {
            own.remove(spec.account());
        }
    }

    @Override
    public WorkerRow ended(WorkerRow row, StopReport report) {
        WorkerState closed = Diagnosis.closedState(row, report);
        if (row.desired() != Desired.RUNNING) {
            return RowChanges.closed(row, closed);
        }
        RestartPlan plan = plan(row, report);
        return RowChanges.planned(row, !plan.needsPerson() ? WorkerState.BACKING_OFF : closed, plan.fields());
    }

    private RestartPlan plan(WorkerRow row, StopReport report) {
        return Keeping.next(
                own.getOrDefault(row.account(), policy),
                report,
                RestartPlan.of(Detail.of(row).restart()),
                clocks.now(),
                () -> ThreadLocalRandom.current().nextDouble());
    }

    /** A new version of the program may not crash any more; it brings no login back. */
    @Override
    public Optional<StartResult.Refused> against(WorkerRow closed, WorkerSpec spec) {
        seen(spec);
        Optional<RestartPlan> plan = RestartPlan.of(Detail.of(closed).restart());
        boolean isNewVersion = spec.version().isPresent() && !spec.version().equals(closed.version());
        if (plan.isEmpty() || (isNewVersion && plan.get().mayNewVersionHelp())) {
            return Optional.empty();
        }
        RestartPlan found = plan.get();
        Duration left = found.left(clocks.now());
        if (found.needsPerson()) {
            return Optional.of(new StartResult.Refused(
                    closed.account(), RefusalReason.NEEDS_PERSON, found.words(), Optional.empty()));
        }
        return left.isZero()
                ? Optional.empty()
                : Optional.of(new StartResult.Refused(
                        closed.account(),
                        RefusalReason.RESTART_WAITS,
                        found.words() + ", starts at " + clocks.now().plus(left),
                        Optional.of(clocks.now().plus(left))));
    }
}
