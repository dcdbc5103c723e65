package io.workersupervisor.mongo;

import io.workersupervisor.AccountId;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogLevel;
import io.workersupervisor.spi.LogPosition;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** Log entries as workers write them: one each 7 ms, 120 characters. */
final class Entries {
    static final Instant FIRST = Instant.parse("2026-03-01T10:15:30.007Z");

    private static final String TEXT =
            "telethon.network.mtprotosender connection to 149.154.167.51:443/TcpFull complete, " + "resending message ";

    private Entries() {}

    /** The entries of one worker from a number on; the number is the offset, too. */
    static List<LogEntry> of(String worker, long from, int count) {
        return LongStream.range(from, from + count)
                .mapToObj(i -> one(worker, i))
                .toList();
    }

    private static LogEntry one(String worker, long number) {
        return new LogEntry(
                Optional.of(new LogPosition(worker, number)),
                AccountId.of(Math.floorMod(worker.hashCode(), 1_000)),
                Optional.of("user-1"),
                number % 50 == 49 ? LogLevel.ERROR : LogLevel.INFO,
                FIRST.plusMillis(number * 7),
                false,
                Optional.of("telethon.network"),
                TEXT + number);
    }
}
