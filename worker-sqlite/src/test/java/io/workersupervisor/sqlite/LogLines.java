package io.workersupervisor.sqlite;

import io.workersupervisor.AccountId;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogLevel;
import io.workersupervisor.Rows;
import io.workersupervisor.spi.LogPosition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What many workers write, as a tailer reads it: some lines of one worker, then of the next. Account n has the worker
 * {@link Rows#workerId}(n) and writes one line in each round; times grow by 3 ms.
 */
final class LogLines {
    static final Instant BEGIN = Instant.parse("2026-11-24T10:15:30.123Z");
    private static final String TEXT =
            "Connection to 149.154.167.51 on port 443 timed out, retrying in 5 seconds; this is a usual line of a worker";

    private final int accounts;
    private final int run;
    private final int graveEvery;
    private final long[] offsets;
    private long next;

    /**
     * Lines.
     *
     * @param run how many of one worker stand together
     * @param graveEvery one line in so many is a WARNING or an ERROR by turns
     */
    LogLines(int accounts, int run, int graveEvery) {
        this.accounts = accounts;
        this.run = run;
        this.graveEvery = graveEvery;
        this.offsets = new long[accounts];
    }

    List<LogEntry> next(int count) {
        List<LogEntry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            entries.add(next());
        }
        return entries;
    }

    private LogEntry next() {
        // 617 has no divisor in common with round numbers of accounts: neighbours in time are no neighbours in the
        // index
        int account = (int) (next / run * 617 % accounts);
        LogLevel level = LogLevel.INFO;
        if (next % graveEvery == graveEvery - 1) {
            level = next / graveEvery % 2 == 0 ? LogLevel.WARNING : LogLevel.ERROR;
        }
        String message = TEXT.substring((int) (next % 40));
        LogEntry entry = new LogEntry(
                Optional.of(new LogPosition(Rows.workerId(account), offsets[account])),
                AccountId.of(account),
                Optional.of("user-" + account),
                level,
                BEGIN.plusMillis(3 * next),
                false,
                Optional.of("telethon.network"),
                message);
        offsets[account] += message.length() + 40;
        next++;
        return entry;
    }
}
