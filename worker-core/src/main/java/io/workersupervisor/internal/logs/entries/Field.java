package io.workersupervisor.internal.logs.entries;

import org.jspecify.annotations.Nullable;

/**
 * One field of a line of JSON or of {@code key=value}. Immutable.
 *
 * @param key its name
 * @param source key and value as they stand in the line
 * @param value the value as it stands in the line
 * @param text the value where it is a string, without quotes and escapes, else null
 */
record Field(
        String key, String source, String value, @Nullable String text) {}
