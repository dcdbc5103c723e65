package io.workersupervisor.internal.machine;

import java.time.Instant;

/**
 * What proves that a process number still means the same process.
 *
 * <p>On Linux a process is its number, its start tick (field 22 of {@code /proc/PID/stat}), the boot it lives in and the
 * pid and time namespaces in which both numbers were read. Elsewhere the start instant takes the place of the tick; it
 * moves with the wall clock and is the weaker proof. Immutable.
 *
 * @param pid the process number, above 0
 * @param startTicks the start tick in hundredths of a second since boot, 0 where the system has none
 * @param startMillis the start instant in epoch milliseconds where there is no tick, else 0
 * @param bootId the boot, empty where the system names none
 * @param pidNamespace the pid namespace, empty where the system has none
 * @param timeNamespace the time namespace, empty where the system has none
 */
public record ProcessIdentity(
        long pid, long startTicks, long startMillis, String bootId, String pidNamespace, String timeNamespace) {
    /**
     * Checks the bounds.
     *
     * @param pid the process number, above 0
     * @param startTicks the start tick in hundredths of a second since boot, 0 where the system has none
     * @param startMillis the start instant in epoch milliseconds where there is no tick, else 0
     * @param bootId the boot, empty where the system names none
     * @param pidNamespace the pid namespace, empty where the system has none
     * @param timeNamespace the time namespace, empty where the system has none
     */
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
