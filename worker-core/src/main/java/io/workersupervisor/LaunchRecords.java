package io.workersupervisor;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What launch paths recorded of workers' births and ends, whether or not a host ran. Methods block for reading files, and
 * throw {@link DataDirectoryException} where those cannot be read. Thread-safe.
 */
interface LaunchRecords {
    /** The birth of a worker that got as far as its own process; a damaged record is none. */
    Optional<Birth> birth(String workerId);

    /** The end of a worker. Its record is there before its lock is free. */
    Optional<Exit> exit(String workerId);

    /** The worker ids of all records that are not acknowledged, those of living workers among them. */
    List<String> workers();

    /** Lets go of the records of a worker whose report is filed. */
    void acknowledge(String workerId);

    /**
     * A worker that got as far as its own process.
     *
     * @param workerId the worker
     * @param account the file name of its account
     * @param epoch its epoch
     * @param identity its process
     * @param launcherPid the process that waits for it
     */
    record Birth(String workerId, String account, long epoch, ProcessIdentity identity, long launcherPid) {}

    /**
     * A worker's end as its launch path saw it.
     *
     * @param status how it ended
     * @param at when that was recorded
     * @param evidence what else was seen, a sentence each
     * @param usage what it used, where the launch path can tell
     * @param outOfMemory whether the kernel killed something for want of memory while it ran
     * @param signalled the last signal that a host of ours sent, 0 for none or where the launch path cannot tell
     */
    record Exit(
            ExitStatus status,
            Instant at,
            List<String> evidence,
            Optional<ResourceUsage> usage,
            boolean outOfMemory,
            int signalled) {
        static Exit of(ExitStatus status, Instant at) {
            return new Exit(status, at, List.of(), Optional.empty(), false, 0);
        }
    }
}
