package io.workersupervisor.internal.events;

import java.util.Optional;

/** A trouble that lasts: it is reported once, and again when it changes or begins anew. Not thread-safe. */
public final class LastingTrouble {
    private Optional<String> reported = Optional.empty();

    /** True if the trouble is to be reported in these words. */
    public boolean isNew(String words) {
        boolean isNew = !reported.equals(Optional.of(words));
        reported = Optional.of(words);
        return isNew;
    }

    /** True if the trouble is to be reported, in whatever words. */
    public boolean begins() {
        return isNew("");
    }

    /** True if the trouble lasted until now. */
    public boolean ends() {
        boolean ends = reported.isPresent();
        reported = Optional.empty();
        return ends;
    }
}
