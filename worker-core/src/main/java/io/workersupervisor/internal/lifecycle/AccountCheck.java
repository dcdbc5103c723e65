package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.Desired;
import io.workersupervisor.Liveness;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerState;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.internal.diagnosis.Ending;
import io.workersupervisor.internal.launch.LaunchRecords;
import io.workersupervisor.internal.liveness.Judgement;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.internal.registry.RowStatus;
import io.workersupervisor.internal.registry.StopPurpose;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Looks at one account of this node and does what its row and its processes ask for.
 *
 * <ol>
 *   <li>STARTING and STOPPING of another living host are left to that host, for as long as it can take.
 *   <li>A row without a recorded process is settled ({@link LaunchSettlement}): found running it becomes RUNNING, or its stop
 *       goes on; over, its end is filed.
 *   <li>Alive and wanted: taken up. Alive and to be stopped: the ladder goes on.
 *   <li>Dead: the end is filed; where its launcher has just told of it, the listener hears of it first
 *       ({@link EndFiling}).
 *   <li>Ended with descendants left: after the stop grace, counted from when this host first saw them, the ladder ends
 *       them.
 *   <li>In doubt: left alone and told, once for each finding.
 * </ol>
 */
public final class AccountCheck {
    /** How long, beyond the stop grace, a host that seems alive is left at a row that does not change. */
    private static final Duration LONGEST_INTENT = Duration.ofSeconds(60);

    /** How many intents of other hosts are remembered; then they are counted anew. */
    private static final int MOST_ELSEWHERE = 10_000;

    private final ProtocolContext context;
    private final LaunchSettlement settlement;
    private final EndFiling end;
    private final StopLadder ladder;
    private final StartVerification verification;
    private final SupervisedWorkers supervised;
    private final Map<String, Long> elsewhere = new ConcurrentHashMap<>();
    private final Map<String, Long> drainingSince = new ConcurrentHashMap<>();

    public AccountCheck(
            ProtocolContext context,
            LaunchSettlement settlement,
            EndFiling end,
            StopLadder ladder,
            StartVerification verification,
            SupervisedWorkers supervised) {
        this.context = context;
        this.settlement = settlement;
        this.end = end;
        this.ladder = ladder;
        this.verification = verification;
        this.supervised = supervised;
    }

    /** What came of one row. */
    public sealed interface Result {}

    /** It lives. */
    public record Lives() implements Result {}

    /**
     * It has ended.
     *
     * @param report why
     */
    public record Filed(StopReport report) implements Result {}

    /**
     * It is left alone.
     *
     * @param why in words
     */
    public record Left(String why) implements Result {}

    /** There is nothing to be done, or another host has done it. */
    public record Nothing() implements Result {}

    /** A ladder is to be gone on with. */
    public record Resume() implements Result {}

    /** How far a look at an account may go. */
    public enum Reach {
        LOOK,
        LADDER
    }

    /** An account that no other call of this host is at; for who has its mutex. */
    public Result check(AccountId account, Reach reach) {
        Optional<WorkerRow> row = openHere(account);
        return row.map(found -> forgotten(found, settle(found, reach))).orElseGet(Nothing::new);
    }

    /**
     * The account of a worker whose launcher has ended, which is most of what is to be known: where nobody was ending it,
     * the end is told at once and filed behind. The row is read after the death, and so shows a stop that caused it.
     */
    public Result ended(AccountId account, String workerId) {
        Optional<WorkerRow> row = openHere(account);
        if (row.filter(found -> found.workerId().equals(workerId) && isLeftToItself(found))
                .isEmpty()) {
            return row.map(found -> forgotten(found, settle(found, Reach.LOOK))).orElseGet(Nothing::new);
        }
        WorkerRow found = row.get();
        Optional<LaunchRecords.Exit> exit =
                context.local().records().exit(workerId).filter(LaunchRecords.Exit::nothingLeft);
        Judgement judgement = exit.isPresent()
                ? context.judge().seenEnding(found)
                : context.judge().judge(found);
        if (!(judgement instanceof Judgement.Dead dead)) {
            return forgotten(found, settled(found, judgement, Reach.LOOK));
        }
        Ending ending =
                exit.map(seen -> end.ending(found, dead, seen)).orElseGet(() -> end.ending(found, dead, List.of()));
        return forgotten(found, new Filed(end.tell(found, ending)));
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
            drainingSince.remove(row.workerId());
        }
        return result;
    }

    private Result settle(WorkerRow row, Reach reach) {
        if (row.state() != WorkerState.RUNNING && context.isActorAlive(row) && !isLate(row)) {
            return new Left("another host is at it, state " + row.state());
        }
        if (Detail.identityOf(row).isEmpty()) {
            return unrecorded(row, reach);
        }
        boolean toEnd = isToEnd(row);
        return settled(
                row, toEnd ? context.judge().judgeToEnd(row) : context.judge().judge(row), reach);
    }

    private Result settled(WorkerRow row, Judgement judgement, Reach reach) {
        boolean toEnd = isToEnd(row);
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
        if (elsewhere.size() >= MOST_ELSEWHERE) {
            elsewhere.clear();
        }
        long now = context.timing().nanos();
        long since = elsewhere.computeIfAbsent(row.workerId() + "/" + row.revision(), key -> now);
        return now - since > Detail.of(row).stopGrace().plus(LONGEST_INTENT).toNanos();
    }

    private Result unrecorded(WorkerRow row, Reach reach) {
        LaunchSettlement.Settled settled = settlement.settle(row);
        if (settled instanceof LaunchSettlement.Over over) {
            return filed(end.bury(row, end.ending(row, over, List.of())));
        } else if (settled instanceof LaunchSettlement.Found found) {
            if (row.state() == WorkerState.STOPPING || row.desired() == Desired.STOPPED) {
                return resume(row, reach);
            }
            WorkerRow running = RowChanges.running(row, found.identity());
            return context.registry().update(Optional.of(row), running) ? lives(running) : new Nothing();
        }
        LaunchSettlement.Pending pending = (LaunchSettlement.Pending) settled;
        if (row.state() == WorkerState.STOPPING) {
            return resume(row, reach);
        }
        return pending.left().isEmpty()
                ? left(row, pending.evidence())
                : draining(row, new Judgement.Draining(pending.evidence(), pending.left()), reach);
    }

    private Result lives(WorkerRow row) {
        WorkerRow seen = Detail.identityOf(row)
                .flatMap(identity -> verification.seenHoldingLock(row, identity))
                .orElse(row);
        if (supervised.add(seen.account(), seen.workerId())) {
            WorkerStatus status = RowStatus.of(
                    seen,
                    context.local().data(),
                    Optional.of(Liveness.alive("worker " + seen.workerId() + " was found running")),
                    Optional.empty());
            context.events().emit(new WorkerEvent.Adopted(context.timing().now(), status));
        }
        return new Lives();
    }

    private Result resume(WorkerRow row, Reach reach) {
        if (reach == Reach.LOOK) {
            return new Resume();
        }
        StopLadder.Outcome outcome = ladder.end(row);
        return outcome instanceof StopLadder.Done done
                ? filed(done.report().or(() -> end.filed(row)))
                : left(row, ((StopLadder.Stuck) outcome).evidence());
    }

    private Result draining(WorkerRow row, Judgement.Draining draining, Reach reach) {
        long now = context.timing().nanos();
        long since = drainingSince.computeIfAbsent(row.workerId(), id -> now);
        boolean overdue = now - since >= Detail.of(row).stopGrace().toNanos();
        if (row.state() == WorkerState.STOPPING || (overdue && !draining.left().isEmpty())) {
            if (reach == Reach.LOOK) {
                return new Resume();
            }
            WorkerRow sweeping = row;
            if (row.state() != WorkerState.STOPPING) {
                sweeping = RowChanges.stopping(
                        row, context.self(), context.timing().now(), StopPurpose.LEFTOVERS);
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

    private static boolean isToEnd(WorkerRow row) {
        return row.state() == WorkerState.STOPPING || row.desired() == Desired.STOPPED;
    }

    /** Another host that was faster is no news. */
    private static Result filed(Optional<StopReport> report) {
        return report.<Result>map(Filed::new).orElseGet(Nothing::new);
    }

    private Result left(WorkerRow row, String why) {
        context.events().troubleOnce(Optional.of(row.account()), "worker " + row.workerId() + " is left alone: " + why);
        return new Left(why);
    }
}
