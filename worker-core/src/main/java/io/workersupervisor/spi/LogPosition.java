package io.workersupervisor.spi;

import io.workersupervisor.internal.text.Text;
import java.util.Comparator;

/**
 * Where an entry stands: the key by which a sink knows it, so that appending it again changes nothing. Immutable.
 *
 * @param workerId the incarnation whose file it is
 * @param offset the byte at which the entry begins in that file
 */
public record LogPosition(String workerId, long offset) implements Comparable<LogPosition> {
    private static final Comparator<LogPosition> ORDER =
            Comparator.comparing(LogPosition::workerId).thenComparingLong(LogPosition::offset);

    public LogPosition {
        Text.notBlank("workerId", workerId, 64);
        if (offset < 0) {
            throw new IllegalArgumentException("offset must not be negative, was " + offset);
        }
    }

    /** By worker, then by place: the order in which a worker wrote. */
    @Override
    public int compareTo(LogPosition other) {
        return ORDER.compare(this, other);
    }
}
