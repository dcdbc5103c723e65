package io.workersupervisor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * Brings the open rows of this node in line with what runs; any host of the node does it for all of them. Ladders, which
 * last for a stop grace, run on threads of their own and hold up no other account; a tick waits for nothing, and skips the
 * accounts that an earlier one still looks at.
 *
 * <ol>
 *   <li>An account with a call of this host in flight is left to that call; STARTING and STOPPING of another living host
 *       are left to that host, for as long as it can take.
 *   <li>A row without a recorded process is settled ({@link Settlement}): found running it becomes RUNNING, or its stop
 *       goes on; over, its end is filed.
 *   <li>Alive and wanted: taken up. Alive and to be stopped: the ladder goes on.
 *   <li>Dead: the end is filed.
 *   <li>Ended with descendants left: after the stop grace, counted from when this host first saw them, the ladder ends
 *       them.
 *   <li>In doubt: left alone and told, once for each finding.
 *   <li>Rows of other nodes are not touched. Those whose worker or starter was recorded in this boot and in these namespaces
 *       are told, once, at the first pass and when a person reconciles: their data directory may be gone, and then only
 *       {@link StartProtocol} and {@link StopProtocol} free them.
 *   <li>Records whose report is filed are deleted; records of worker ids that the registry does not know are left.
 * </ol>
 */
final class Reconciler {
    /** How many findings are remembered as told; then they are told once more. */
    private static final int MOST_TOLD = 10_000;

    /** How long, beyond the stop grace, a host that seems alive is left at a row that does not change. */
    private static final Duration LONGEST_INTENT = Duration.ofSeconds(60);

    private final Context context;
    private final Settlement settlement;
    private final EndOfWorker end;
    private final StopLadder ladder;
    private final StartVerification verification;
    private final Vigil vigil;
    private final Executor pool;
    private final Executor ladders;
    private final Predicate<String> held;
    private final Map<AccountId, String> supervised = new ConcurrentHashMap<>();
    private final Map<String, Long> elsewhere = new ConcurrentHashMap<>();
    private final Map<String, Long> drainingSince = new ConcurrentHashMap<>();
    private final Map<AccountId, CompletableFuture<Void>> going = new ConcurrentHashMap<>();
    private final Map<AccountId, CompletableFuture<Void>> looking = new ConcurrentHashMap<>();
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    Reconciler(
            Context context,
            Settlement settlement,
            EndOfWorker end,
            StopLadder ladder,
            StartVerification verification,
            Vigil vigil,
            Executor pool,
            Executor ladders,
            Predicate<String> held) {
        this.context = context;
        this.settlement = settlement;
        this.end = end;
        this.ladder = ladder;
        this.verification = verification;
        this.vigil = vigil;
        this.pool = pool;
        this.ladders = ladders;
        this.held = held;
    }

    /** What came of one row. */
    private sealed interface Result {}

    private record Lives() implements Result {}

    private record Filed(StopReport report) implements Result {}

    private record Left(String why) implements Result {}

    private record Nothing() implements Result {}

    /** A ladder is to be gone on with. */
    private record Resume() implements Result {}

    /** How far a look at an account may go. */
    private enum Reach {
        LOOK,
        LADDER
    }

    /** The workers that this host started or took up. */
    Map<AccountId, String> supervised() {
        return Map.copyOf(supervised);
    }

    /** The account of a worker that this host started or took up. */
    Optional<AccountId> accountOf(String workerId) {
        return supervised.entrySet().stream()
                .filter(entry -> entry.getValue().equals(workerId))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    void startedHere(AccountId account, String workerId) {
        supervised.put(account, workerId);
    }

    /** All accounts, ladders included, also those that a tick has begun: returns when the last one is over. */
    ReconcileReport reconcile() {
        looking.values().forEach(CompletableFuture::join);
        going.values().forEach(CompletableFuture::join);
        RowListing open = open();
        Pass pass = pass(open);
        open.rows().stream().map(row -> look(row.account(), pass)).toList().forEach(CompletableFuture::join);
        afterwards(open.rows());
        pass.troubles().addAll(tellOfOtherNodes());
        pass.ladders().forEach(CompletableFuture::join);
        return pass.report();
    }

    /** Step 7; a sentence for each row. */
    List<String> tellOfOtherNodes() {
        RowListing all = context.registry().list(new RowSelection(Optional.empty(), true));
        List<String> found = new ArrayList<>();
        for (WorkerRow row : all.rows()) {
            if (!row.node().equals(context.node()) && isOfThisMachine(row)) {
                Guard.run("other node", Optional.of(row.account()), () -> {
                    String why = context.judge().judgeToEnd(row).evidence();
                    tell(Optional.of(row.account()), "worker " + row.workerId() + " is left to its node: " + why);
                    found.add("account " + row.account() + ": " + why);
                });
            }
        }
        return found;
    }

    private boolean isOfThisMachine(WorkerRow row) {
        Machine machine = context.local().machine();
        return row.identity()
                .or(() -> row.detail().actor().map(Actor::process))
                .filter(process -> !machine.bootId().isEmpty()
                        && process.bootId().equals(machine.bootId())
                        && process.pidNamespace().equals(machine.pidNamespace())
                        && process.timeNamespace().equals(machine.timeNamespace()))
                .isPresent();
    }

    /** All accounts but those that are still looked at; looks and ladders go on behind it. */
    @SuppressWarnings("FutureReturnValueIgnored") // a look contains what it throws
    void tick() {
        RowListing open = open();
        Pass pass = pass(open);
        open.rows().stream()
                .filter(row -> !isHeld(row))
                .map(WorkerRow::account)
                .filter(account -> !looking.containsKey(account))
                .forEach(account -> look(account, pass));
        afterwards(open.rows());
    }

    /** Whether a row is as this host left it and its worker's end would have been told: there is nothing to be looked at. */
    private boolean isHeld(WorkerRow row) {
        return row.state() == WorkerState.RUNNING
                && row.desired() == Desired.RUN
                && row.detail().holdsLock()
                && row.workerId().equals(supervised.get(row.account()))
                && !context.judge().asksApplication()
                && held.test(row.workerId());
    }

    /** Waits, bounded, for the looks of a tick. */
    void awaitLooks(Duration patience) {
        CompletableFuture<?>[] looks = looking.values().toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(looks).get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException late) {
            return;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a look contains what it throws", e);
        }
    }

    /** What one pass has found so far. */
    private record Pass(Map<AccountId, Result> results, List<String> troubles, List<CompletableFuture<Void>> ladders) {
        ReconcileReport report() {
            List<AccountId> alive = new ArrayList<>();
            List<StopReport> ended = new ArrayList<>();
            List<String> left = new ArrayList<>(troubles);
            new TreeMap<>(results).forEach((account, result) -> {
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
    }

    private RowListing open() {
        RowListing open = context.registry().list(RowSelection.openOf(context.node()));
        open.unreadable().forEach(row -> tell(Optional.empty(), row));
        return open;
    }

    private static Pass pass(RowListing open) {
        return new Pass(
                new ConcurrentHashMap<>(),
                Collections.synchronizedList(new ArrayList<>(open.unreadable())),
                Collections.synchronizedList(new ArrayList<>()));
    }

    private CompletableFuture<Void> look(AccountId account, Pass pass) {
        CompletableFuture<Void> over = CompletableFuture.runAsync(() -> one(account, Reach.LOOK, pass), pool);
        looking.put(account, over);
        return over.whenComplete((nothing, thrown) -> looking.remove(account, over));
    }

    private void afterwards(List<WorkerRow> open) {
        hearOfOthers(open);
        vigil.look(open);
        Guard.run("records", Optional.empty(), () -> sweepRecords(open));
    }

    private void one(AccountId account, Reach reach, Pass pass) {
        Guard.run("reconcile", Optional.of(account), () -> {
                    Result result = one(account, reach);
                    pass.results().put(account, result);
                    if (result instanceof Resume) {
                        pass.ladders().add(begin(account, () -> one(account, Reach.LADDER, pass)));
                    }
                })
                .ifPresent(thrown -> pass.troubles().add("account " + account + ": " + thrown));
    }

    /** One account, when its launcher has ended. */
    @SuppressWarnings("FutureReturnValueIgnored") // a ladder contains what it throws
    void ended(AccountId account) {
        if (one(account, Reach.LOOK) instanceof Resume) {
            begin(account, () -> Guard.run("ladder", Optional.of(account), () -> one(account, Reach.LADDER)));
        }
    }

    private CompletableFuture<Void> begin(AccountId account, Runnable ladderOfOne) {
        CompletableFuture<Void> over = CompletableFuture.runAsync(ladderOfOne, ladders);
        going.put(account, over);
        return over.whenComplete((nothing, thrown) -> going.remove(account));
    }

    private Result one(AccountId account, Reach reach) {
        return context.mutex()
                .call(account, Duration.ZERO, () -> alone(account, reach))
                .orElseGet(Nothing::new);
    }

    /** A worker of this host whose row was closed or replaced by another host: the listener hears of its end here, too. */
    private void hearOfOthers(List<WorkerRow> open) {
        Map<AccountId, String> now = new HashMap<>();
        open.forEach(row -> now.put(row.account(), row.workerId()));
        supervised.forEach((account, workerId) -> {
            if (!workerId.equals(now.get(account))) {
                Guard.run("elsewhere", Optional.of(account), () -> hearOf(account, workerId));
            }
        });
    }

    private void hearOf(AccountId account, String workerId) {
        boolean gone = context.registry()
                .find(account)
                .filter(row -> row.state().isOpen() && row.workerId().equals(workerId))
                .isEmpty();
        if (gone && supervised.remove(account, workerId)) {
            end.filed(account, workerId)
                    .ifPresent(report -> context.events()
                            .hear(new WorkerEvent.Stopped(context.timing().now(), report)));
        }
    }

    private Result alone(AccountId account, Reach reach) {
        Optional<WorkerRow> row = context.registry()
                .find(account)
                .filter(found -> found.state().isOpen() && found.node().equals(context.node()));
        Result result = row.map(found -> settle(found, reach)).orElseGet(Nothing::new);
        if (row.isPresent() && (result instanceof Filed || result instanceof Nothing)) {
            supervised.remove(account, row.get().workerId());
            drainingSince.remove(row.get().workerId());
        }
        return result;
    }

    private Result settle(WorkerRow row, Reach reach) {
        if (row.state() != WorkerState.RUNNING && context.isActorAlive(row) && !isLate(row)) {
            return new Left("another host is at it, state " + row.state());
        }
        if (row.identity().isEmpty()) {
            return unrecorded(row, reach);
        }
        boolean toEnd = row.state() == WorkerState.STOPPING || row.desired() == Desired.STOPPED;
        Judgement judgement =
                toEnd ? context.judge().judgeToEnd(row) : context.judge().judge(row);
        if (judgement instanceof Judgement.Alive) {
            return toEnd ? resume(row, reach) : lives(row);
        } else if (judgement instanceof Judgement.Dead dead) {
            return filed(end.bury(row, end.ending(row, dead, List.of())));
        } else if (judgement instanceof Judgement.Draining draining) {
            return draining(row, draining, reach);
        }
        return left(row, judgement.evidence());
    }

    /** Whether a host has had its intent for so long that it must have given up; its process may live on without it. */
    private boolean isLate(WorkerRow row) {
        if (elsewhere.size() >= MOST_TOLD) {
            elsewhere.clear();
        }
        long now = context.timing().nanos();
        long since = elsewhere.computeIfAbsent(row.workerId() + "/" + row.version(), key -> now);
        return now - since > row.detail().stopGrace().plus(LONGEST_INTENT).toNanos();
    }

    private Result unrecorded(WorkerRow row, Reach reach) {
        Settlement.Settled settled = settlement.settle(row);
        if (settled instanceof Settlement.Over over) {
            return filed(end.bury(row, end.ending(row, over, List.of())));
        } else if (settled instanceof Settlement.Found found) {
            if (row.state() == WorkerState.STOPPING || row.desired() == Desired.STOPPED) {
                return resume(row, reach);
            }
            WorkerRow running = row.running(found.identity());
            return context.registry().update(Optional.of(row), running) ? lives(running) : new Nothing();
        }
        Settlement.Pending pending = (Settlement.Pending) settled;
        if (row.state() == WorkerState.STOPPING) {
            return resume(row, reach);
        }
        return pending.left().isEmpty()
                ? left(row, pending.evidence())
                : draining(row, new Judgement.Draining(pending.evidence(), pending.left()), reach);
    }

    private Result lives(WorkerRow row) {
        WorkerRow seen = row.identity()
                .flatMap(identity -> verification.seenHoldingLock(row, identity))
                .orElse(row);
        if (!seen.workerId().equals(supervised.put(seen.account(), seen.workerId()))) {
            context.events().emit(new WorkerEvent.Adopted(context.timing().now(), seen));
        }
        return new Lives();
    }

    private Result resume(WorkerRow row, Reach reach) {
        if (reach == Reach.LOOK) {
            return new Resume();
        }
        return ladder.end(row.account(), row.workerId()) instanceof StopLadder.Stuck stuck
                ? left(row, stuck.evidence())
                : filed(end.filed(row));
    }

    private Result draining(WorkerRow row, Judgement.Draining draining, Reach reach) {
        long now = context.timing().nanos();
        long since = drainingSince.computeIfAbsent(row.workerId(), id -> now);
        boolean overdue = now - since >= row.detail().stopGrace().toNanos();
        if (row.state() == WorkerState.STOPPING || (overdue && !draining.left().isEmpty())) {
            if (reach == Reach.LOOK) {
                return new Resume();
            }
            WorkerRow sweeping = row;
            if (row.state() != WorkerState.STOPPING) {
                sweeping = row.stopping(context.self(), context.timing().now(), StopCause.LEFTOVERS);
                if (!context.registry().update(Optional.of(row), sweeping)) {
                    return new Nothing();
                }
            }
            drainingSince.remove(row.workerId());
            return resume(sweeping, reach);
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

    /** Step 8. */
    private void sweepRecords(List<WorkerRow> open) {
        Map<String, WorkerRow> rows = new HashMap<>();
        open.forEach(row -> rows.put(row.workerId(), row));
        for (String workerId : context.local().records().workers()) {
            if (!rows.containsKey(workerId)) {
                Guard.run("record", Optional.empty(), () -> sweepRecord(workerId));
            }
        }
    }

    private void sweepRecord(String workerId) {
        if (account(workerId).flatMap(account -> end.filed(account, workerId)).isPresent()) {
            end.acknowledge(workerId);
        }
    }

    private Optional<AccountId> account(String workerId) {
        return context.local().records().birth(workerId).flatMap(birth -> AccountId.ofFileName(birth.account()));
    }
}
