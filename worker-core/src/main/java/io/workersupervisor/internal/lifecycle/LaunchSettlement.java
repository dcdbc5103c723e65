package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.ExitStatus;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.launch.LaunchRecords;
import io.workersupervisor.internal.launch.Launcher.FenceAnswer;
import io.workersupervisor.internal.liveness.Descendants;
import io.workersupervisor.internal.liveness.Judgement;
import io.workersupervisor.internal.liveness.LocalEvidence;
import io.workersupervisor.internal.machine.EnvironmentSearch.Marked;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.machine.ProcessProbe.Finding;
import io.workersupervisor.internal.machine.ProcessProbe.Kind;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.spi.WorkerRow;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Decides the fate of a launch whose row has no process recorded: STARTING, or STOPPING that came from it.
 *
 * <ol>
 *   <li>STARTING, and another boot than the starter's: over.
 *   <li>Raise the number in the lock file to the row's epoch, under the lock. From here on a launcher that wakes up late
 *       starts nothing.
 *   <li>The process of the birth record lives: it is the worker. It can be proved neither alive nor dead: in doubt.
 *   <li>No birth record, or one from another namespace: the worker is the group leader that carries the worker id.
 *   <li>Descendants live: pending.
 *   <li>The fence was raised, so nobody holds the lock: over. If the number was below the epoch before, the launch was never
 *       admitted and nothing ran.
 *   <li>The lock is held: the launch is on its way, or a stranger or a descendant has the lock: pending.
 * </ol>
 *
 * A crash between the steps leaves a raised number, which harms nobody: the row's epoch can only be used once.
 */
record LaunchSettlement(ProtocolContext context) {
    /** Judges the worker of any row of this node; one without a recorded process is settled. */
    Judgement judge(WorkerRow row) {
        if (Detail.identityOf(row).isEmpty()) {
            return settle(row);
        }
        return row.isToEnd() ? context.judge().judgeToEnd(row) : context.judge().judge(row);
    }

    Judgement settle(WorkerRow row) {
        LocalEvidence local = context.local();
        if (row.state() == WorkerState.STARTING && isOfOtherBoot(row)) {
            return Judgement.Dead.ofOtherBoot(
                    "the machine was restarted since worker " + row.workerId() + " was claimed");
        }
        context.reached("fence");
        FenceAnswer fence = context.launcher().raise(row.account(), row.epoch());
        context.reached("fenced");
        Optional<ProcessIdentity> born = local.records().birth(row.workerId()).map(LaunchRecords.Birth::identity);
        Optional<Finding> finding = born.map(process -> local.probe(process, row));
        Descendants.Found left = local.descendants().of(row);
        return byProcess(born, finding, left)
                .or(() -> left.judged("worker " + row.workerId() + " has ended", RefusalReason.PROCESS_IN_DOUBT))
                .orElseGet(() -> byFence(row, fence, finding));
    }

    private boolean isOfOtherBoot(WorkerRow row) {
        return Detail.of(row)
                .actor()
                .filter(actor ->
                        context.local().processes().probe(actor.process()).kind() == Kind.OTHER_BOOT)
                .isPresent();
    }

    /** Steps 3 and 4; empty if no process of the worker is found. */
    private Optional<Judgement> byProcess(
            Optional<ProcessIdentity> born, Optional<Finding> finding, Descendants.Found left) {
        Kind kind = finding.map(Finding::kind).orElse(Kind.FOREIGN);
        return switch (kind) {
            case ALIVE -> born.map(LaunchSettlement::found);
            case UNMARKED, DOUBT ->
                finding.map(Finding::evidence)
                        .map(evidence -> new Judgement.Doubt(RefusalReason.PROCESS_IN_DOUBT, evidence));
            case FOREIGN ->
                left.ours().stream()
                        .filter(Marked::leads)
                        .findFirst()
                        .map(context.local()::identity)
                        .map(LaunchSettlement::found);
            case DEAD, OTHER_BOOT -> Optional.empty();
        };
    }

    private static Judgement found(ProcessIdentity process) {
        return new Judgement.Alive(process, "pid " + process.pid() + " was found running", true);
    }

    /** Steps 6 and 7. */
    private Judgement byFence(WorkerRow row, FenceAnswer fence, Optional<Finding> born) {
        if (fence instanceof FenceAnswer.Raised raised) {
            return raised.before() < row.epoch() && born.isEmpty()
                    ? new Judgement.Dead(
                            "the launch of epoch " + row.epoch() + " was not admitted, and from now on it cannot be",
                            new ExitStatus.NeverRan(),
                            false)
                    : Judgement.Dead.of(
                            "no process carries worker id " + row.workerId() + " and its lock is free",
                            OptionalInt.empty());
        } else if (fence instanceof FenceAnswer.NotRaised failed) {
            return pending(RefusalReason.LOCK_UNREADABLE, "the fence could not be raised: " + failed.error());
        }
        return born.filter(finding -> finding.kind() == Kind.DEAD).isPresent()
                ? context.local().descendants().stillHeld(row, "worker " + row.workerId() + " has ended")
                : pending(
                        RefusalReason.STARTING,
                        "the lock of account " + row.account() + " is held and no worker is found yet");
    }

    private static Judgement pending(RefusalReason reason, String evidence) {
        return new Judgement.Pending(reason, evidence, List.of());
    }
}
