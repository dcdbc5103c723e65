package io.workersupervisor.internal.machine;

import java.time.Instant;

/**
 * The proof that a process number still means the same process.
 *
 * <p>On Linux a process is its number, its start tick (field 22 of {@code /proc/PID/stat}), the boot it lives in and the
 * pid and time namespaces in which both numbers were read. Elsewhere the start instant takes the place of the tick; it
 * moves with the wall clock and is the weaker proof. Of the tick, in hundredths of a second since boot, and the instant, in
 * epoch milliseconds, one is 0; texts are empty where the system has no such thing. Immutable.
 */
public record ProcessIdentity(
        long pid, long startTicks, long startMillis, String bootId, String pidNamespace, String timeNamespace) {
    public ProcessIdentity {
        if (pid <= 0) {
            throw new IllegalArgumentException("pid must be above 0, was " + pid);
        }
    }

    /** The start instant of a living process where there are no ticks, 0 if it is gone. */
    public static long startMillis(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().startInstant())
                .map(Instant::toEpochMilli)
                .orElse(0L);
    }
}
