package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What keeps logs within their bounds goes on after what fails, and tells it (P7). */
class LogUpkeepTest extends OnTailedDirectory {
    private LogUpkeep upkeep;

    @BeforeEach
    void begin() {
        upkeep = new LogUpkeep(
                node.data,
                node.feed(),
                LogRetention.DEFAULT,
                (file, offset, length) -> Optional.empty(),
                new EventLog(node.data.eventLog()));
    }

    @AfterEach
    void end() throws IOException {
        upkeep.close();
    }

    @Test
    void p7_what_fails_at_every_turn_is_told_once_and_works_when_it_can() throws IOException {
        Files.createDirectories(node.data.logs());
        Files.createFile(node.data.archive());
        upkeep.tick();
        upkeep.tick();
        assertThat(node.told()).filteredOn(text -> text.contains("archive")).hasSize(1);

        Files.delete(node.data.archive());
        upkeep.tick();

        assertThat(node.data.archive().resolve("journal")).exists();
    }

    @Test
    void p7_an_archive_that_fails_does_not_keep_foreign_lines_from_being_noticed() throws IOException {
        Files.createDirectories(node.data.logs());
        Files.createFile(node.data.archive());
        Files.createFile(node.data.eventLog());
        upkeep.tick();
        Files.writeString(node.data.eventLog(), "INFO:root:hello\n");

        upkeep.tick();
        upkeep.tick();

        assertThat(node.told())
                .filteredOn(text -> text.contains("another program writes"))
                .hasSize(1);
    }
}
