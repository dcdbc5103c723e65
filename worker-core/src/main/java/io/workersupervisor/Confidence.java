package io.workersupervisor;

/** The confidence of a stop report in its reason. */
public enum Confidence {
    /** The facts prove it. */
    CERTAIN,
    /** The facts fit it, and nothing else that is likely. */
    PROBABLE,
    /** The facts allow it, and others as well. */
    POSSIBLE
}
