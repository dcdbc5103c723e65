package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.Desired;
import io.workersupervisor.StopReport;
import io.workersupervisor.StopResult;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerState;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.internal.diagnosis.Ending;
import io.workersupervisor.internal.events.Guard;
import io.workersupervisor.internal.launch.LaunchRecords;
import io.workersupervisor.internal.liveness.Judgement;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.internal.registry.RowStatus;
import io.workersupervisor.internal.registry.StopPurpose;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Looks at one account of this node and does what its row and its processes ask for. An account with a call of this host in
 * flight is left to that call. Ladders, which last for a stop grace, run on threads of their own.
 *
 * <ol>
 *   <li>STARTING and STOPPING of another living host are left to that host, for as long as it can take.
 *   <li>A row without a recorded process is settled ({@link LaunchSettlement}): found running it becomes RUNNING, or its stop
 *       goes on; over, its end is filed.
 *   <li>Alive and wanted: adopted, and waited for where it is not ready. Alive and to be stopped: the ladder goes on.
 *   <li>Dead: the end is filed; where its launcher has just ended, the end is reported to the listener first
 *       ({@link EndFiling}).
 *   <li>Ended with descendants left: after the stop grace, counted from when this host first saw them, the ladder ends
 *       them.
 *   <li>In doubt: nothing is done, and this is reported once for each finding.
 * </ol>
 */
public final class AccountCheck {
    /** Time beyond the stop grace in which a row that does not change is left to the host that seems to work on it. */
    private static final Duration LONGEST_INTENT = Duration.ofSeconds(60);

    /** Intents of other hosts that are remembered; beyond this number they are counted anew. */
    private static final int MOST_ELSEWHERE = 10_000;

    private final ProtocolContext context;
    private final LaunchSettlement settlement;
    private final EndFiling ends;
    private final StopLadder ladder;
    private final SupervisedWorkers supervised;
    private final ReadinessWatch readiness;
    private final Executor ladders;
    private final Map<String, Long> elsewhere = new ConcurrentHashMap<>();
    private final Map<String, Long> pendingSince = new ConcurrentHashMap<>();
    private final Map<AccountId, CompletableFuture<Result>> resumed = new ConcurrentHashMap<>();

    AccountCheck(
            ProtocolContext context,
            LaunchSettlement settlement,
            EndFiling ends,
            StopLadder ladder,
            SupervisedWorkers supervised,
            ReadinessWatch readiness,
            Executor ladders) {
        this.context = context;
        this.settlement = settlement;
        this.ends = ends;
        this.ladder = ladder;
        this.supervised = supervised;
        this.readiness = readiness;
        this.ladders = ladders;
    }

    /** The outcome of one check. */
    public sealed interface Result {}

    /** The worker lives. */
    public record Lives() implements Result {}

    /** The worker has ended, and its end is reported. */
    public record Filed(StopReport report) implements Result {}

    /** Nothing is done, although something is wrong. */
    public record Left(String why) implements Result {}

    /** There is nothing to be done, or another call or host does it. */
    public record Nothing() implements Result {}

    /** The ladder goes on, on a thread of its own; the future never fails. */
    public record Resumed(CompletableFuture<Result> over) implements Result {}

    /** The check threw this, which is logged. */
    public record Failed(Throwable thrown) implements Result {}

    /** The ladder is to go on, without the account's mutex. */
    private record Resume() implements Result {}

    /** The reach of a look at an account. */
    private enum Reach {
        LOOK,
        LADDER
    }

    /** Checks an account. */
    public Result check(AccountId account) {
        return contained(account, "reconcile", () -> look(account, Reach.LOOK));
    }

    /**
     * Checks the account of a worker whose launcher has ended: where nobody was ending it, the end is reported at once and
     * filed behind. The row is read after the death, and so shows a stop that caused it.
     */
    public Result ended(AccountId account, String workerId) {
        return contained(account, "end", () -> lookAtEnd(account, workerId));
    }

    /** Waits for the ladders that go on. */
    public void awaitLadders() {
        resumed.values().forEach(CompletableFuture::join);
    }

    private Result contained(AccountId account, String what, Supplier<Result> look) {
        CompletableFuture<Result> over = new CompletableFuture<>();
        Guard.run(what, Optional.of(account), () -> {
                    Result result =
                            context.mutex().call(account, Duration.ZERO, look).orElseGet(Nothing::new);
                    over.complete(result instanceof Resume ? new Resumed(resume(account)) : result);
                })
                .ifPresent(thrown -> over.complete(new Failed(thrown)));
        return over.join();
    }

    private CompletableFuture<Result> resume(AccountId account) {
        CompletableFuture<Result> over = CompletableFuture.supplyAsync(
                () -> contained(account, "ladder", () -> look(account, Reach.LADDER)), ladders);
        resumed.put(account, over);
        return over.whenComplete((result, thrown) -> resumed.remove(account, over));
    }

    private Result look(AccountId account, Reach reach) {
        return openHere(account).map(row -> forgotten(row, look(row, reach))).orElseGet(Nothing::new);
    }

    private Result lookAtEnd(AccountId account, String workerId) {
        Optional<WorkerRow> row = openHere(account);
        if (row.filter(found -> found.workerId().equals(workerId) && isLeftToItself(found))
                .isEmpty()) {
            return row.map(found -> forgotten(found, look(found, Reach.LOOK))).orElseGet(Nothing::new);
        }
        WorkerRow found = row.get();
        Optional<LaunchRecords.Exit> exit =
                context.local().records().exit(workerId).filter(LaunchRecords.Exit::nothingLeft);
        Judgement judgement = exit.isPresent()
                ? context.judge().seenEnding(found)
                : context.judge().judge(found);
        if (!(judgement instanceof Judgement.Dead dead)) {
            return forgotten(found, judged(found, judgement, Reach.LOOK));
        }
        Ending ending = exit.isPresent() ? ends.ending(dead, exit, List.of()) : ends.ending(found, dead, List.of());
        return forgotten(found, new Filed(ends.report(found, ending)));
    }

    private static boolean isLeftToItself(WorkerRow row) {
        return row.state() == WorkerState.RUNNING
                && row.desired() == Desired.RUNNING
                && Detail.identityOf(row).isPresent();
    }

    private Optional<WorkerRow> openHere(AccountId account) {
        return context.registry()
                .find(account)
                .filter(found -> found.state().isOpen() && found.node().equals(context.node()));
    }

    private Result forgotten(WorkerRow row, Result result) {
        if (result instanceof Filed || result instanceof Nothing) {
            supervised.remove(row.account(), row.workerId());
            pendingSince.remove(row.workerId());
        }
        return result;
    }

    private Result look(WorkerRow row, Reach reach) {
        return row.state() != WorkerState.RUNNING && context.isActorAlive(row) && !isLate(row)
                ? new Left("another host works on it, state " + row.state())
                : judged(row, settlement.judge(row), reach);
    }

    private Result judged(WorkerRow row, Judgement judgement, Reach reach) {
        if (judgement instanceof Judgement.Alive alive) {
            return row.isToEnd() ? resume(row, reach) : lives(row, alive.process());
        } else if (judgement instanceof Judgement.Dead dead) {
            return filed(ends.file(row, ends.ending(row, dead, List.of())));
        } else if (judgement instanceof Judgement.Pending pending) {
            return pending(row, pending, reach);
        }
        return left(row, judgement.evidence());
    }

    /** True if a host has had its intent for so long that it must have given up; its process may live on without it. */
    private boolean isLate(WorkerRow row) {
        if (elsewhere.size() >= MOST_ELSEWHERE) {
            elsewhere.clear();
        }
        long now = context.nanos();
        long since = elsewhere.computeIfAbsent(row.workerId() + "/" + row.revision(), key -> now);
        return now - since > Detail.of(row).stopGrace().plus(LONGEST_INTENT).toNanos();
    }

    private Result lives(WorkerRow row, ProcessIdentity process) {
        WorkerRow running = row;
        if (Detail.identityOf(row).isEmpty()) {
            running = RowChanges.running(row, process);
            if (!context.registry().update(Optional.of(row), running)) {
                return new Nothing();
            }
        }
        WorkerRow seen = seenHoldingLock(running, process).orElse(running);
        if (supervised.add(seen.account(), seen.workerId())) {
            WorkerStatus status =
                    RowStatus.ofLiving(seen, context.local().data(), "was found running", Optional.empty());
            context.events().emit(new WorkerEvent.Adopted(context.now(), status));
        }
        readiness.adopt(seen);
        return new Lives();
    }

    /** Stores that the worker has the lock open itself; the changed row. */
    Optional<WorkerRow> seenHoldingLock(WorkerRow row, ProcessIdentity identity) {
        if (Detail.of(row).holdsLock() || !context.local().locks().isOpenIn(identity.pid(), row.account())) {
            return Optional.empty();
        }
        WorkerRow holding = RowChanges.seenHoldingLock(row);
        return context.registry().update(Optional.of(row), holding) ? Optional.of(holding) : Optional.empty();
    }

    private Result resume(WorkerRow row, Reach reach) {
        if (reach == Reach.LOOK) {
            return new Resume();
        }
        StopResult result = ladder.end(row);
        return result instanceof StopResult.Refused refused
                ? left(row, refused.evidence())
                : filed(((StopResult.Stopped) result).report());
    }

    private Result pending(WorkerRow row, Judgement.Pending pending, Reach reach) {
        long now = context.nanos();
        long since = pendingSince.computeIfAbsent(row.workerId(), id -> now);
        boolean overdue = now - since >= Detail.of(row).stopGrace().toNanos();
        boolean stopping = row.state() == WorkerState.STOPPING;
        if (!stopping && (pending.left().isEmpty() || !overdue)) {
            // A launcher needs a moment for the exit record; only a state that lasts is worth a person's while.
            return pending.left().isEmpty() && !overdue ? new Left(pending.evidence()) : left(row, pending.evidence());
        } else if (reach == Reach.LOOK) {
            return new Resume();
        }
        WorkerRow sweeping =
                stopping ? row : RowChanges.stopping(row, context.self(), context.now(), StopPurpose.LEFTOVERS);
        if (!stopping && !context.registry().update(Optional.of(row), sweeping)) {
            return new Nothing();
        }
        pendingSince.remove(row.workerId());
        return resume(sweeping, reach);
    }

    /** An end that another host filed first is no news. */
    private static Result filed(Optional<StopReport> report) {
        return report.<Result>map(Filed::new).orElseGet(Nothing::new);
    }

    private Result left(WorkerRow row, String why) {
        context.events()
                .troubleOnce(Optional.of(row.account()), "worker " + row.workerId() + " is left as it is: " + why);
        return new Left(why);
    }
}
