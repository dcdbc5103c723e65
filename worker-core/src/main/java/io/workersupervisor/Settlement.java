package io.workersupervisor;

import java.util.List;
import java.util.Optional;

/**
 * Decides what became of a launch whose row has no process recorded: STARTING, or STOPPING that came from it.
 *
 * <ol>
 *   <li>STARTING, and another boot than the starter's: over.
 *   <li>Raise the number in the lock file to the row's epoch, under the lock. From here on a launcher that wakes up late
 *       starts nothing.
 *   <li>Raised: nobody holds the lock. A process that carries the worker id is the worker, which let go of it; none: over.
 *       If the number was below the epoch before, the launch was never admitted and nothing ran.
 *   <li>Held: the worker is the process of the birth record, or the one that carries the worker id. None yet: the launch
 *       is on its way, or a stranger or a descendant has the lock: pending.
 * </ol>
 *
 * A crash between the steps leaves a raised number, which harms nobody: the row's epoch can only be used once.
 */
final class Settlement {
    private final Context context;

    Settlement(Context context) {
        this.context = context;
    }

    /** What became of the launch. */
    sealed interface Settled {}

    /**
     * The worker runs.
     *
     * @param identity its process
     */
    record Found(ProcessIdentity identity) implements Settled {}

    /**
     * Nothing runs, nor can it from now on.
     *
     * @param nothingRan whether it is known that nothing ever ran
     * @param otherBoot whether the machine went down since
     * @param evidence in words
     */
    record Over(boolean nothingRan, boolean otherBoot, String evidence) implements Settled {}

    /**
     * Not to be told yet.
     *
     * @param reason the kind of doubt
     * @param evidence in words
     * @param left processes that carry the worker id without being the worker
     */
    record Pending(RefusalReason reason, String evidence, List<EnvironmentSearch.Marked> left) implements Settled {}

    Settled settle(WorkerRow row) {
        boolean otherBoot = row.state() == WorkerState.STARTING
                && row.detail()
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
        context.steps().reached("fence");
        Launcher.FenceAnswer fence = context.launcher().raise(row.account(), row.epoch());
        context.steps().reached("fenced");
        Optional<LaunchRecords.Birth> birth = context.local().records().birth(row.workerId());
        List<EnvironmentSearch.Marked> marked =
                context.local().search().ofWorker(row.workerId(), row.detail().bornAfter());
        Optional<ProcessIdentity> worker = birth.map(LaunchRecords.Birth::identity)
                .filter(born -> isAlive(row.account(), born, row.workerId()))
                .or(() -> leader(marked));
        if (worker.isPresent()) {
            return new Found(worker.get());
        }
        if (!marked.isEmpty()) {
            return new Pending(
                    RefusalReason.DESCENDANTS_LEFT,
                    "worker " + row.workerId() + " has ended and left " + Unregistered.pids(marked) + " behind",
                    marked);
        }
        if (fence instanceof Launcher.FenceAnswer.Raised raised) {
            boolean nothingRan = raised.before() < row.epoch() && birth.isEmpty();
            return new Over(
                    nothingRan,
                    false,
                    nothingRan
                            ? "the launch of epoch " + row.epoch() + " was never admitted and cannot be any more"
                            : "no process carries worker id " + row.workerId() + " and its lock is free");
        }
        return fence instanceof Launcher.FenceAnswer.NotRaised failed
                ? new Pending(RefusalReason.LOCK_UNREADABLE, "the fence could not be raised: " + failed.error(), marked)
                : new Pending(
                        RefusalReason.STARTING,
                        "the lock of account " + row.account() + " is held and no worker is found yet",
                        marked);
    }

    private boolean isAlive(AccountId account, ProcessIdentity born, String workerId) {
        ProcessProbe.Finding finding = context.local().processes().probe(born, workerId);
        return finding.kind() == ProcessProbe.Kind.ALIVE
                || (finding.runs() && context.local().locks().isOpenIn(born.pid(), account));
    }

    private Optional<ProcessIdentity> leader(List<EnvironmentSearch.Marked> marked) {
        return marked.stream()
                .filter(EnvironmentSearch.Marked::leads)
                .findFirst()
                .map(this::identity);
    }

    ProcessIdentity identity(EnvironmentSearch.Marked marked) {
        Machine machine = context.local().machine();
        return new ProcessIdentity(
                marked.stat().pid(),
                marked.stat().startTicks(),
                0,
                machine.bootId(),
                machine.pidNamespace(),
                machine.timeNamespace());
    }
}
