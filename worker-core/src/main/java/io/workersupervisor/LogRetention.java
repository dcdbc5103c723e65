package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import java.time.Duration;

/**
 * The times at which workers' files are archived and removed. Entries that a sink does not have yet are never removed.
 * Immutable.
 *
 * @param archiveAt the size in bytes at which a file is archived that every sink has read: 1 MiB to 1 GiB
 * @param keepFor the time for which the archive and the files of ended workers are kept: 1 minute to 10 years
 * @param atMost the most bytes of the data directory, 16 MiB or more; beyond it the oldest archives and files of ended
 *     workers are removed
 */
public record LogRetention(long archiveAt, Duration keepFor, long atMost) {
    private static final long MIB = 1 << 20;

    /** 16 MiB, 30 days, 20 GiB. */
    public static final LogRetention DEFAULT = new LogRetention(16 * MIB, Duration.ofDays(30), 20 * 1024 * MIB);

    public LogRetention {
        Require.nonNull("keepFor", keepFor);
        Require.between("archiveAt", archiveAt, MIB, 1024 * MIB);
        Require.between("keepFor", keepFor, Duration.ofMinutes(1), Duration.ofDays(3650));
        Require.between("atMost", atMost, 16 * MIB, Long.MAX_VALUE);
    }

    /** A copy with another size of archived parts. */
    public LogRetention archiveAt(long bytes) {
        return new LogRetention(bytes, keepFor, atMost);
    }

    /** A copy with another time. */
    public LogRetention keepFor(Duration keepFor) {
        return new LogRetention(archiveAt, keepFor, atMost);
    }

    /** A copy with another bound. */
    public LogRetention atMost(long bytes) {
        return new LogRetention(archiveAt, keepFor, bytes);
    }
}
