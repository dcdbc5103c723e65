package io.workersupervisor.sqlite;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Takes the oldest entries out, a bounded step with each batch, so that no append waits for long. The age is looked at
 * once a minute, and again with each batch while there is more; the size always, by two counters. Guarded by the
 * store.
 */
final class Pruning {
    private static final Duration PAUSE = Duration.ofMinutes(1);
    private static final int LEAST_STEP = 2_000;
    private static final String OLDEST =
            "DELETE FROM worker_logs WHERE rowid IN (SELECT rowid FROM worker_logs%s ORDER BY timestamp LIMIT ?)";
    private static final String EXPIRED = OLDEST.formatted(" WHERE timestamp < ?");
    private static final String ANY = OLDEST.formatted("");

    /** Free pages are reused; only where they are many more than that needs, they are given back, a few at a time. */
    private static final int SPARE_PAGES = 1_024;

    private static final int RETURNED_PAGES = 512;

    private final Duration keepFor;
    private final long keepAtMost;
    private final Clock clock;
    private Instant lookedAt = Instant.EPOCH;

    Pruning(Duration keepFor, long keepAtMost, Clock clock) {
        this.keepFor = keepFor;
        this.keepAtMost = keepAtMost;
        this.clock = clock;
    }

    /** One step, inside the transaction that appends this many entries: more go than come. */
    void step(SqliteConnection session, int coming) throws SQLException {
        int most = Math.max(LEAST_STEP, 2 * coming);
        Instant now = clock.instant();
        if (Duration.between(lookedAt, now).abs().compareTo(PAUSE) >= 0) {
            String oldest = ResultRow.time(now.minus(keepFor));
            int expired = session.update(EXPIRED, oldest, most);
            if (expired < most) {
                lookedAt = now;
            }
        }
        long free = session.number("PRAGMA freelist_count");
        long pages = session.number("PRAGMA page_count");
        if ((pages - free) * session.number("PRAGMA page_size") > keepAtMost) {
            session.update(ANY, most);
        } else if (free > SPARE_PAGES && free > pages / 4) {
            session.execute("PRAGMA incremental_vacuum(" + RETURNED_PAGES + ")");
        }
    }
}
