package io.workersupervisor;

import io.workersupervisor.internal.text.Text;
import java.time.Duration;

/**
 * When the files of workers are archived and removed. What a sink does not have yet is never removed. Immutable.
 *
 * @param archiveAt how many bytes of a file that every sink has are archived at once, 1 MiB or more
 * @param keepFor how long the archive and the files of ended workers are kept
 * @param atMost how many bytes the data directory may take; beyond it the oldest archives and files of ended workers go
 */
public record LogRetention(long archiveAt, Duration keepFor, long atMost) {
    private static final long MIB = 1 << 20;

    /** 16 MiB, 30 days, 20 GiB. */
    public static final LogRetention DEFAULT = new LogRetention(16 * MIB, Duration.ofDays(30), 20 * 1024 * MIB);

    public LogRetention {
        if (archiveAt < MIB || archiveAt > 1024 * MIB) {
            throw new IllegalArgumentException(
                    "archiveAt must be between " + MIB + " and " + 1024 * MIB + ", was " + archiveAt);
        }
        Text.between("keepFor", keepFor, Duration.ofMinutes(1), Duration.ofDays(3650));
        if (atMost < 16 * MIB) {
            throw new IllegalArgumentException("atMost must be at least " + 16 * MIB + ", was " + atMost);
        }
    }

    /**
     * Archives parts of another size.
     *
     * @param bytes 1 MiB to 1 GiB
     * @return another retention
     */
    public LogRetention archiveAt(long bytes) {
        return new LogRetention(bytes, keepFor, atMost);
    }

    /**
     * Keeps files for another time.
     *
     * @param time 1 minute to 10 years
     * @return another retention
     */
    public LogRetention keepFor(Duration time) {
        return new LogRetention(archiveAt, time, atMost);
    }

    /**
     * Keeps another amount.
     *
     * @param bytes 16 MiB or more
     * @return another retention
     */
    public LogRetention atMost(long bytes) {
        return new LogRetention(archiveAt, keepFor, bytes);
    }
}
