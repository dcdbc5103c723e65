package io.workersupervisor.internal.launch;

import io.workersupervisor.AccountId;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.internal.machine.ProcessIdentity;
import java.util.concurrent.CompletableFuture;

/**
 * The seam between the protocols and the launch path: what starts, fences and signals processes.
 *
 * <p>Whatever stands behind it keeps to this order, and outlives the host:
 *
 * <ol>
 *   <li>Take the account's lock, waiting briefly; if it stays busy, answer {@link LaunchAnswer.Busy}.
 *   <li>Compare the epoch with the number in the lock file: not above it, answer {@link LaunchAnswer.Superseded}; else
 *       write the epoch there.
 *   <li>Open the worker's log file, write its birth record, answer {@link LaunchAnswer.Born}.
 *   <li>Run the worker in a session of its own, the lock's descriptor inherited.
 *   <li>When it ends, write the exit record, and only then let go of the lock.
 * </ol>
 *
 * A host that dies anywhere leaves a launch that goes on by itself. Methods block, are bounded in time, and may be called
 * from any thread.
 */
public interface Launcher {
    /** Launches a worker; anything but {@link LaunchAnswer.Unanswered} is final. */
    LaunchAnswer launch(LaunchRequest request);

    /** Raises the number in the account's lock file to at least this one, under the lock. */
    FenceAnswer raise(AccountId account, long number);

    /** Signals a process or a group by it, if it still is that process. */
    SignalAnswer signal(ProcessIdentity process, String signal, Scope scope);

    /**
     * What to launch.
     *
     * @param spec the application's spec
     * @param workerId the worker
     * @param epoch its epoch
     */
    record LaunchRequest(WorkerSpec spec, String workerId, long epoch) {}

    /** How a launch went. */
    sealed interface LaunchAnswer {
        /**
         * The worker has its process; it may not have reached its program yet.
         *
         * @param identity the process
         * @param over completes when the launcher has ended, and with it the worker
         */
        record Born(ProcessIdentity identity, CompletableFuture<?> over) implements LaunchAnswer {}

        /** Somebody holds the lock; nothing was run. */
        record Busy() implements LaunchAnswer {}

        /**
         * The epoch was not above the number admitted; nothing was run.
         *
         * @param admitted that number
         */
        record Superseded(long admitted) implements LaunchAnswer {}

        /**
         * Nothing was run.
         *
         * @param step what failed: program, directory, spawn, lock file, fence, log file, records
         * @param error the system's reason
         */
        record NotLaunched(String step, String error) implements LaunchAnswer {}

        /**
         * No answer came: the launch may go on, or may have ended.
         *
         * @param why what was waited for
         */
        record Unanswered(String why) implements LaunchAnswer {}
    }

    /** How raising a fence went. */
    sealed interface FenceAnswer {
        /**
         * The number in the file is now at least the one asked for.
         *
         * @param before what it was
         */
        record Raised(long before) implements FenceAnswer {}

        /** Somebody holds the lock. */
        record Held() implements FenceAnswer {}

        /**
         * It could not be done.
         *
         * @param error the system's reason
         */
        record NotRaised(String error) implements FenceAnswer {}
    }

    /** How a signal went. */
    enum SignalAnswer {
        SENT,
        /** The process is gone, or its number belongs to another. */
        GONE,
        FAILED
    }

    /** Whom a signal is for. */
    enum Scope {
        /** The group that the process leads; the process alone while it leads none. */
        GROUP,
        /** The group that the process is in, whoever leads it. */
        ITS_GROUP,
        PROCESS
    }
}
