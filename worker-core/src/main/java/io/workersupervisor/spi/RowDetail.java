package io.workersupervisor.spi;

import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.text.Require;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A JSON object that a store carries unread with a row: identity of the process, stop intent, counters. Unknown fields,
 * such as those of a newer minor version, are kept through every change. Immutable; only the library makes one.
 */
public sealed interface RowDetail permits Detail {
    /**
     * Reads the JSON object that {@link #toJson()} wrote.
     *
     * @throws IllegalArgumentException if the text is something else, or a part of it cannot be understood
     */
    static RowDetail parse(String json) {
        return Detail.parse(Require.nonNull("json", json));
    }

    /** The detail as a store keeps it: one JSON object. */
    String toJson();

    /** The process number of the worker; empty while no process is recorded. */
    OptionalLong pid();

    /** The time at which the next start of a row that is BACKING_OFF is due; empty where none is planned. */
    Optional<Instant> dueAt();
}
