package io.workersupervisor.internal.liveness;

import io.workersupervisor.Liveness;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.machine.ProcessProbe.Finding;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.spi.WorkerRow;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Judges the rows of one node by process, kernel lock and environments; the application's probe may turn the verdict into
 * doubt, never into death.
 *
 * <ol>
 *   <li>A row of another node, whose lock is not here: judged by the recorded process and the search for the worker id, if
 *       that process was recorded in this boot and in these namespaces. Dead if neither finds anything: a recorded process
 *       has no launch behind it that could still come to something. Else doubt, also for another boot, which may be another
 *       machine's. No two nodes take one row, as the claim compares and sets it.
 *   <li>Another boot: dead, and nothing of it can be left.
 *   <li>The process lives: alive, whatever the lock says; where its environment does not name the worker, only if it has
 *       the lock open.
 *   <li>Recorded in another pid or time namespace: only a worker that was seen to hold the lock itself can be judged;
 *       lock busy is alive, lock free goes on with step 6.
 *   <li>The process is dead and the lock is busy: it drains; its launcher writes the exit record, or descendants hold the
 *       lock.
 *   <li>The process is dead and the lock is free: dead if no descendant of it lives ({@link Descendants}), else it drains;
 *       doubt where something lives in what was its session and nothing shows whose it is.
 * </ol>
 */
public record RowJudge(String node, LocalEvidence local, Optional<ApplicationProbe> application) {
    /** True if the application has a say, whenever it likes. */
    public boolean asksApplication() {
        return application.isPresent();
    }

    public Judgement judge(WorkerRow row) {
        return unlessDoubted(row, byMachine(row));
    }

    /** Judges a worker whose end a keeper has observed, and that left nothing: only the application may doubt. */
    public Judgement seenEnding(WorkerRow row) {
        String whose =
                Detail.identityOf(row).map(process -> "pid " + process.pid()).orElse("the worker");
        return unlessDoubted(
                row,
                new Judgement.Dead(
                        "the end of " + whose + " was observed, its lock is free", OptionalInt.empty(), false));
    }

    /**
     * Verdict before a stop. A process proved alive is stopped; the application's opinion can only keep the row from being
     * freed.
     */
    public Judgement judgeToEnd(WorkerRow row) {
        Judgement judgement = byMachine(row);
        return judgement instanceof Judgement.Dead ? unlessDoubted(row, judgement) : judgement;
    }

    /** The verdict in the words of the API. */
    public Liveness liveness(WorkerRow row) {
        if (!row.state().isOpen()) {
            return Liveness.dead("the row is closed, state " + row.state());
        }
        Judgement judgement = judge(row);
        if (judgement instanceof Judgement.Alive) {
            return Liveness.alive(judgement.evidence());
        }
        return judgement instanceof Judgement.Dead
                ? Liveness.dead(judgement.evidence())
                : Liveness.unknown(judgement.evidence());
    }

    private Judgement unlessDoubted(WorkerRow row, Judgement judgement) {
        if (application.isEmpty() || judgement instanceof Judgement.Doubt) {
            return judgement;
        }
        return application
                .get()
                .doubt(row)
                .<Judgement>map(evidence -> new Judgement.Doubt(RefusalReason.PROBE_IN_DOUBT, evidence))
                .orElse(judgement);
    }

    private Judgement byMachine(WorkerRow row) {
        if (!row.node().equals(node)) {
            return elsewhere(
                    row,
                    "worker " + row.workerId() + " belongs to node " + row.node()
                            + Detail.of(row)
                                    .machine()
                                    .map(name -> " on machine " + name)
                                    .orElse("") + ", which started it at " + row.startedAt());
        }
        Optional<ProcessIdentity> process = Detail.identityOf(row);
        if (process.isEmpty()) {
            return new Judgement.Doubt(
                    RefusalReason.STARTING, "no process is recorded yet for worker " + row.workerId());
        }
        Finding finding = local.processes().probe(process.get(), row.workerId());
        return switch (finding.kind()) {
            case OTHER_BOOT -> new Judgement.Dead(finding.evidence(), OptionalInt.empty(), true);
            case ALIVE -> new Judgement.Alive(finding.evidence(), true);
            case UNMARKED ->
                local.locks().isOpenIn(process.get().pid(), row.account())
                        ? new Judgement.Alive(finding.evidence() + ", and it holds the account's lock", true)
                        : new Judgement.Doubt(RefusalReason.PROCESS_IN_DOUBT, finding.evidence());
            case DOUBT -> new Judgement.Doubt(RefusalReason.PROCESS_IN_DOUBT, finding.evidence());
            case FOREIGN -> foreign(row, finding);
            case DEAD -> unlessLeftovers(row, finding, local.locks().state(row.account()));
        };
    }

    private Judgement elsewhere(WorkerRow row, String whose) {
        Optional<ProcessIdentity> process =
                Detail.identityOf(row).filter(known -> !known.bootId().isEmpty());
        if (process.isEmpty()) {
            return new Judgement.Doubt(RefusalReason.OTHER_NODE, whose);
        }
        Finding finding = local.processes().probe(process.get(), row.workerId());
        String evidence = finding.evidence() + ", " + whose;
        return switch (finding.kind()) {
            case ALIVE -> new Judgement.Alive(evidence, true);
            case DEAD -> elsewhereDead(finding, local.descendants().of(row, List.of()), evidence);
            case OTHER_BOOT, FOREIGN -> new Judgement.Doubt(RefusalReason.OTHER_NODE, whose);
            case UNMARKED, DOUBT -> new Judgement.Doubt(RefusalReason.OTHER_NODE, evidence);
        };
    }

    private static Judgement elsewhereDead(Finding finding, Descendants.Found left, String evidence) {
        if (left.isEmpty()) {
            return new Judgement.Dead(evidence + ", and no process carries its id", finding.waitStatus(), false);
        }
        return left.ours().isEmpty()
                ? new Judgement.Doubt(
                        RefusalReason.OTHER_NODE, evidence + ", but " + Descendants.inItsSession(left.doubtful()))
                : new Judgement.Draining(
                        evidence + ", and left " + UnregisteredWorkers.pids(left.ours()) + " behind", left.ours());
    }

    private Judgement foreign(WorkerRow row, Finding finding) {
        if (!Detail.of(row).holdsLock()) {
            return new Judgement.Doubt(
                    RefusalReason.OTHER_NAMESPACE, finding.evidence() + " and was not seen to hold its lock");
        }
        AccountLocks.State lock = local.locks().state(row.account());
        if (lock == AccountLocks.State.ABSENT) {
            return new Judgement.Doubt(
                    RefusalReason.LOCK_UNREADABLE, finding.evidence() + " and its lock file is gone");
        }
        return lock == AccountLocks.State.BUSY
                ? new Judgement.Alive(finding.evidence() + " and its lock is held", false)
                : unlessLeftovers(row, finding, lock);
    }

    private Judgement unlessLeftovers(WorkerRow row, Finding finding, AccountLocks.State lock) {
        if (lock == AccountLocks.State.FAILED) {
            return new Judgement.Doubt(
                    RefusalReason.LOCK_UNREADABLE, finding.evidence() + " but its lock cannot be tried");
        }
        Descendants.Found left = local.descendants().of(row, List.of());
        if (!left.ours().isEmpty()) {
            return new Judgement.Draining(
                    finding.evidence() + " but left " + UnregisteredWorkers.pids(left.ours()) + " behind", left.ours());
        } else if (!left.doubtful().isEmpty()) {
            return new Judgement.Doubt(
                    RefusalReason.PROCESS_IN_DOUBT,
                    finding.evidence() + " but " + Descendants.inItsSession(left.doubtful()));
        }
        if (lock == AccountLocks.State.BUSY) {
            Descendants.Found holders = local.descendants().holders(row);
            return new Judgement.Draining(
                    finding.evidence() + " but its lock is still held" + Descendants.by(holders), holders.ours());
        }
        return new Judgement.Dead(finding.evidence() + ", its lock is free", finding.waitStatus(), false);
    }
}
