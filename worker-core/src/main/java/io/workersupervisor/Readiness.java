package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import io.workersupervisor.internal.text.Text;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The sign by which a worker shows that it can work, and the time that it has for it, by default {@link #DEFAULT_LIMIT}. Only
 * what the worker itself does counts: its log is its own, and a file that lies there from before is no sign until it is
 * written anew. Immutable.
 */
public final class Readiness {
    /** The time that a worker has from its birth, unless the spec says otherwise: 60 s. */
    public static final Duration DEFAULT_LIMIT = Duration.ofSeconds(60);

    private final Optional<String> line;
    private final Optional<Path> file;
    private final Duration limit;

    private Readiness(Optional<String> line, Optional<Path> file, Duration limit) {
        this.line = line;
        this.file = file;
        this.limit = limit;
    }

    /**
     * Ready by a complete line of its output.
     *
     * @param pattern a regular expression that is searched in each line without its colours, of 1 to 1,000 characters
     * @throws IllegalArgumentException if the pattern is none
     */
    public static Readiness logLine(String pattern) {
        Require.notBlank("pattern", pattern, DiagnosisRule.LONGEST_PATTERN);
        try {
            return new Readiness(Optional.of(Pattern.compile(pattern).pattern()), Optional.empty(), DEFAULT_LIMIT);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "pattern must be a regular expression, was " + Text.quoted(pattern) + ": " + e.getDescription(), e);
        }
    }

    /** Ready by the file that {@code WORKER_READY_FILE} names: the worker makes it. */
    public static Readiness file() {
        return new Readiness(Optional.empty(), Optional.empty(), DEFAULT_LIMIT);
    }

    /**
     * Ready by this file, of this worker alone: the worker makes it, or writes it anew.
     *
     * @throws DataDirectoryException if it is not certain which one is meant, as {@link DataDirectory#absolute}
     */
    public static Readiness file(Path file) {
        Path absolute = DataDirectory.absolute(Require.nonNull("file", file));
        return new Readiness(Optional.empty(), Optional.of(absolute), DEFAULT_LIMIT);
    }

    /** The same sign, within another time: 100 ms to one day. */
    public Readiness within(Duration limit) {
        Require.between("limit", Require.nonNull("limit", limit), Duration.ofMillis(100), Duration.ofDays(1));
        return new Readiness(line, file, limit);
    }

    /** The expression for a line of the log; empty where a file is the sign. */
    public Optional<String> line() {
        return line;
    }

    /** The file; empty for the one that {@code WORKER_READY_FILE} names, and where a line is the sign. */
    public Optional<Path> path() {
        return file;
    }

    /** The time that the worker has from its birth. */
    public Duration limit() {
        return limit;
    }

    @Override
    public String toString() {
        return line.map(pattern -> "a line of its log with " + Text.quoted(pattern))
                .orElseGet(() -> "file " + file.map(Path::toString).orElse("of WORKER_READY_FILE"));
    }
}
