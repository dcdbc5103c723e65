package io.workersupervisor.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.LogRetention;
import io.workersupervisor.internal.directory.Layout;
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
        upkeep =
                new LogUpkeep(node.data, node.feed(), LogRetention.DEFAULT, (file, offset, length) -> Optional.empty());
    }

    @AfterEach
    void end() throws IOException {
        upkeep.close();
    }

    @Test
    void p7_what_fails_at_every_turn_is_told_once_and_works_when_it_can() throws IOException {
        Files.createDirectories(Layout.logs(node.data));
        Files.createFile(Layout.archive(node.data));
        upkeep.tick();
        upkeep.tick();
        assertThat(node.told()).filteredOn(text -> text.contains("archive")).hasSize(1);

        Files.delete(Layout.archive(node.data));
        upkeep.tick();

        assertThat(Layout.archive(node.data).resolve("journal")).exists();
    }
}
