package io.workersupervisor;

/** What people want of an account; written by start and stop only, never by another update. */
public enum Desired {
    /** A worker shall run. */
    RUN,
    /** Stopped by a person: no worker runs until a person starts it. */
    STOPPED
}
