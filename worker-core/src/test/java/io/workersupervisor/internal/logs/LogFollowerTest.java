package io.workersupervisor.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogFollower;
import io.workersupervisor.Redaction;
import io.workersupervisor.Samples;
import io.workersupervisor.SetTiming;
import io.workersupervisor.internal.directory.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lines of an account as they come. */
class LogFollowerTest {
    @TempDir
    private Path directory;

    @Test
    void workers_that_come_and_go_between_two_looks_are_followed_too() throws IOException {
        DataDirectory data = DataDirectory.open(directory.resolve("data"));
        KnownWorkers over = (account, workerId) -> new KnownWorkers.Known(
                true, Optional.empty(), Optional.of(Instant.parse("2026-11-24T02:00:00Z")), Optional.empty());
        write(data, 1, "one\n");
        EntryReader reader = new EntryReader(ZoneOffset.UTC, Redaction.standard());
        try (LogFollower follower = new FileSearch(data, over, reader).follow(Samples.ACCOUNT, new SetTiming())) {
            assertThat(messages(follower)).containsExactly("one");

            write(data, 2, "two\n");
            write(data, 3, "three\n");
            write(data, 4, "four\n");

            assertThat(messages(follower)).containsExactly("two", "three", "four");
        }
    }

    private static List<String> messages(LogFollower follower) {
        return follower.poll().stream().map(LogEntry::message).toList();
    }

    private static void write(DataDirectory data, int number, String text) throws IOException {
        Files.writeString(data.path().resolve(Layout.logName(Samples.ACCOUNT, TailedDirectory.worker(number))), text);
    }
}
