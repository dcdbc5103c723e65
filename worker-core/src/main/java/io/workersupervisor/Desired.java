package io.workersupervisor;

import io.workersupervisor.internal.text.Require;

/** The wish of people for an account; written by start and stop only, never by another update. */
public enum Desired {
    /** A worker is wanted; stored as {@code RUN}. */
    RUNNING("RUN"),
    /** Stopped by a person: no worker runs until a person starts it. */
    STOPPED("STOPPED"),
    /** Stopped by the application, which may start it again; rows of it are STOPPED, and their detail says by whom. */
    IDLE("STOPPED");

    private final String stored;

    Desired(String stored) {
        this.stored = stored;
    }

    /** The word that stores keep. */
    public String stored() {
        return stored;
    }

    /**
     * Reads the word that a store keeps.
     *
     * @throws IllegalArgumentException if it is neither {@code RUN} nor {@code STOPPED}
     */
    public static Desired ofStored(String word) {
        Require.nonNull("word", word);
        for (Desired desired : values()) {
            if (desired.stored.equals(word)) {
                return desired;
            }
        }
        throw new IllegalArgumentException("desired must be one of [RUN, STOPPED], is \"" + word + '"');
    }
}
