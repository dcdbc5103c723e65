package io.workersupervisor.internal.liveness;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.launch.LaunchRecords;
import io.workersupervisor.internal.launch.keeper.KeeperConnections;
import io.workersupervisor.internal.machine.EnvironmentSearch.Marked;
import io.workersupervisor.internal.machine.ProcFs;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.spi.WorkerRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Finds the living descendants of a worker, however they hide.
 *
 * <ol>
 *   <li>A keeper that saw the worker end, and had no orphan then, has recorded that nothing is left.
 *   <li>A process that carries the worker id in its environment is a descendant.
 *   <li>A process in the worker's session is one, too, where that session is provably the worker's: the worker itself is
 *       still in the process table, or one in the session carries the id, has the worker's log or the account's lock file
 *       open, or was born there before the worker was last seen alive, as a session is inherited at birth. A number in use
 *       as a session is given to no new process, but once all of a session is gone, another program may get it; hence,
 *       without such a proof, doubt.
 *   <li>Asked for only where the lock is held and nobody else was found: a process that has inherited the lock itself, since
 *       a lock belongs to one launch, and the number in its file tells which.
 * </ol>
 */
public record Descendants(LocalEvidence local) {
    /** In start ticks: launchers, fences and probes that are just passing hold a lock for less. */
    private static final long PASSING = 100;

    /** {@code ours} are provably descendants and may be signalled; the doubtful ones may be descendants. */
    public record Found(List<Marked> ours, List<Marked> doubtful) {
        public boolean isEmpty() {
            return ours.isEmpty() && doubtful.isEmpty();
        }

        /** The verdict on a worker that has ended; empty if it left nobody. */
        public Optional<Judgement> judged(String ended, RefusalReason inDoubt) {
            if (!ours.isEmpty()) {
                String evidence = ended + " but left " + UnregisteredWorkers.pids(ours) + " behind";
                return Optional.of(new Judgement.Pending(RefusalReason.DESCENDANTS_LEFT, evidence, ours));
            }
            return doubtful.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Judgement.Doubt(
                            inDoubt,
                            ended + " but " + UnregisteredWorkers.pids(doubtful)
                                    + " runs in the former session of the worker, and nothing shows whether the worker"
                                    + " started it"));
        }
    }

    /** The moment {@link #now} of a worker that nobody has looked at, or that was not seen alive. */
    public static final long NEVER = 0;

    /** Finds all that live, and the worker itself where it carries its mark. */
    public Found of(WorkerRow row) {
        return of(row, NEVER);
    }

    /**
     * As {@link #of(WorkerRow)}, for one who read {@link #now} before he saw the worker, or a process of its session that is
     * proven to be its descendant, alive.
     */
    public Found of(WorkerRow row, long aliveAt) {
        if (local.records()
                .exit(row.workerId())
                .filter(LaunchRecords.Exit::nothingLeft)
                .isPresent()) {
            return new Found(List.of(), List.of());
        }
        List<Marked> marked =
                local.search().ofWorker(row.workerId(), Detail.of(row).bornAfter());
        Optional<ProcessIdentity> worker = worker(row);
        List<ProcFs.Stat> session = worker.map(this::session).orElse(List.of());
        List<Marked> unmarked = session.stream()
                .filter(stat -> !isIn(marked, stat))
                .map(stat -> unmarked(row, stat))
                .toList();
        Optional<ProcFs.Stat> leader = worker.flatMap(known -> local.proc().stat(known.pid()));
        boolean reused = leader.isPresent()
                && leader.get().startTicks() != worker.orElseThrow().startTicks();
        if (unmarked.isEmpty() || reused) {
            return new Found(marked, List.of());
        }
        boolean proven = leader.isPresent()
                || session.stream()
                        .anyMatch(stat -> stat.startTicks() < aliveAt || isIn(marked, stat) || hasFiles(row, stat));
        return proven
                ? new Found(Stream.concat(marked.stream(), unmarked.stream()).toList(), List.of())
                : new Found(marked, unmarked);
    }

    /** This moment, in start ticks; {@link #NEVER} where the system has none. */
    public long now() {
        return local.proc().uptimeTicks();
    }

    /** True if a descendant is still in the worker's session; its groups hold nobody else then. */
    public boolean isInSession(WorkerRow row, Marked descendant) {
        return worker(row)
                .filter(worker -> descendant.stat().session() == worker.pid()
                        && descendant.stat().startTicks() >= worker.startTicks())
                .isPresent();
    }

    /** Finds the holders of the account's lock when its launcher is gone; none while the launcher is about to let go. */
    private Found holders(WorkerRow row) {
        Optional<LaunchRecords.Birth> birth = local.records().birth(row.workerId());
        if (birth.filter(this::isLauncherAlive).isPresent()) {
            return new Found(List.of(), List.of());
        }
        List<ProcFs.Stat> holding = holding(pid -> local.proc().holdsLock(pid, lock(row.account())));
        // Read after them: a launch of another worker raises it first.
        boolean admitted = isAdmitted(row);
        Optional<ProcessIdentity> worker = worker(row);
        List<Marked> ours = new ArrayList<>();
        List<Marked> doubtful = new ArrayList<>();
        for (ProcFs.Stat stat : holding) {
            boolean inherited = admitted
                    && birth.filter(known -> known.launcherPid() != stat.pid()).isPresent()
                    && worker.filter(known -> stat.startTicks() >= known.startTicks())
                            .isPresent()
                    && local.proc().uptimeTicks() - stat.startTicks() > PASSING
                    && !local.proc().environment(stat.pid()).orElse("").contains("\0WORKER_ID=");
            (inherited ? ours : doubtful).add(unmarked(row, stat));
        }
        return new Found(ours, doubtful);
    }

    /** The holders of an account's lock, or those that have its file open, in words; empty if nobody can be seen. */
    public String holders(AccountId account) {
        List<ProcFs.Stat> holding = holding(pid -> local.proc().holdsLock(pid, lock(account)));
        return String.join(
                ", ",
                (holding.isEmpty() ? holding(pid -> local.locks().isOpenIn(pid, account)) : holding)
                        .stream().map(stat -> "pid " + stat.pid()).toList());
    }

    /** The verdict on a worker that has ended while its lock is held, and left nobody that was found otherwise. */
    public Judgement.Pending stillHeld(WorkerRow row, String ended) {
        Found holders = holders(row);
        List<Marked> all = Stream.concat(holders.ours().stream(), holders.doubtful().stream())
                .toList();
        return new Judgement.Pending(
                holders.ours().isEmpty() ? RefusalReason.LOCK_HELD : RefusalReason.DESCENDANTS_LEFT,
                ended + " but its lock is still held" + (all.isEmpty() ? "" : " by " + UnregisteredWorkers.pids(all)),
                holders.ours());
    }

    private List<ProcFs.Stat> holding(Predicate<Long> holds) {
        long self = ProcessHandle.current().pid();
        return local.proc().processes().stream()
                .filter(pid -> pid != self)
                .filter(holds)
                .flatMap(pid -> local.proc().stat(pid).stream())
                .filter(stat -> !stat.isDead())
                .toList();
    }

    /** The process of a worker, by its row or by what its launcher recorded; empty if its numbers mean nothing here. */
    private Optional<ProcessIdentity> worker(WorkerRow row) {
        return Detail.identityOf(row)
                .or(() -> local.records().birth(row.workerId()).map(LaunchRecords.Birth::identity))
                .filter(this::isHere);
    }

    private boolean isHere(ProcessIdentity identity) {
        return identity.startTicks() > 0 && local.machine().isHere(identity);
    }

    private List<ProcFs.Stat> session(ProcessIdentity worker) {
        return local.proc().table().stream()
                .filter(stat -> stat.pid() != worker.pid())
                .filter(stat ->
                        stat.session() == worker.pid() && stat.startTicks() >= worker.startTicks() && !stat.isDead())
                .toList();
    }

    private boolean hasFiles(WorkerRow row, ProcFs.Stat stat) {
        return local.locks().isOpenIn(stat.pid(), row.account())
                || Detail.of(row)
                        .log()
                        .filter(log -> local.proc()
                                .hasOpen(stat.pid(), local.data().path().resolve(log)))
                        .isPresent();
    }

    private boolean isLauncherAlive(LaunchRecords.Birth birth) {
        return local.proc().commandLine(birth.launcherPid()).contains("\0" + birth.workerId() + "\0")
                || (local.records().exit(birth.workerId()).isEmpty()
                        && KeeperConnections.isKeeper(local.proc(), birth.launcherPid()));
    }

    private boolean isAdmitted(WorkerRow row) {
        try {
            return local.locks().admitted(row.account()) == row.epoch();
        } catch (DataDirectoryException damaged) {
            return false;
        }
    }

    private Path lock(AccountId account) {
        return Layout.lockFile(local.data(), account);
    }

    private static boolean isIn(List<Marked> known, ProcFs.Stat stat) {
        return known.stream()
                .map(Marked::stat)
                .anyMatch(one -> one.pid() == stat.pid() && one.startTicks() == stat.startTicks());
    }

    private static Marked unmarked(WorkerRow row, ProcFs.Stat stat) {
        return new Marked(stat, row.account().toString(), row.workerId(), row.epoch(), "");
    }
}
