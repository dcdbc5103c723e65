package io.workersupervisor;

/** What {@link WorkerSupervisor#close()} does with the workers that this supervisor started or took up. */
public enum OnClose {
    /** They run on. */
    LEAVE_RUNNING,
    /** They are ended; their accounts stay wanted. */
    STOP_WORKERS
}
