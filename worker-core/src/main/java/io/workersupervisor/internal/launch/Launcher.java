package io.workersupervisor.internal.launch;

import io.workersupervisor.AccountId;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.internal.machine.ProcessIdentity;
import java.util.concurrent.CompletableFuture;

/**
 * The seam between the protocols and the launch path, which starts, fences and signals processes.
 *
 * <p>Every launch path keeps to this order, and outlives the host:
 *
 * <ol>
 *   <li>Take the account's lock, waiting briefly; if it stays busy, answer {@link LaunchAnswer.Busy}.
 *   <li>Compare the epoch with the number in the lock file: not above it, answer {@link LaunchAnswer.Superseded}; else
 *       write the epoch there.
 *   <li>Open the worker's log file, write its birth record, answer {@link LaunchAnswer.Born}.
 *   <li>Run the worker in a session of its own, the lock's descriptor inherited.
 *   <li>When it ends, write the exit record, and only then release the lock.
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

    /** A worker to launch. */
    record LaunchRequest(WorkerSpec spec, String workerId, long epoch) {}

    /** The outcome of a launch. */
    sealed interface LaunchAnswer {
        /** The worker has its process, perhaps not its program yet; {@code over} completes when launcher and worker ended. */
        record Born(ProcessIdentity identity, CompletableFuture<?> over) implements LaunchAnswer {}

        /** Somebody holds the lock; nothing was run. */
        record Busy() implements LaunchAnswer {}

        /** The epoch was not above the number admitted; nothing was run. */
        record Superseded(long admitted) implements LaunchAnswer {}

        /**
         * Nothing was run, for the system's reason. The step that failed: program, directory, spawn, lock file, fence, log
         * file, records.
         */
        record NotLaunched(String step, String error) implements LaunchAnswer {}

        /** No answer came: the launch may go on, or may have ended. */
        record Unanswered(String why) implements LaunchAnswer {}
    }

    /** The outcome of raising a fence. */
    sealed interface FenceAnswer {
        /** The number in the file, which was {@code before}, is now at least the one asked for. */
        record Raised(long before) implements FenceAnswer {}

        /** Somebody holds the lock. */
        record Held() implements FenceAnswer {}

        /** The number was not raised, for the system's reason. */
        record NotRaised(String error) implements FenceAnswer {}
    }

    /** The outcome of a signal. */
    sealed interface SignalAnswer {
        record Sent() implements SignalAnswer {}

        /** The process is gone, or its number belongs to another. */
        record Gone() implements SignalAnswer {}

        /** The signal was not sent, for the system's reason. */
        record NotSent(String error) implements SignalAnswer {}
    }

    /** The receivers of a signal. */
    enum Scope {
        /** The group that the process leads; the process alone while it leads none. */
        GROUP,
        /** The group that the process is in, whoever leads it. */
        ITS_GROUP,
        PROCESS
    }
}
