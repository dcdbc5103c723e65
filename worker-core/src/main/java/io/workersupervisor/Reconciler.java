package io.workersupervisor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * Brings the open rows of this node in line with what runs; any host of the node does it for all of them.
 *
 * <ol>
 *   <li>An account with a call of this host in flight is left to that call; STARTING and STOPPING of another living host
 *       are left to that host.
 *   <li>A row without a recorded process is settled ({@link Settlement}): found running it becomes RUNNING, or its stop
 *       goes on; over, its end is filed.
 *   <li>Alive and wanted: taken up. Alive and to be stopped: the ladder goes on.
 *   <li>Dead: the end is filed.
 *   <li>Ended with descendants left: after the stop grace, counted from when this host first saw them, the ladder ends
 *       them.
 *   <li>In doubt: left alone and told, once for each finding.
 *   <li>Records whose report is filed are deleted; records of worker ids that the registry does not know are left.
 * </ol>
 */
final class Reconciler {
    /** How many findings are remembered as told; then they are told once more. */
    private static final int MOST_TOLD = 10_000;

    private final Context context;
    private final Settlement settlement;
    private final EndOfWorker end;
    private final StopLadder ladder;
    private final StartProtocol starts;
    private final Executor pool;
    private final Map<AccountId, String> supervised = new ConcurrentHashMap<>();
    private final Map<String, Long> drainingSince = new ConcurrentHashMap<>();
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    Reconciler(
            Context context,
            Settlement settlement,
            EndOfWorker end,
            StopLadder ladder,
            StartProtocol starts,
            Executor pool) {
        this.context = context;
        this.settlement = settlement;
        this.end = end;
        this.ladder = ladder;
        this.starts = starts;
        this.pool = pool;
    }

    /** What came of one row. */
    private sealed interface Result {}

    private record Lives() implements Result {}

    private record Filed(StopReport report) implements Result {}

    private record Left(String why) implements Result {}

    private record Nothing() implements Result {}

    /** The workers that this host started or took up. */
    Map<AccountId, String> supervised() {
        return Map.copyOf(supervised);
    }

    void startedHere(AccountId account, String workerId) {
        supervised.put(account, workerId);
    }

    ReconcileReport reconcile() {
        RowListing listing = context.registry().list(RowSelection.openOf(context.node()));
        List<String> left = Collections.synchronizedList(new ArrayList<>(listing.unreadable()));
        listing.unreadable().forEach(row -> tell(Optional.empty(), row));
        Map<AccountId, Result> results = new ConcurrentHashMap<>();
        List<CompletableFuture<Void>> all = listing.rows().stream()
                .map(row -> CompletableFuture.runAsync(
                        () -> Guard.run(
                                        "reconcile",
                                        Optional.of(row.account()),
                                        () -> results.put(row.account(), one(row.account())))
                                .ifPresent(thrown -> left.add("account " + row.account() + ": " + thrown)),
                        pool))
                .toList();
        all.forEach(CompletableFuture::join);
        Guard.run("records", Optional.empty(), () -> sweepRecords(listing.rows()));
        List<AccountId> alive = new ArrayList<>();
        List<StopReport> ended = new ArrayList<>();
        new java.util.TreeMap<>(results).forEach((account, result) -> {
            if (result instanceof Lives) {
                alive.add(account);
            } else if (result instanceof Filed filed) {
                ended.add(filed.report());
            } else if (result instanceof Left why) {
                left.add("account " + account + ": " + why.why());
            }
        });
        return new ReconcileReport(alive, ended, left);
    }

    /** One account, for instance when its launcher has ended. */
    Result one(AccountId account) {
        return context.mutex()
                .call(account, Duration.ZERO, () -> alone(account))
                .orElseGet(Nothing::new);
    }

    private Result alone(AccountId account) {
        Optional<WorkerRow> row = context.registry()
                .find(account)
                .filter(found -> found.state().isOpen() && found.node().equals(context.node()));
        Result result = row.map(this::settle).orElseGet(Nothing::new);
        if (row.isPresent() && (result instanceof Filed || result instanceof Nothing)) {
            supervised.remove(account, row.get().workerId());
            drainingSince.remove(row.get().workerId());
        }
        return result;
    }

    private Result settle(WorkerRow row) {
        if (row.state() != WorkerState.RUNNING && context.isActorAlive(row)) {
            return new Left("another host is at it, state " + row.state());
        }
        if (row.identity().isEmpty()) {
            return unrecorded(row);
        }
        Judgement judgement = context.judge().judge(row);
        if (judgement instanceof Judgement.Alive) {
            return row.state() == WorkerState.STOPPING || row.desired() == Desired.STOPPED ? resume(row) : lives(row);
        } else if (judgement instanceof Judgement.Dead dead) {
            return filed(end.bury(row, end.ending(row, dead, List.of())));
        } else if (judgement instanceof Judgement.Draining draining) {
            return draining(row, draining);
        }
        return left(row, judgement.evidence());
    }

    private Result unrecorded(WorkerRow row) {
        Settlement.Settled settled = settlement.settle(row);
        if (settled instanceof Settlement.Over over) {
            return filed(end.bury(row, end.ending(row, over, List.of())));
        } else if (settled instanceof Settlement.Found found) {
            if (row.state() == WorkerState.STOPPING || row.desired() == Desired.STOPPED) {
                return resume(row);
            }
            WorkerRow running = row.running(found.identity());
            return context.registry().update(Optional.of(row), running) ? lives(running) : new Nothing();
        }
        Settlement.Pending pending = (Settlement.Pending) settled;
        return row.state() == WorkerState.STOPPING ? resume(row) : left(row, pending.evidence());
    }

    private Result lives(WorkerRow row) {
        WorkerRow seen = row.identity()
                .flatMap(identity -> starts.seenHoldingLock(row, identity))
                .orElse(row);
        if (!seen.workerId().equals(supervised.put(seen.account(), seen.workerId()))) {
            context.events().emit(new WorkerEvent.Adopted(context.timing().now(), seen));
        }
        return new Lives();
    }

    private Result resume(WorkerRow row) {
        return ladder.end(row.account(), row.workerId()) instanceof StopLadder.Stuck stuck
                ? left(row, stuck.evidence())
                : filed(end.filed(row));
    }

    private Result draining(WorkerRow row, Judgement.Draining draining) {
        long now = context.timing().nanos();
        long since = drainingSince.computeIfAbsent(row.workerId(), id -> now);
        boolean overdue = now - since >= row.detail().stopGrace().toNanos();
        if (row.state() == WorkerState.STOPPING || (overdue && !draining.left().isEmpty())) {
            WorkerRow sweeping = row;
            if (row.state() != WorkerState.STOPPING) {
                sweeping = row.stopping(context.self(), context.timing().now(), StopCause.LEFTOVERS);
                if (!context.registry().update(Optional.of(row), sweeping)) {
                    return new Nothing();
                }
            }
            drainingSince.remove(row.workerId());
            return resume(sweeping);
        }
        // A launcher needs a moment for the exit record; only what stays is worth a person's while.
        return draining.left().isEmpty() && !overdue ? new Left(draining.evidence()) : left(row, draining.evidence());
    }

    /** Another host that was faster is no news. */
    private static Result filed(Optional<StopReport> report) {
        return report.<Result>map(Filed::new).orElseGet(Nothing::new);
    }

    private Result left(WorkerRow row, String why) {
        tell(Optional.of(row.account()), "worker " + row.workerId() + " is left alone: " + why);
        return new Left(why);
    }

    private void tell(Optional<AccountId> account, String text) {
        if (told.size() >= MOST_TOLD) {
            told.clear();
        }
        if (told.add(account + text)) {
            context.events().emit(new WorkerEvent.Trouble(context.timing().now(), account, text));
        }
    }

    /** Step 7. */
    private void sweepRecords(List<WorkerRow> open) {
        Map<String, WorkerRow> rows = new HashMap<>();
        open.forEach(row -> rows.put(row.workerId(), row));
        for (String workerId : context.local().records().workers()) {
            if (!rows.containsKey(workerId)
                    && account(workerId)
                            .flatMap(account -> end.filed(account, workerId))
                            .isPresent()) {
                end.acknowledge(workerId);
            }
        }
    }

    private Optional<AccountId> account(String workerId) {
        return context.local().records().birth(workerId).flatMap(birth -> AccountId.ofFileName(birth.account()));
    }
}
