package io.workersupervisor;

/** How sure a stop report is of its reason. */
public enum Confidence {
    /** Facts prove it. */
    CERTAIN,
    /** Facts fit it and nothing else that is likely. */
    PROBABLE,
    /** Facts allow it, among others. */
    POSSIBLE
}
