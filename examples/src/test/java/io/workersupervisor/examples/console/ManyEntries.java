package io.workersupervisor.examples.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.AccountId;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogLevel;
import io.workersupervisor.examples.Programs;
import io.workersupervisor.spi.LogPosition;
import io.workersupervisor.spi.LogSink;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** 75 MB of log entries, for a console whose heap is 64 MB. */
final class ManyEntries {
    private static final int COUNT = 15_000;
    private static final int BATCH = 1_000;
    private static final String WORKER = "01kjmdpmq70000000000000001";
    private static final Instant BEGIN = Instant.parse("2026-11-24T10:00:00Z");

    private ManyEntries() {}

    static void append(LogSink sink) {
        for (int from = 0; from < COUNT; from += BATCH) {
            assertThat(sink.append(IntStream.range(from, from + BATCH)
                            .mapToObj(ManyEntries::entry)
                            .toList()))
                    .isEmpty();
        }
    }

    private static LogEntry entry(int number) {
        return new LogEntry(
                Optional.of(new LogPosition(WORKER, number * 5_100L)),
                AccountId.of(4711),
                Optional.empty(),
                LogLevel.INFO,
                BEGIN.plusMillis(number * 10L / 25),
                false,
                Optional.empty(),
                "entry " + number + " " + "x".repeat(5_000));
    }

    static void assertThatAllArePrinted(Programs programs, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(Programs.command(WorkerConsole.class, words));
        command.add(1, "-Xmx64m");
        Programs.Running console = programs.begin(command);
        assertThat(console.process().waitFor())
                .as(Files.readString(console.err()))
                .isZero();
        try (Stream<String> lines = Files.lines(console.out())) {
            assertThat(lines.map(line -> line.replaceFirst(".*(entry \\d+) .*", "$1")))
                    .isEqualTo(IntStream.range(0, COUNT)
                            .mapToObj(number -> "entry " + number)
                            .toList());
        }
        assertThat(console.err()).isEmptyFile();
    }
}
