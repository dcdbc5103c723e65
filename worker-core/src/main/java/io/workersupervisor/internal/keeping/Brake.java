package io.workersupervisor.internal.keeping;

import io.workersupervisor.AccountId;
import io.workersupervisor.Restart;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.registry.RestartPlan;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Holds restarts back while many die again for one cause, such as a proxy that is down.
 *
 * <ol>
 *   <li>An end counts where its worker had been started after an end for the same reason, and did not live for
 *       {@link Restart#CALM}. Signals, stops on request, and lost machines and leases do not count: no cause that workers share
 *       stands behind them.
 *   <li>At least {@link #FEWEST} accounts within {@link #WINDOW}, and {@link #SHARE} of those that were restarted in it: from now
 *       on restarts after an end for this reason wait, and such ends count in no budget. It is reported once.
 *   <li>One that is due is tried each {@link #WINDOW}, whichever; the time counts from its start, so a try that comes to no
 *       start uses up none.
 *   <li>A worker that was tried and lives for {@link #WINDOW} ends it. Any end of it before, and a start that fails, is no sign.
 * </ol>
 *
 * Kept in memory: the next host counts anew. Waits are those of the monotonic clock. Thread-safe.
 */
final class Brake {
    static final Duration WINDOW = Duration.ofMinutes(1);
    static final int FEWEST = 5;
    /** One of so many restarts. */
    static final int SHARE = 5;

    private static final Set<StopReason> NOT_SHARED = Set.of(
            StopReason.KILLED_BY_SIGNAL, StopReason.STOPPED_ON_REQUEST, StopReason.MACHINE_LOST, StopReason.LEASE_LOST);

    private final Clocks clocks;
    private final Consumer<WorkerEvent> told;
    private final Supplier<RandomGenerator> random;
    private final Map<AccountId, Long> restarted = new HashMap<>();
    private final Map<StopReason, Map<AccountId, Long>> again = new EnumMap<>(StopReason.class);
    private final Map<StopReason, Hold> holds = new EnumMap<>(StopReason.class);

    /** One reason that is held; {@code triedAt} and {@code livesSince} are set once the tried worker is about to start. */
    private record Hold(long triedAt, Optional<AccountId> tried, OptionalLong livesSince) {}

    Brake(Clocks clocks, Consumer<WorkerEvent> told, Supplier<RandomGenerator> random) {
        this.clocks = clocks;
        this.told = told;
        this.random = random;
    }

    /** An account is about to be started by its plan. */
    synchronized void restarted(AccountId account) {
        long now = clocks.nanos();
        restarted.put(account, now);
        holds.replaceAll((reason, hold) ->
                hold.tried().equals(Optional.of(account)) ? new Hold(now, hold.tried(), OptionalLong.of(now)) : hold);
    }

    /** The worker of an account has ended, for whatever reason, or was not started: if it was tried, that says nothing more. */
    synchronized void over(AccountId account) {
        for (StopReason reason : Set.copyOf(holds.keySet())) {
            hold(reason)
                    .filter(hold -> hold.tried().equals(Optional.of(account)))
                    .ifPresent(hold ->
                            holds.put(reason, new Hold(hold.triedAt(), Optional.empty(), OptionalLong.empty())));
        }
    }

    /** Counts an end of a wanted account after {@link #over}; true where it counts in no budget. */
    synchronized boolean ended(StopReport report, Optional<RestartPlan> before) {
        StopReason reason = report.reason();
        long now = clocks.nanos();
        if (hold(reason).isPresent()) {
            return true;
        } else if (NOT_SHARED.contains(reason)
                || report.uptime().compareTo(Restart.CALM) >= 0
                || before.filter(plan -> plan.why().equals(reason.name())).isEmpty()) {
            return false;
        }
        Map<AccountId, Long> same = again.computeIfAbsent(reason, first -> new HashMap<>());
        same.put(report.account(), now);
        same.values().removeIf(at -> now - at > WINDOW.toNanos());
        restarted.values().removeIf(at -> now - at > WINDOW.toNanos());
        if (same.size() < FEWEST || same.size() * SHARE < restarted.size()) {
            return false;
        }
        holds.put(reason, new Hold(now, Optional.empty(), OptionalLong.empty()));
        tell(
                reason,
                false,
                "restarts after " + reason + " wait: " + same.size()
                        + " accounts ended again for it within a minute; one is tried each minute");
        again.remove(reason);
        return true;
    }

    private void tell(StopReason reason, boolean isOver, String text) {
        told.accept(new WorkerEvent.RestartsHeld(clocks.now(), reason, isOver, text));
    }

    /** True where the start of an account that is due waits. */
    synchronized boolean holds(AccountId account, RestartPlan plan) {
        return plan.reason()
                .flatMap(this::hold)
                .filter(hold -> !hold.tried().equals(Optional.of(account)))
                .isPresent();
    }

    /** The hold of a reason, if it is not over. */
    private Optional<Hold> hold(StopReason reason) {
        Optional<Hold> hold = Optional.ofNullable(holds.get(reason));
        OptionalLong lives = hold.map(Hold::livesSince).orElse(OptionalLong.empty());
        if (lives.isPresent() && clocks.nanos() - lives.getAsLong() >= WINDOW.toNanos()) {
            holds.remove(reason);
            tell(reason, true, "restarts after " + reason + " go on: a worker that was tried lives for a minute");
            return Optional.empty();
        }
        return hold;
    }

    /** Chooses of accounts that are due those that may be started now; one of each reason that is held where it is time to. */
    synchronized List<WorkerRow> admitted(List<WorkerRow> due) {
        List<WorkerRow> admitted = new ArrayList<>();
        Map<StopReason, List<WorkerRow>> held = new EnumMap<>(StopReason.class);
        for (WorkerRow row : due) {
            Optional<RestartPlan> plan = RestartPlan.of(row).filter(known -> holds(row.account(), known));
            if (plan.isPresent()) {
                held.computeIfAbsent(plan.get().reason().orElseThrow(), first -> new ArrayList<>())
                        .add(row);
            } else {
                admitted.add(row);
            }
        }
        long now = clocks.nanos();
        held.forEach((reason, rows) -> hold(reason)
                .filter(hold -> hold.livesSince().isEmpty() && now - hold.triedAt() >= WINDOW.toNanos())
                .ifPresent(hold -> {
                    WorkerRow tried = rows.get(random.get().nextInt(rows.size()));
                    holds.put(reason, new Hold(hold.triedAt(), Optional.of(tried.account()), OptionalLong.empty()));
                    admitted.add(tried);
                }));
        return admitted;
    }
}
