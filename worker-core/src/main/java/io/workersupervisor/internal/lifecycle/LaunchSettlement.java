package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.launch.LaunchRecords;
import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.liveness.Descendants;
import io.workersupervisor.internal.liveness.UnregisteredWorkers;
import io.workersupervisor.internal.machine.EnvironmentSearch.Marked;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.machine.ProcessProbe;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.spi.WorkerRow;
import java.util.List;
import java.util.Optional;

/**
 * Decides the fate of a launch whose row has no process recorded: STARTING, or STOPPING that came from it.
 *
 * <ol>
 *   <li>STARTING, and another boot than the starter's: over.
 *   <li>Raise the number in the lock file to the row's epoch, under the lock. From here on a launcher that wakes up late
 *       starts nothing.
 *   <li>The process of the birth record lives, and carries the worker id or has the lock open: it is the worker. It neither
 *       does nor is dead: in doubt, pending.
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
    /** The fate of a launch. */
    sealed interface Settled {}

    /** The worker runs. */
    record Found(ProcessIdentity identity) implements Settled {}

    /**
     * Nothing runs, nor can it from now on.
     *
     * @param nothingRan it is known that nothing ever ran
     * @param otherBoot the machine went down since
     */
    record Over(boolean nothingRan, boolean otherBoot, String evidence) implements Settled {}

    /**
     * It cannot be decided yet.
     *
     * @param left descendants of the worker, which has ended
     */
    record Pending(RefusalReason reason, String evidence, List<Marked> left) implements Settled {}

    Settled settle(WorkerRow row) {
        boolean otherBoot = row.state() == WorkerState.STARTING
                && Detail.of(row)
                        .actor()
                        .filter(actor -> context.local()
                                        .processes()
                                        .probe(actor.process())
                                        .kind()
                                == ProcessProbe.Kind.OTHER_BOOT)
                        .isPresent();
        if (otherBoot) {
            return new Over(false, true, "the machine was restarted since worker " + row.workerId() + " was claimed");
        }
        context.reached("fence");
        Launcher.FenceAnswer fence = context.launcher().raise(row.account(), row.epoch());
        context.reached("fenced");
        Optional<ProcessIdentity> born =
                context.local().records().birth(row.workerId()).map(LaunchRecords.Birth::identity);
        Optional<ProcessProbe.Finding> finding =
                born.map(process -> context.local().processes().probe(process, row.workerId()));
        Descendants.Found left = context.local().descendants().of(row, List.of());
        Optional<Settled> settled = finding.isEmpty() || finding.get().kind() == ProcessProbe.Kind.FOREIGN
                ? leader(left.ours()).map(Found::new)
                : byBirth(row.account(), born.orElseThrow(), finding.get());
        return settled.or(() -> byDescendants(row, left)).orElseGet(() -> byFence(row, fence, finding));
    }

    /** Step 3; empty if the process is dead. */
    private Optional<Settled> byBirth(AccountId account, ProcessIdentity born, ProcessProbe.Finding finding) {
        return switch (finding.kind()) {
            case ALIVE -> Optional.of(new Found(born));
            case UNMARKED ->
                Optional.of(
                        context.local().locks().isOpenIn(born.pid(), account)
                                ? new Found(born)
                                : inDoubt(finding.evidence()));
            case DOUBT -> Optional.of(inDoubt(finding.evidence()));
            case DEAD, OTHER_BOOT, FOREIGN -> Optional.empty();
        };
    }

    private static Pending inDoubt(String evidence) {
        return new Pending(RefusalReason.PROCESS_IN_DOUBT, evidence, List.of());
    }

    private static Optional<Settled> byDescendants(WorkerRow row, Descendants.Found left) {
        if (!left.ours().isEmpty()) {
            return Optional.of(new Pending(
                    RefusalReason.DESCENDANTS_LEFT,
                    "worker " + row.workerId() + " has ended and left " + UnregisteredWorkers.pids(left.ours())
                            + " behind",
                    left.ours()));
        }
        return left.doubtful().isEmpty()
                ? Optional.empty()
                : Optional.of(inDoubt(
                        "worker " + row.workerId() + " has ended but " + Descendants.inItsSession(left.doubtful())));
    }

    private Settled byFence(WorkerRow row, Launcher.FenceAnswer fence, Optional<ProcessProbe.Finding> born) {
        if (fence instanceof Launcher.FenceAnswer.Raised raised) {
            boolean nothingRan = raised.before() < row.epoch() && born.isEmpty();
            return new Over(
                    nothingRan,
                    false,
                    nothingRan
                            ? "the launch of epoch " + row.epoch() + " was not admitted, and from now on it cannot be"
                            : "no process carries worker id " + row.workerId() + " and its lock is free");
        } else if (fence instanceof Launcher.FenceAnswer.NotRaised failed) {
            return new Pending(
                    RefusalReason.LOCK_UNREADABLE, "the fence could not be raised: " + failed.error(), List.of());
        } else if (born.filter(finding -> finding.kind() == ProcessProbe.Kind.DEAD)
                .isPresent()) {
            Descendants.Found holders = context.local().descendants().holders(row);
            return new Pending(
                    holders.ours().isEmpty() ? RefusalReason.LOCK_HELD : RefusalReason.DESCENDANTS_LEFT,
                    "worker " + row.workerId() + " has ended but its lock is still held" + Descendants.by(holders),
                    holders.ours());
        }
        return new Pending(
                RefusalReason.STARTING,
                "the lock of account " + row.account() + " is held and no worker is found yet",
                List.of());
    }

    private Optional<ProcessIdentity> leader(List<Marked> marked) {
        return marked.stream().filter(Marked::leads).findFirst().map(context.local()::identity);
    }
}
