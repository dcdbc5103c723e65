package io.workersupervisor.internal.directory;

import io.workersupervisor.AccountId;
import io.workersupervisor.Rollout;
import io.workersupervisor.RolloutStatus;
import io.workersupervisor.StopOrder;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes the next state of a rollout: that of another one but for what is set. Not thread-safe. */
public final class RolloutDraft {
    private final Rollout rollout;
    private final StopOrder order;
    private final Instant begunAt;
    private RolloutStatus.State state = RolloutStatus.State.RUNNING;
    private Optional<String> why = Optional.empty();
    private Map<AccountId, String> batch = Map.of();
    private Optional<Instant> next = Optional.empty();
    private Map<AccountId, String> died = Map.of();
    private Set<AccountId> excused = Set.of();
    private Map<AccountId, String> left = Map.of();

    /** Begins with a rollout of which nothing is done yet. */
    public RolloutDraft(Rollout rollout, StopOrder order, Instant begunAt) {
        this.rollout = rollout;
        this.order = order;
        this.begunAt = begunAt;
    }

    /** Begins with a state as it is. */
    public static RolloutDraft of(RolloutStatus now) {
        return new RolloutDraft(now.rollout(), now.order(), now.begunAt())
                .state(now.state(), now.why())
                .batch(now.batch(), now.nextBatch())
                .died(now.died())
                .excused(now.excused())
                .left(now.left());
    }

    public RolloutDraft state(RolloutStatus.State to, Optional<String> because) {
        this.state = to;
        this.why = because;
        return this;
    }

    /** Sets what is being replaced, and what is waited for. */
    public RolloutDraft batch(Map<AccountId, String> workers, Optional<Instant> nextAt) {
        this.batch = workers;
        this.next = nextAt;
        return this;
    }

    public RolloutDraft died(Map<AccountId, String> reasons) {
        this.died = reasons;
        return this;
    }

    public RolloutDraft excused(Set<AccountId> accounts) {
        this.excused = accounts;
        return this;
    }

    public RolloutDraft left(Map<AccountId, String> reasons) {
        this.left = reasons;
        return this;
    }

    /** Halts it: nothing is being replaced. */
    public RolloutDraft halted(String because) {
        return state(RolloutStatus.State.HALTED, Optional.of(because)).batch(Map.of(), Optional.empty());
    }

    public RolloutStatus status() {
        return new RolloutStatus(rollout, state, why, order, begunAt, batch, next, died, excused, left);
    }
}
