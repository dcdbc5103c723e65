package io.workersupervisor.internal.keeping;

import io.workersupervisor.AccountId;
import io.workersupervisor.Desired;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.Restart;
import io.workersupervisor.RestartPolicy;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.diagnosis.Diagnosis;
import io.workersupervisor.internal.lifecycle.RestartRules;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.registry.RestartPlan;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The rules where accounts are kept running: an end of a wanted account leaves a plan, and starts obey it. Thread-safe. */
public final class PlannedRestarts implements RestartRules {
    private final RestartPolicy policy;
    private final Clocks clocks;
    private final Supplier<RandomGenerator> random;
    private final Brake brake;
    private final Map<AccountId, RestartPolicy> own = new ConcurrentHashMap<>();

    /** Plans by a policy for all accounts but those that have one of their own; {@code told} hears of the brake. */
    public PlannedRestarts(RestartPolicy policy, Clocks clocks, Consumer<WorkerEvent> told) {
        this(policy, clocks, told, ThreadLocalRandom::current);
    }

    PlannedRestarts(RestartPolicy policy, Clocks clocks, Consumer<WorkerEvent> told, Supplier<RandomGenerator> random) {
        this.policy = policy;
        this.random = random;
        this.brake = new Brake(clocks, told, random);
        this.clocks = clocks;
    }

    @Override
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
        brake.over(row.account());
        if (row.desired() != Desired.RUNNING) {
            return RowChanges.closed(row, closed);
        }
        RestartPlan plan = plan(row, report);
        return RowChanges.planned(row, !plan.needsPerson() ? WorkerState.BACKING_OFF : closed, plan.fields());
    }

    /** An end for a cause that many share uses up nobody's budget. */
    private RestartPlan plan(WorkerRow row, StopReport report) {
        Optional<RestartPlan> before = RestartPlan.of(row);
        RestartPolicy counting = own.getOrDefault(row.account(), policy);
        boolean isShared = brake.ended(report, before);
        RestartPlan plan = Keeping.next(
                isShared ? counting.on(report.reason(), withoutBudget(counting.of(report))) : counting,
                report,
                before,
                clocks.now(),
                () -> random.get().nextDouble());
        return isShared && !plan.needsPerson() ? plan.countingAs(before) : plan;
    }

    private static Restart withoutBudget(Restart restart) {
        return new Restart(
                restart.first(), restart.most(), restart.grace(), OptionalInt.empty(), restart.window(), false);
    }

    /** Chooses of accounts that are due, and can be started, those that may be started now. */
    List<WorkerRow> admitted(List<WorkerRow> due) {
        return brake.admitted(due);
    }

    /** An account that was admitted was not started. */
    void notStarted(AccountId account) {
        brake.over(account);
    }

    /** A new version of the program may not crash any more; it brings no login back. */
    @Override
    public Optional<StartResult.Refused> against(WorkerRow closed, WorkerSpec spec) {
        Optional<RestartPlan> counting = counting(closed, spec);
        Duration left = counting.map(plan -> plan.left(clocks.now())).orElse(Duration.ZERO);
        boolean isHeld =
                counting.filter(plan -> brake.holds(closed.account(), plan)).isPresent();
        Instant at = clocks.now().plus(left.isZero() && isHeld ? Brake.WINDOW : left);
        return counting.filter(plan -> plan.needsPerson() || !left.isZero() || isHeld)
                .map(plan -> plan.needsPerson()
                        ? new StartResult.Refused(closed.account(), RefusalReason.NEEDS_PERSON, plan.words())
                        : new StartResult.Refused(
                                closed.account(),
                                RefusalReason.RESTART_WAITS,
                                plan.words() + ", starts at " + at,
                                Optional.of(at)));
    }

    @Override
    public Map<String, @Nullable Object> carried(WorkerRow closed, WorkerSpec spec) {
        Optional<RestartPlan> goesOn = counting(closed, spec);
        goesOn.ifPresent(plan -> brake.restarted(closed.account()));
        return goesOn.map(RestartPlan::fields).orElse(Map.of());
    }

    /** The plan of a row, unless the spec begins the series anew. */
    private static Optional<RestartPlan> counting(WorkerRow closed, WorkerSpec spec) {
        boolean isNewVersion = spec.version().isPresent() && !spec.version().equals(closed.version());
        return RestartPlan.of(closed).filter(plan -> !(isNewVersion && plan.mayNewVersionHelp()));
    }
}
