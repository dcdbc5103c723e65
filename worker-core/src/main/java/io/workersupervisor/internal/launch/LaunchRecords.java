package io.workersupervisor.internal.launch;

import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.ResourceUsage;
import io.workersupervisor.internal.machine.ProcessIdentity;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The records that launch paths made of workers' births and ends, whether or not a host ran. Methods block for reading
 * files, and throw {@link DataDirectoryException} where these cannot be read. Thread-safe.
 */
public interface LaunchRecords {
    /** The birth of a worker that got as far as its own process; a damaged record is none. */
    Optional<Birth> birth(String workerId);

    /** The end of a worker, if it is recorded by now. */
    Optional<Exit> exit(String workerId);

    /** The end of a worker that is dead and whose lock is free; waits for a record that is still on its way. */
    default Optional<Exit> lastExit(String workerId) {
        return exit(workerId);
    }

    /** The worker ids of all records that are not acknowledged; living workers are among them. */
    List<String> workers();

    /** Deletes the records of a worker whose report is filed, and the files that it wrote beside them. */
    void acknowledge(String workerId);

    /** A worker that got as far as its own process; {@code account} is a file name, the launcher waits for the process. */
    record Birth(String workerId, String account, long epoch, ProcessIdentity identity, long launcherPid) {
        /**
         * Reads the words of a record: a mark, worker, account, epoch, boot, namespaces, pid and ticks, {@code -} for none;
         * {@link IllegalArgumentException} or {@link IndexOutOfBoundsException} where it is damaged.
         */
        public static Birth of(String[] words, long launcherPid) {
            long pid = Long.parseLong(words[7]);
            long ticks = Long.parseLong(words[8]);
            ProcessIdentity identity = new ProcessIdentity(
                    pid,
                    ticks,
                    ticks == 0 ? ProcessIdentity.startMillis(pid) : 0,
                    text(words[4]),
                    text(words[5]),
                    text(words[6]));
            return new Birth(words[1], words[2], Long.parseLong(words[3]), identity, launcherPid);
        }

        private static String text(String word) {
            return word.equals("-") ? "" : word;
        }
    }

    /**
     * A worker's end as its launch path saw it.
     *
     * @param at when the end was recorded
     * @param evidence further observations, a sentence each
     * @param usage empty where the launch path cannot tell
     * @param outOfMemory whether the kernel killed something for want of memory while the worker ran; empty where the launch
     *     path cannot tell
     * @param signalled the last signal that a host of ours sent, 0 for none or where the launch path cannot tell
     * @param nothingLeft whether it is known that no descendant lived on
     */
    record Exit(
            ExitStatus status,
            Instant at,
            List<String> evidence,
            Optional<ResourceUsage> usage,
            Optional<Boolean> outOfMemory,
            int signalled,
            boolean nothingLeft) {
        public static Exit of(ExitStatus status, Instant at) {
            return new Exit(status, at, List.of(), Optional.empty(), Optional.empty(), 0, false);
        }
    }
}
