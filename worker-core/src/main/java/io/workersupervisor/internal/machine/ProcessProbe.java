package io.workersupervisor.internal.machine;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongPredicate;

/**
 * Judges one process by its identity alone, without the lock.
 *
 * <ol>
 *   <li>Another boot: dead.
 *   <li>Recorded in another pid or time namespace: its numbers mean nothing here.
 *   <li>No entry in {@code /proc}: dead if {@code /proc} is complete; where it hides processes, dead only if
 *       {@code kill -0} says that there is no such process.
 *   <li>Another start tick: the number was recycled, dead.
 *   <li>Zombie with no other thread: dead, and its wait status may be readable.
 *   <li>The environment names another worker id, or none: unmarked, as a process may overwrite it; its launcher may
 *       vouch for it.
 *   <li>Else alive.
 * </ol>
 *
 * @param isAbsent asks the kernel without {@code /proc}: true only if it says that there is no such process
 */
public record ProcessProbe(ProcFs proc, Kernel kernel, LongPredicate isAbsent) {
    /** The result of a probe, with its evidence in words, and a zombie's wait status where it could be read. */
    public record Finding(Kind kind, String evidence, OptionalInt waitStatus) {
        /** True if the recorded process itself was found running, whatever its environment says. */
        public boolean runs() {
            return kind == Kind.ALIVE || kind == Kind.UNMARKED;
        }

        Finding(Kind kind, String evidence) {
            this(kind, evidence, OptionalInt.empty());
        }
    }

    /** The kinds of finding. */
    public enum Kind {
        ALIVE,
        DEAD,
        /** Dead with the whole machine: nothing of it can be left. */
        OTHER_BOOT,
        /** Alive in another namespace, if at all. */
        FOREIGN,
        /** Running, with an environment that does not name the worker. */
        UNMARKED,
        DOUBT
    }

    /** Judges a worker's process, which names its worker id in its environment. */
    public Finding probe(ProcessIdentity identity, String workerId) {
        return probe(identity, Optional.of(workerId));
    }

    /** Judges any process. */
    public Finding probe(ProcessIdentity identity) {
        return probe(identity, Optional.empty());
    }

    private Finding probe(ProcessIdentity identity, Optional<String> workerId) {
        String who = "pid " + identity.pid();
        if (!identity.bootId().equals(kernel.bootId())) {
            return new Finding(Kind.OTHER_BOOT, "the machine was restarted since " + who + " was recorded");
        }
        if (!kernel.isInTheseNamespaces(identity)) {
            return new Finding(Kind.FOREIGN, who + " was recorded in another pid or time namespace (container)");
        }
        if (identity.startTicks() == 0) {
            return byStartInstant(identity, who);
        }
        Optional<ProcFs.Stat> stat = proc.stat(identity.pid());
        if (stat.isEmpty()) {
            return absent(identity.pid(), who);
        }
        if (stat.get().startTicks() != identity.startTicks()) {
            return new Finding(
                    Kind.DEAD,
                    who + " is another process now: start tick " + stat.get().startTicks() + ", recorded was "
                            + identity.startTicks());
        }
        if (stat.get().isDead()) {
            int status = stat.get().waitStatus();
            return new Finding(
                    Kind.DEAD,
                    who + " has ended and waits to be reaped by its parent",
                    status == 0 ? OptionalInt.empty() : OptionalInt.of(status));
        }
        return workerId.isEmpty() || isMarked(identity.pid(), workerId.get())
                ? new Finding(Kind.ALIVE, who + " runs")
                : new Finding(
                        Kind.UNMARKED,
                        who + " runs since the recorded tick but its environment does not name worker "
                                + workerId.get());
    }

    private boolean isMarked(long pid, String workerId) {
        Optional<String> environment = proc.environment(pid);
        return environment.isEmpty()
                || environment.get().length() <= 1
                || environment.get().contains("\0WORKER_ID=" + workerId + "\0")
                // Between fork and exec it is still a copy of its launcher, which was given the id as a word.
                || proc.commandLine(pid).contains("\0" + workerId + "\0");
    }

    private Finding absent(long pid, String who) {
        if (proc.isComplete()) {
            return proc.isAbsent(pid)
                    ? new Finding(Kind.DEAD, who + " does not exist")
                    : new Finding(Kind.DOUBT, who + " has an entry in /proc that cannot be read");
        }
        return isAbsent.test(pid)
                ? new Finding(Kind.DEAD, who + " does not exist (asked by signal, /proc hides processes)")
                : new Finding(
                        Kind.DOUBT,
                        who + " may exist: /proc hides processes of this user (mount option hidepid),"
                                + " remount it without");
    }

    /** Judges without ticks: the start instant moves with the wall clock, so a difference proves nothing. */
    private static Finding byStartInstant(ProcessIdentity identity, String who) {
        Optional<ProcessHandle> process = ProcessHandle.of(identity.pid()).filter(ProcessHandle::isAlive);
        if (process.isEmpty()) {
            return new Finding(Kind.DEAD, who + " does not exist");
        }
        Optional<Instant> start = process.get().info().startInstant();
        boolean same = start.isPresent() && Math.abs(start.get().toEpochMilli() - identity.startMillis()) <= 2_000;
        return same
                ? new Finding(Kind.ALIVE, who + " runs since the recorded instant")
                : new Finding(Kind.DOUBT, who + " runs but its start instant is not the recorded one");
    }
}
