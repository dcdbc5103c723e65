package io.workersupervisor.internal.supervision;

import io.workersupervisor.AccountId;
import io.workersupervisor.Desired;
import io.workersupervisor.ReconcileReport;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.events.Guard;
import io.workersupervisor.internal.launch.keeper.KeeperConnections;
import io.workersupervisor.internal.lifecycle.AccountCheck;
import io.workersupervisor.internal.lifecycle.Lifecycle;
import io.workersupervisor.internal.lifecycle.ProtocolContext;
import io.workersupervisor.internal.liveness.UnregisteredWorkers;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/**
 * Brings the open rows of this node in line with the living processes; any host of the node does it for all of them. A tick
 * waits for nothing, and skips the accounts that an earlier one still looks at.
 *
 * <ol>
 *   <li>Each account is checked by itself ({@link AccountCheck}). A tick leaves out those whose end would have been
 *       reported.
 *   <li>Rows of other nodes are not touched. Those whose worker or starter was recorded in this boot and in these namespaces
 *       are reported, once, at the first pass and when a person reconciles: their data directory may be gone, and then only
 *       a start or a stop of their account frees them.
 *   <li>A worker of this host whose row was closed or replaced by another host: its end is reported here, too.
 *   <li>Records whose report is filed are deleted; records of worker ids that the registry does not know are left.
 * </ol>
 */
public final class Reconciler {
    private final ProtocolContext context;
    private final Lifecycle lifecycle;
    private final AilmentWatch ailments;
    private final HealthWatch health;
    private final Executor pool;
    private final KeeperConnections keepers;
    private final Map<AccountId, CompletableFuture<Void>> looking = new ConcurrentHashMap<>();

    public Reconciler(
            ProtocolContext context,
            Lifecycle lifecycle,
            AilmentWatch ailments,
            Executor pool,
            KeeperConnections keepers) {
        this.context = context;
        this.lifecycle = lifecycle;
        this.ailments = ailments;
        this.health = new HealthWatch(context, lifecycle.faults(), ailments);
        this.pool = pool;
        this.keepers = keepers;
    }

    /** Checks all accounts, ladders included, also those that a tick has begun: returns when the last one is over. */
    public ReconcileReport reconcile() {
        looking.values().forEach(CompletableFuture::join);
        lifecycle.check().awaitLadders();
        RowListing open = open();
        Pass pass = new Pass(open);
        open.rows().stream().map(row -> look(row.account(), pass)).toList().forEach(CompletableFuture::join);
        ailments.look(open.rows());
        health.look(open.rows());
        lookBehind(open.rows());
        pass.troubles().addAll(reportOtherNodes());
        pass.ladders().forEach(CompletableFuture::join);
        return pass.report();
    }

    /** Checks all accounts but those that are held or still looked at; goes on behind this call. One thread at a time. */
    @SuppressWarnings("FutureReturnValueIgnored") // a look contains what it throws
    public void tick() {
        RowListing open = open();
        Pass pass = new Pass(open);
        open.rows().stream()
                .filter(row -> !isHeld(row) && !looking.containsKey(row.account()))
                .forEach(row -> look(row.account(), pass));
        ailments.lookAtNoticed(open.rows());
        health.look(open.rows());
        lookBehind(open.rows());
    }

    /** True if a row is as this host left it and its worker's end would have been reported: nothing can be new. */
    private boolean isHeld(WorkerRow row) {
        return row.state() == WorkerState.RUNNING
                && row.desired() == Desired.RUNNING
                && Detail.of(row).holdsLock()
                && lifecycle.supervised().has(row.account(), row.workerId())
                && !context.judge().asksApplication()
                && keepers.isHeld(row.workerId());
    }

    /** Waits, bounded, for the looks of a tick. */
    public void awaitLooks(Duration patience) {
        ProtocolContext.await(CompletableFuture.allOf(looking.values().toArray(CompletableFuture[]::new)), patience);
    }

    /** The findings of one pass so far. */
    private record Pass(
            Map<AccountId, AccountCheck.Result> results,
            List<String> troubles,
            List<CompletableFuture<AccountCheck.Result>> ladders) {
        Pass(RowListing open) {
            this(
                    new ConcurrentHashMap<>(),
                    Collections.synchronizedList(new ArrayList<>(open.unreadable())),
                    Collections.synchronizedList(new ArrayList<>()));
        }

        void add(AccountId account, AccountCheck.Result result) {
            if (result instanceof AccountCheck.Failed failed) {
                troubles.add("account " + account + ": " + failed.thrown());
            } else if (result instanceof AccountCheck.Resumed ladder) {
                ladders.add(ladder.over().whenComplete((end, thrown) -> add(account, end)));
            } else {
                results.put(account, result);
            }
        }

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

    /** Step 1. */
    private CompletableFuture<Void> look(AccountId account, Pass pass) {
        CompletableFuture<Void> over = CompletableFuture.runAsync(
                () -> pass.add(account, lifecycle.check().check(account)), pool);
        looking.put(account, over);
        return over.whenComplete((nothing, thrown) -> looking.remove(account, over));
    }

    /** Workers that the registry does not know: a person has to end them. */
    public void reportStrangers() {
        lifecycle
                .unregistered()
                .look()
                .forEach(stranger ->
                        context.events().trouble(stranger.accountId(), UnregisteredWorkers.refused(stranger)));
    }

    /** Step 2; a sentence for each row. */
    public List<String> reportOtherNodes() {
        List<String> found = new ArrayList<>();
        for (WorkerRow row : context.registry()
                .list(new RowSelection(Optional.empty(), true))
                .rows()) {
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
        return Detail.identityOf(row)
                .or(() -> Detail.of(row).actor().map(Actor::process))
                .filter(process ->
                        !process.bootId().isEmpty() && context.local().machine().isHere(process))
                .isPresent();
    }

    /** Steps 3 and 4. */
    private void lookBehind(List<WorkerRow> open) {
        Map<AccountId, String> now = new HashMap<>();
        open.forEach(row -> now.put(row.account(), row.workerId()));
        lifecycle.supervised().all().forEach((account, workerId) -> {
            if (!workerId.equals(now.get(account))) {
                Guard.run("elsewhere", Optional.of(account), () -> reportIfEnded(account, workerId));
            }
        });
        Guard.run("records", Optional.empty(), () -> sweepRecords(open));
    }

    private void reportIfEnded(AccountId account, String workerId) {
        if (context.open(account, workerId).isPresent()) {
            return;
        }
        // Read before it is forgotten: the next tick tries again after a failure.
        Optional<StopReport> report = lifecycle.ends().filed(account, workerId);
        if (lifecycle.supervised().remove(account, workerId)) {
            report.ifPresent(filed -> context.events().hear(new WorkerEvent.Stopped(context.now(), filed)));
        }
    }

    private void sweepRecords(List<WorkerRow> open) {
        Set<String> known = open.stream().map(WorkerRow::workerId).collect(Collectors.toSet());
        for (String workerId : context.local().records().workers()) {
            if (!known.contains(workerId)) {
                Guard.run("record", Optional.empty(), () -> sweepRecord(workerId));
            }
        }
    }

    private void sweepRecord(String workerId) {
        context.local()
                .accountOf(workerId)
                .flatMap(account -> lifecycle.ends().filed(account, workerId))
                .ifPresent(filed -> lifecycle.ends().acknowledge(workerId));
    }
}
