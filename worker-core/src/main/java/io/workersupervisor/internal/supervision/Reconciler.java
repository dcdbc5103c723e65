package io.workersupervisor.internal.supervision;

import io.workersupervisor.AccountId;
import io.workersupervisor.Desired;
import io.workersupervisor.ReconcileReport;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.events.Guard;
import io.workersupervisor.internal.launch.keeper.KeeperConnections;
import io.workersupervisor.internal.lifecycle.AccountCheck;
import io.workersupervisor.internal.lifecycle.EndFiling;
import io.workersupervisor.internal.lifecycle.ProtocolContext;
import io.workersupervisor.internal.lifecycle.StartProtocol;
import io.workersupervisor.internal.lifecycle.StopProtocol;
import io.workersupervisor.internal.lifecycle.SupervisedWorkers;
import io.workersupervisor.internal.machine.Kernel;
import io.workersupervisor.internal.registry.Actor;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.spi.RowListing;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Brings the open rows of this node in line with what runs; any host of the node does it for all of them. Ladders, which
 * last for a stop grace, run on threads of their own and hold up no other account; a tick waits for nothing, and skips the
 * accounts that an earlier one still looks at.
 *
 * <ol>
 *   <li>An account with a call of this host in flight is left to that call.
 *   <li>Each other account is checked by itself ({@link AccountCheck}).
 *   <li>Rows of other nodes are not touched. Those whose worker or starter was recorded in this boot and in these namespaces
 *       are told, once, at the first pass and when a person reconciles: their data directory may be gone, and then only
 *       {@link StartProtocol} and {@link StopProtocol} free them.
 *   <li>Records whose report is filed are deleted; records of worker ids that the registry does not know are left.
 * </ol>
 */
public final class Reconciler {
    private final ProtocolContext context;
    private final EndFiling end;
    private final AccountCheck check;
    private final SupervisedWorkers supervised;
    private final AilmentWatch vigil;
    private final Executor pool;
    private final Executor ladders;
    private final KeeperConnections keepers;
    private final Map<AccountId, CompletableFuture<Void>> going = new ConcurrentHashMap<>();
    private final Map<AccountId, CompletableFuture<Void>> looking = new ConcurrentHashMap<>();
    /** With what a tick began that found every worker held: where all is the same, the next one finds so, too. */
    private Optional<Seen> held = Optional.empty();
    /** With what a tick began that left no record to be swept. */
    private Optional<Seen> swept = Optional.empty();

    public Reconciler(
            ProtocolContext context,
            EndFiling end,
            AccountCheck check,
            SupervisedWorkers supervised,
            AilmentWatch vigil,
            Executor pool,
            Executor ladders,
            KeeperConnections keepers) {
        this.context = context;
        this.end = end;
        this.check = check;
        this.supervised = supervised;
        this.vigil = vigil;
        this.pool = pool;
        this.ladders = ladders;
        this.keepers = keepers;
    }

    /** All accounts, ladders included, also those that a tick has begun: returns when the last one is over. */
    public ReconcileReport reconcile() {
        looking.values().forEach(CompletableFuture::join);
        going.values().forEach(CompletableFuture::join);
        RowListing open = open();
        Pass pass = pass(open);
        open.rows().stream().map(row -> look(row.account(), pass)).toList().forEach(CompletableFuture::join);
        vigil.look(open.rows());
        afterwards(open.rows());
        pass.troubles().addAll(tellOfOtherNodes());
        pass.ladders().forEach(CompletableFuture::join);
        return pass.report();
    }

    /** Step 3; a sentence for each row. */
    public List<String> tellOfOtherNodes() {
        RowListing all = context.registry().list(new RowSelection(Optional.empty(), true));
        List<String> found = new ArrayList<>();
        for (WorkerRow row : all.rows()) {
            if (!row.node().equals(context.node()) && isOfThisMachine(row)) {
                Guard.run("other node", Optional.of(row.account()), () -> {
                    String why = context.judge().judgeToEnd(row).evidence();
                    context.events()
                            .troubleOnce(
                                    Optional.of(row.account()),
                                    "worker " + row.workerId() + " is left to its node: " + why);
                    found.add("account " + row.account() + ": " + why);
                });
            }
        }
        return found;
    }

    private boolean isOfThisMachine(WorkerRow row) {
        Kernel machine = context.local().machine();
        return Detail.identityOf(row)
                .or(() -> Detail.of(row).actor().map(Actor::process))
                .filter(process -> !machine.bootId().isEmpty()
                        && process.bootId().equals(machine.bootId())
                        && process.pidNamespace().equals(machine.pidNamespace())
                        && process.timeNamespace().equals(machine.timeNamespace()))
                .isPresent();
    }

    /** All accounts but those that are still looked at; looks and ladders go on behind it. One thread at a time. */
    public void tick() {
        RowListing open = open();
        Optional<Seen> now = seen(open.rows());
        if (now.isEmpty() || !now.equals(held)) {
            held = lookAtOthers(open) ? now : Optional.empty();
        }
        vigil.lookAtNoticed(open.rows());
        if (now.isEmpty() || !now.equals(swept)) {
            swept = afterwards(open.rows()) ? now : Optional.empty();
        }
    }

    /** Looks at those that are not held; whether there are none. */
    @SuppressWarnings("FutureReturnValueIgnored") // a look contains what it throws
    private boolean lookAtOthers(RowListing open) {
        Pass pass = pass(open);
        List<AccountId> others = open.rows().stream()
                .filter(row -> !isHeld(row))
                .map(WorkerRow::account)
                .toList();
        others.stream().filter(account -> !looking.containsKey(account)).forEach(account -> look(account, pass));
        return others.isEmpty();
    }

    /** Whether a row is as this host left it and its worker's end would have been told: there is nothing to be looked at. */
    private boolean isHeld(WorkerRow row) {
        return row.state() == WorkerState.RUNNING
                && row.desired() == Desired.RUNNING
                && Detail.of(row).holdsLock()
                && supervised.has(row.account(), row.workerId())
                && !context.judge().asksApplication()
                && keepers.isHeld(row.workerId());
    }

    /** Waits, bounded, for the looks of a tick. */
    public void awaitLooks(Duration patience) {
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
    private record Pass(
            Map<AccountId, AccountCheck.Result> results, List<String> troubles, List<CompletableFuture<Void>> ladders) {
        ReconcileReport report() {
            List<AccountId> alive = new ArrayList<>();
            List<StopReport> ended = new ArrayList<>();
            List<String> left = new ArrayList<>(troubles);
            new TreeMap<>(results).forEach((account, result) -> {
                if (result instanceof AccountCheck.Lives) {
                    alive.add(account);
                } else if (result instanceof AccountCheck.Filed filed) {
                    ended.add(filed.report());
                } else if (result instanceof AccountCheck.Left why) {
                    left.add("account " + account + ": " + why.why());
                }
            });
            return new ReconcileReport(alive, ended, left);
        }
    }

    private RowListing open() {
        RowListing open = context.registry().list(RowSelection.openOf(context.node()));
        open.unreadable().forEach(row -> context.events().troubleOnce(Optional.empty(), row));
        return open;
    }

    private static Pass pass(RowListing open) {
        return new Pass(
                new ConcurrentHashMap<>(),
                Collections.synchronizedList(new ArrayList<>(open.unreadable())),
                Collections.synchronizedList(new ArrayList<>()));
    }

    private CompletableFuture<Void> look(AccountId account, Pass pass) {
        CompletableFuture<Void> over =
                CompletableFuture.runAsync(() -> one(account, AccountCheck.Reach.LOOK, pass), pool);
        looking.put(account, over);
        return over.whenComplete((nothing, thrown) -> looking.remove(account, over));
    }

    /** Whether nothing failed. */
    private boolean afterwards(List<WorkerRow> open) {
        boolean heard = hearOfOthers(open);
        AtomicBoolean whole = new AtomicBoolean();
        Guard.run("records", Optional.empty(), () -> whole.set(sweepRecords(open)));
        return heard && whole.get();
    }

    /** Empty where the records cannot be read: their sweep, behind all looks, meets the same and tells it. */
    private Optional<Seen> seen(List<WorkerRow> open) {
        try {
            return Optional.of(new Seen(
                    open,
                    supervised.changes(),
                    keepers.holding(),
                    context.local().records().state()));
        } catch (RuntimeException unreadable) {
            return Optional.empty();
        }
    }

    /** All on which it depends whether a tick finds a worker to look at, or a record to sweep. */
    private record Seen(List<WorkerRow> open, long supervised, Object holding, Object records) {}

    private void one(AccountId account, AccountCheck.Reach reach, Pass pass) {
        Guard.run("reconcile", Optional.of(account), () -> {
                    AccountCheck.Result result = one(account, reach);
                    pass.results().put(account, result);
                    if (result instanceof AccountCheck.Resume) {
                        pass.ladders().add(begin(account, () -> one(account, AccountCheck.Reach.LADDER, pass)));
                    }
                })
                .ifPresent(thrown -> pass.troubles().add("account " + account + ": " + thrown));
    }

    /** The account of a worker whose launcher has ended. */
    @SuppressWarnings("FutureReturnValueIgnored")
    public // a ladder contains what it throws
    void ended(AccountId account, String workerId) {
        Optional<AccountCheck.Result> result =
                context.mutex().call(account, Duration.ZERO, () -> check.ended(account, workerId));
        if (result.filter(AccountCheck.Resume.class::isInstance).isPresent()) {
            begin(
                    account,
                    () -> Guard.run("ladder", Optional.of(account), () -> one(account, AccountCheck.Reach.LADDER)));
        }
    }

    private CompletableFuture<Void> begin(AccountId account, Runnable ladderOfOne) {
        CompletableFuture<Void> over = CompletableFuture.runAsync(ladderOfOne, ladders);
        going.put(account, over);
        return over.whenComplete((nothing, thrown) -> going.remove(account));
    }

    private AccountCheck.Result one(AccountId account, AccountCheck.Reach reach) {
        return context.mutex()
                .call(account, Duration.ZERO, () -> check.check(account, reach))
                .orElseGet(AccountCheck.Nothing::new);
    }

    /**
     * A worker of this host whose row was closed or replaced by another host: the listener hears of its end here, too.
     * Returns whether nothing failed.
     */
    private boolean hearOfOthers(List<WorkerRow> open) {
        Map<AccountId, String> now = new HashMap<>();
        open.forEach(row -> now.put(row.account(), row.workerId()));
        boolean whole = true;
        for (Map.Entry<AccountId, String> ours : supervised.all().entrySet()) {
            AccountId account = ours.getKey();
            String workerId = ours.getValue();
            if (!workerId.equals(now.get(account))) {
                whole &= Guard.run("elsewhere", Optional.of(account), () -> hearOf(account, workerId))
                        .isEmpty();
            }
        }
        return whole;
    }

    private void hearOf(AccountId account, String workerId) {
        boolean open = context.registry()
                .find(account)
                .filter(row -> row.state().isOpen() && row.workerId().equals(workerId))
                .isPresent();
        if (open) {
            return;
        }
        // Read before it is forgotten: what fails here is tried again by the next tick.
        Optional<StopReport> report = end.filed(account, workerId);
        if (supervised.remove(account, workerId)) {
            report.ifPresent(filed -> context.events()
                    .hear(new WorkerEvent.Stopped(context.timing().now(), filed)));
        }
    }

    /** Step 4; whether nothing failed. */
    private boolean sweepRecords(List<WorkerRow> open) {
        boolean whole = true;
        Map<String, WorkerRow> rows = new HashMap<>();
        open.forEach(row -> rows.put(row.workerId(), row));
        for (String workerId : context.local().records().workers()) {
            if (!rows.containsKey(workerId)) {
                whole &= Guard.run("record", Optional.empty(), () -> sweepRecord(workerId))
                        .isEmpty();
            }
        }
        return whole;
    }

    private void sweepRecord(String workerId) {
        if (account(workerId).flatMap(account -> end.filed(account, workerId)).isPresent()) {
            end.acknowledge(workerId);
        }
    }

    private Optional<AccountId> account(String workerId) {
        return context.local().records().birth(workerId).flatMap(birth -> Layout.accountOf(birth.account()));
    }
}
