package io.workersupervisor;

/** The fate of the workers of this supervisor at {@link WorkerSupervisor#close()}, whoever started them. */
public enum OnClose {
    /** They run on. */
    LEAVE_RUNNING,
    /** They are ended; their accounts stay wanted. */
    STOP_WORKERS
}
