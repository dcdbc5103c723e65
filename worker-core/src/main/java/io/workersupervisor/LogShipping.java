package io.workersupervisor;

/** The way of the lines that a worker writes. */
public enum LogShipping {
    /**
     * They go into every log sink of the host, and those of the summary level and above into {@code data/worker.log}.
     */
    SINKS,
    /** They stay in the worker's file, which is bounded as others are: the worker ships its lines itself. */
    FILE_ONLY
}
