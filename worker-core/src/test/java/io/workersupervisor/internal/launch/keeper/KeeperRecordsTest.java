package io.workersupervisor.internal.launch.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.machine.Clocks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P6: what was acknowledged while no keeper lived reaches the one that begins, and nothing is deleted too early. */
class KeeperRecordsTest {
    private static final String LINES = "B w1 4711 1 boot pid:[1] time:[2] 42 1000 -\nE w1 0 5 1 1 1 0 0 0 0\n";

    private final List<String> forgotten = new ArrayList<>();
    private final List<Path> discarded = new ArrayList<>();
    private final Path keeper;
    private final KeeperRecords records;
    private boolean alive;

    KeeperRecordsTest(@TempDir Path home) throws IOException {
        DataDirectory data = DataDirectory.open(home.resolve("data"));
        keeper = Files.createDirectories(Layout.keepers(data).resolve("context"));
        records = new KeeperRecords(
                data,
                Clocks.system(InstantSource.system()),
                directory -> alive ? Optional.of(forgotten::add) : Optional.empty(),
                discarded::add);
    }

    @BeforeEach
    void write() throws IOException {
        Files.writeString(keeper.resolve("journal"), LINES + LINES.replace("w1", "w2"));
    }

    @Test
    void an_acknowledgement_without_a_keeper_is_passed_on_to_the_one_that_begins() {
        records.acknowledge("w1");
        List<String> meanwhile = records.workers();
        alive = true;
        List<String> afterwards = records.workers();
        records.acknowledge("w1");

        assertThat(meanwhile).containsExactly("w2");
        assertThat(afterwards).containsExactlyInAnyOrder("w1", "w2");
        assertThat(forgotten).containsExactly("w1");
    }

    @Test
    void a_journal_is_discarded_only_when_all_of_it_is_acknowledged() {
        records.acknowledge("w1");
        boolean early = !discarded.isEmpty();
        records.acknowledge("w2");

        assertThat(early).isFalse();
        assertThat(discarded).containsExactly(keeper);
    }
}
