package io.workersupervisor;

/** A signal that tells a worker to do something and go on. To end one is the business of a stop. */
public enum WorkerSignal {
    /** By custom: read the configuration again. */
    HUP,
    /** For the worker to give a meaning to. */
    USR1,
    /** For the worker to give a meaning to. */
    USR2,
    /** By custom: tell what you are doing; a JVM prints its threads. */
    QUIT
}
