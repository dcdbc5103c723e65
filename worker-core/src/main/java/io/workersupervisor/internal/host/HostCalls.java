package io.workersupervisor.internal.host;

import io.workersupervisor.AccountId;
import io.workersupervisor.ForgetResult;
import io.workersupervisor.ReconcileReport;
import io.workersupervisor.Rollout;
import io.workersupervisor.RolloutStatus;
import io.workersupervisor.SignalResult;
import io.workersupervisor.StartResult;
import io.workersupervisor.StartsFailedException;
import io.workersupervisor.StopOrder;
import io.workersupervisor.StopResult;
import io.workersupervisor.WorkerInspector;
import io.workersupervisor.WorkerSignal;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.internal.keeping.Rollouts;
import io.workersupervisor.internal.lifecycle.HostState;
import io.workersupervisor.internal.lifecycle.Lifecycle;
import io.workersupervisor.internal.lifecycle.Orders;
import io.workersupervisor.internal.lifecycle.StartCalls.Verb;
import io.workersupervisor.internal.supervision.Reconciler;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** Lets each call of the application through its door: close waits for those in flight, and none begins after it. */
public record HostCalls(
        HostState state, Lifecycle lifecycle, Reconciler reconciler, WorkerInspector inspector, Rollouts rollouts) {
    private <T> T call(Supplier<T> body) {
        return state.call(body);
    }

    /** Looks at something. */
    public <T> T look(Function<WorkerInspector, T> look) {
        return call(() -> look.apply(inspector));
    }

    public StartResult start(WorkerSpec spec) {
        return call(() -> lifecycle.starts().start(spec, Verb.START));
    }

    public StartResult ensure(WorkerSpec spec) {
        return call(() -> lifecycle.starts().start(spec, Verb.ENSURE));
    }

    public StartResult restart(WorkerSpec spec) {
        return call(() -> lifecycle.starts().restart(spec));
    }

    public Map<AccountId, StartResult> startAll(Map<AccountId, WorkerSpec> specs) {
        return call(() -> lifecycle.starts().startMany(specs, Verb.START));
    }

    public Map<AccountId, StartResult> ensureAll(Map<AccountId, WorkerSpec> specs) {
        return call(() -> lifecycle.starts().startMany(specs, Verb.ENSURE));
    }

    /** Starts accounts by whichever host knows what to run. */
    public Map<AccountId, StartResult> start(Collection<AccountId> accounts) {
        return wish(accounts, Verb.START);
    }

    /** As {@link #start(Collection)}, and gives way to stops by hand and plans. */
    public Map<AccountId, StartResult> ensure(Collection<AccountId> accounts) {
        return wish(accounts, Verb.ENSURE);
    }

    /** As {@link #start(Collection)}, in place of the workers that run. */
    public Map<AccountId, StartResult> restart(Collection<AccountId> accounts) {
        return wish(accounts, Verb.RESTART);
    }

    /** Restarts what runs, so many at a time; each time is a call of its own. */
    public Map<AccountId, StartResult> restartAll(int batch, Duration pause) {
        List<AccountId> all = call(lifecycle.wishes()::running);
        Map<AccountId, StartResult> results = new LinkedHashMap<>();
        for (int from = 0; from < all.size(); from += batch) {
            if (from > 0) {
                lifecycle.wishes().context().timing().pause(pause);
            }
            if (Thread.currentThread().isInterrupted()) {
                break;
            }
            Set<AccountId> running = Set.copyOf(call(lifecycle.wishes()::running));
            try {
                results.putAll(restart(all.subList(from, Math.min(from + batch, all.size())).stream()
                        .filter(running::contains)
                        .toList()));
            } catch (StartsFailedException failed) {
                results.putAll(failed.results());
                throw new StartsFailedException(results, failed.failures());
            }
        }
        return results;
    }

    public boolean roll(Rollout rollout, StopOrder order) {
        return call(() -> {
            state.requireIntact();
            return rollouts.begin(rollout, order);
        });
    }

    public boolean haltRollout(StopOrder order) {
        return call(() -> rollouts.halt(order));
    }

    public boolean resumeRollout(StopOrder order) {
        return call(() -> {
            state.requireIntact();
            return rollouts.resume(order);
        });
    }

    public Optional<RolloutStatus> rollout() {
        return call(rollouts::status);
    }

    private Map<AccountId, StartResult> wish(Collection<AccountId> accounts, Verb verb) {
        return call(() -> {
            state.requireIntact();
            return lifecycle.wishes().start(accounts, verb);
        });
    }

    public StopResult stop(AccountId account, StopOrder order) {
        return call(() -> lifecycle.stopCalls().stop(account, order));
    }

    public Map<AccountId, StopResult> stopAll(Collection<AccountId> accounts, StopOrder order) {
        return call(() -> lifecycle.stopCalls().stopMany(accounts, order));
    }

    public boolean pause(Optional<AccountId> account, Optional<Instant> until, StopOrder order) {
        return order(orders -> orders.pause(account, until, order));
    }

    public boolean resume(Optional<AccountId> account, StopOrder order) {
        return order(orders -> orders.resume(account, order));
    }

    public ForgetResult forget(AccountId account, StopOrder order) {
        return order(orders -> orders.forget(account, order));
    }

    public SignalResult signal(AccountId account, WorkerSignal signal) {
        return order(orders -> orders.signal(account, signal));
    }

    /** Orders something in a data directory that is in place. */
    private <T> T order(Function<Orders, T> order) {
        return call(() -> {
            state.requireIntact();
            return order.apply(lifecycle.orders());
        });
    }

    public ReconcileReport reconcile() {
        return call(() -> {
            state.requireIntact();
            reconciler.reportStrangers();
            return reconciler.reconcile();
        });
    }
}
