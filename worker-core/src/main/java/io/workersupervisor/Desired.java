package io.workersupervisor;

/** What people want of an account; written by start and stop only, never by another update. */
public enum Desired {
    /** A worker is wanted; stored as {@code RUN}. */
    RUNNING("RUN"),
    /** Stopped by a person: no worker runs until a person starts it. */
    STOPPED("STOPPED");

    private final String stored;

    Desired(String stored) {
        this.stored = stored;
    }

    /** The word that stores keep; {@code RUN} or {@code STOPPED}. */
    public String stored() {
        return stored;
    }

    /**
     * Reads the word that a store keeps.
     *
     * @param word {@code RUN} or {@code STOPPED}
     * @return the wish
     * @throws IllegalArgumentException if it is another word
     */
    public static Desired ofStored(String word) {
        for (Desired desired : values()) {
            if (desired.stored.equals(word)) {
                return desired;
            }
        }
        throw new IllegalArgumentException("desired must be one of [RUN, STOPPED], is \"" + word + '"');
    }
}
