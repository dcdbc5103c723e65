package io.workersupervisor;

import java.time.Instant;
import java.util.Optional;

/**
 * What the bytes of one entry say. Immutable.
 *
 * @param level how grave it is
 * @param timestamp when it was written
 * @param inferred whether the entry does not give its time, and it is that of the entry before
 * @param logger who logged it, where the line names that
 * @param message the text after time, level and logger; may be empty
 */
record Parsed(LogLevel level, Instant timestamp, boolean inferred, Optional<String> logger, String message) {}
