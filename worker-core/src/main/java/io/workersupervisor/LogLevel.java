package io.workersupervisor;

/** The levels of log entries, least first. The names are stored as they stand here. */
public enum LogLevel {
    /** For whoever looks for a fault. */
    DEBUG,
    /** The usual course. */
    INFO,
    /** Something a person may want to look at. */
    WARNING,
    /** Something failed; also every traceback and panic. */
    ERROR,
    /** The worker itself called it critical or fatal. */
    CRITICAL
}
