package io.workersupervisor.internal.liveness;

import io.workersupervisor.Liveness;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.machine.ProcessProbe.Finding;
import io.workersupervisor.internal.machine.ProcessProbe.Kind;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.spi.WorkerRow;
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
 *   <li>The process lives: alive, whatever the lock says; where its environment does not name the worker, only if its
 *       launcher vouches for it: by the lock that it inherited, by its birth record, or as its parent that holds the lock.
 *   <li>Recorded in another pid or time namespace: only a worker that was seen to hold the lock itself can be judged;
 *       lock busy is alive, lock free goes on with step 6.
 *   <li>The process is dead and the lock is busy: it drains; its launcher writes the exit record, or descendants hold the
 *       lock.
 *   <li>The process is dead and the lock is free: dead if no descendant of it lives ({@link Descendants}), else it drains;
 *       doubt where something lives in what was its session and nothing shows whose it is. Where this host cannot try the
 *       lock, the exit record takes its place: a start needs the lock anyway.
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
        String evidence = "the end of " + whose + " was observed, its lock is free";
        return unlessDoubted(row, Judgement.Dead.of(evidence, OptionalInt.empty()));
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
        return judgement instanceof Judgement.Doubt
                ? judgement
                : application
                        .flatMap(probe -> probe.doubt(row))
                        .<Judgement>map(evidence -> new Judgement.Doubt(RefusalReason.PROBE_IN_DOUBT, evidence))
                        .orElse(judgement);
    }

    private Judgement byMachine(WorkerRow row) {
        boolean here = row.node().equals(node);
        String whose = "worker " + row.workerId() + " belongs to node " + row.node()
                + Detail.of(row).machine().map(name -> " on machine " + name).orElse("") + ", which started it at "
                + row.startedAt();
        Optional<ProcessIdentity> recorded = Detail.identityOf(row)
                .filter(process -> here || !process.bootId().isEmpty());
        if (recorded.isEmpty()) {
            return here
                    ? new Judgement.Doubt(
                            RefusalReason.STARTING, "no process is recorded yet for worker " + row.workerId())
                    : new Judgement.Doubt(RefusalReason.OTHER_NODE, whose);
        }
        ProcessIdentity process = recorded.get();
        Finding finding = local.probe(process, row);
        return here ? here(row, process, finding) : elsewhere(row, process, finding, whose);
    }

    private Judgement here(WorkerRow row, ProcessIdentity process, Finding finding) {
        return switch (finding.kind()) {
            case OTHER_BOOT -> Judgement.Dead.ofOtherBoot(finding.evidence());
            case ALIVE -> new Judgement.Alive(process, finding.evidence(), true);
            case UNMARKED, DOUBT -> new Judgement.Doubt(RefusalReason.PROCESS_IN_DOUBT, finding.evidence());
            case FOREIGN -> foreign(row, process, finding);
            case DEAD -> unlessLeftovers(row, finding, local.locks().state(row.account()));
        };
    }

    private Judgement elsewhere(WorkerRow row, ProcessIdentity process, Finding finding, String whose) {
        String evidence = finding.evidence() + ", " + whose;
        return switch (finding.kind()) {
            case ALIVE -> new Judgement.Alive(process, evidence, true);
            case DEAD ->
                local.descendants()
                        .of(row)
                        .judged(evidence, RefusalReason.OTHER_NODE)
                        .orElseGet(() ->
                                Judgement.Dead.of(evidence + ", and no process carries its id", finding.waitStatus()));
            case OTHER_BOOT, FOREIGN -> new Judgement.Doubt(RefusalReason.OTHER_NODE, whose);
            case UNMARKED, DOUBT -> new Judgement.Doubt(RefusalReason.OTHER_NODE, evidence);
        };
    }

    private Judgement foreign(WorkerRow row, ProcessIdentity process, Finding finding) {
        if (!Detail.of(row).holdsLock()) {
            return new Judgement.Doubt(
                    RefusalReason.OTHER_NAMESPACE, finding.evidence() + " and was not seen to hold its lock");
        }
        AccountLocks.State lock = local.locks().state(row.account());
        return switch (lock) {
            case ABSENT ->
                new Judgement.Doubt(RefusalReason.LOCK_UNREADABLE, finding.evidence() + " and its lock file is gone");
            case BUSY -> new Judgement.Alive(process, finding.evidence() + " and its lock is held", false);
            case FREE, FAILED -> unlessLeftovers(row, finding, lock);
        };
    }

    private Judgement unlessLeftovers(WorkerRow row, Finding finding, AccountLocks.State lock) {
        boolean untried = lock == AccountLocks.State.FAILED;
        if (untried
                && (finding.kind() != Kind.DEAD
                        || local.records().exit(row.workerId()).isEmpty())) {
            return new Judgement.Doubt(
                    RefusalReason.LOCK_UNREADABLE, finding.evidence() + " but its lock cannot be tried");
        }
        Descendants descendants = local.descendants();
        String free =
                untried ? ", its launcher has recorded its end, and its lock cannot be tried" : ", its lock is free";
        return descendants
                .of(row)
                .judged(finding.evidence(), RefusalReason.PROCESS_IN_DOUBT)
                .orElseGet(() -> lock == AccountLocks.State.BUSY
                        ? descendants.stillHeld(row, finding.evidence())
                        : Judgement.Dead.of(finding.evidence() + free, finding.waitStatus()));
    }
}
