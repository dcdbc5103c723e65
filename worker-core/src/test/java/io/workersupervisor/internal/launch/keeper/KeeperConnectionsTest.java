package io.workersupervisor.internal.launch.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.Samples;
import io.workersupervisor.SetTiming;
import io.workersupervisor.TestNode;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.directory.OwnFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P7: what a host knows of keepers of which it asks nothing. */
class KeeperConnectionsTest {
    private static final String WORKER = Samples.WORKER;

    private final SetTiming timing = new SetTiming();
    private KeeperNode node;
    private KeeperConnections keepers;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        node = new KeeperNode(DataDirectory.open(directory.resolve("data")));
        node.keeper.connect();
        keepers = new KeeperConnections(node.data, timing, ended -> {});
        keepers.discover();
        assertThat(keepers.over(WORKER, connection(node.directory()))).isNotDone();
    }

    @AfterEach
    void close() {
        keepers.close();
        node.close();
    }

    private void discoverAfter(int seconds) {
        timing.pass(Duration.ofSeconds(seconds));
        keepers.discover();
    }

    private KeeperConnection connection(Path directory) {
        return keepers.existing(directory).orElseThrow();
    }

    @Test
    void one_of_another_context_that_is_gone_releases_nobody_else() throws Exception {
        Path other = Layout.keepers(node.data).resolve("other");
        OwnFiles.makeDirectories(other);
        new KeeperStarter(KeeperBinary.load(), KeeperStarter.usualPlaces(node.data), timing)
                .begin(other, new KeeperContext("other"));
        CompletableFuture<?> theirs = keepers.over("other-worker", connection(other));
        List<String> hello = keepers.calls()
                .ask(connection(other), List.of("HELLO", keepers.calls().tag(), "1"), Duration.ofMinutes(1));

        TestNode.kill(Long.parseLong(hello.get(4)));

        theirs.get(1, TimeUnit.MINUTES);
        assertThat(keepers.isHeld("other-worker")).isFalse();
        assertThat(keepers.isHeld(WORKER)).isTrue();
    }

    @Test
    void a_keeper_of_another_host_is_found() {
        assertThat(keepers.describe()).singleElement().asString().contains(node.context.name());
        assertThat(keepers.isHeld(WORKER)).isTrue();
    }

    @Test
    void one_that_is_stopped_is_found_out_and_so_is_that_it_goes_on() throws Exception {
        long pid = node.pid();
        TestNode.signal("-STOP", pid);
        try {
            discoverAfter(15);
            discoverAfter(6);

            assertThat(keepers.isHeld(WORKER)).isFalse();
            discoverAfter(60);
            assertThat(keepers.isHeld(WORKER)).isFalse();
        } finally {
            TestNode.signal("-CONT", pid);
        }

        await().untilAsserted(() -> {
            discoverAfter(31);
            assertThat(keepers.isHeld(WORKER)).isTrue();
        });
    }

    @Test
    void one_that_gave_no_answer_to_others_is_asked_at_once_whether_it_lives() throws Exception {
        long pid = node.pid();
        TestNode.signal("-STOP", pid);
        try {
            keepers.calls().silence(node.directory());
            discoverAfter(1);
            discoverAfter(6);

            timing.pass(Duration.ofSeconds(29));

            assertThat(keepers.isHeld(WORKER)).isFalse();
        } finally {
            TestNode.signal("-CONT", pid);
        }
    }

    @Test
    void one_that_is_gone_holds_nobody() throws Exception {
        TestNode.kill(node.pid());

        await().until(() -> !keepers.isHeld(WORKER));
        assertThat(keepers.describe()).isEmpty();
    }
}
