package io.workersupervisor;

import java.util.Optional;

/** Reads lines of JSON and of {@code key=value}. Pure. */
final class StructuredLine {
    private StructuredLine() {}

    /** What the line says; empty where it only looks like one. */
    static Optional<Parsed> parse(String line, Before before) {
        return Optional.empty();
    }
}
