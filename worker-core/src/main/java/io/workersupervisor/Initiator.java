package io.workersupervisor;

/** The one who ended a worker. */
public enum Initiator {
    /** A person or the application, through this library. */
    USER,
    /** This library, on its own account. */
    LIBRARY,
    /** The operating system or the machine. */
    KERNEL,
    /** The worker itself. */
    WORKER,
    /** It cannot be determined. */
    UNKNOWN
}
