package io.workersupervisor.spi;

import io.workersupervisor.internal.text.Require;
import java.util.Comparator;

/**
 * The place of an entry: the key by which a sink knows it, so that a second append of it changes nothing. Immutable.
 *
 * @param workerId the incarnation that wrote the file; 1 to 64 characters
 * @param offset the byte at which the entry begins in that file
 */
public record LogPosition(String workerId, long offset) implements Comparable<LogPosition> {
    private static final Comparator<LogPosition> ORDER =
            Comparator.comparing(LogPosition::workerId).thenComparingLong(LogPosition::offset);

    public LogPosition {
        Require.notBlank("workerId", workerId, 64);
        Require.between("offset", offset, 0, Long.MAX_VALUE);
    }

    /** Orders by worker, then by place: the order in which a worker wrote. */
    @Override
    public int compareTo(LogPosition other) {
        return ORDER.compare(this, Require.nonNull("other", other));
    }
}
