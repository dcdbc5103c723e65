package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.internal.directory.Layout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker that lives and cannot work is told, once, and seen. */
class AilingWorkerTest {
    private static final AccountId ACCOUNT = AccountId.of(4711);
    private static final String CONFLICT =
            "2026-11-24 02:00:01,000 - telethon.client.updates - WARNING - Error executing"
                    + " high-level request after reconnect: <class telethon.errors.rpcerrorlist.AuthKeyDuplicatedError>: used";

    @TempDir
    Path directory;

    private TestNode node;

    @BeforeEach
    void open() {
        node = new TestNode(directory.resolve("data"));
    }

    @AfterEach
    void close() {
        node.close();
    }

    private long told() {
        return List.copyOf(node.events).stream()
                .filter(event -> event instanceof WorkerEvent.Unhealthy)
                .count();
    }

    @Test
    void a_conflict_of_a_living_worker_is_told_once_with_its_line_and_seen() {
        WorkerSupervisor host = node.host(WorkerSupervisor.Builder::withoutReconcile);
        host.start(TestNode.sh(
                                ACCOUNT,
                                "echo '" + CONFLICT + "'; " + node.untilGo() + "; echo '" + CONFLICT
                                        + "'; exec sleep 600")
                        .build())
                .orElseThrow();
        node.awaitLog(ACCOUNT, "AuthKeyDuplicated");

        host.reconcile();
        host.reconcile();

        node.awaitEvent("lives but cannot work: Session conflict / AuthKeyDuplicated");
        assertThat(told()).isEqualTo(1);
        Ailment ailment = host.status(ACCOUNT).orElseThrow().ailment().orElseThrow();
        assertThat(ailment.reason()).contains(StopReason.SESSION_CONFLICT);
        assertThat(ailment.evidence().orElseThrow().offset()).isZero();
    }

    @Test
    void a_worker_that_recovered_ails_from_nothing() {
        WorkerSupervisor host = node.host(WorkerSupervisor.Builder::withoutReconcile);
        host.start(TestNode.sh(
                                ACCOUNT,
                                "echo '" + CONFLICT + "'; echo '2026-11-24 02:00:02 INFO Delivered 7'; exec sleep 600")
                        .build())
                .orElseThrow();
        node.awaitLog(ACCOUNT, "Delivered");

        host.reconcile();

        assertThat(host.status(ACCOUNT).orElseThrow().ailment()).isEmpty();
        assertThat(told()).isZero();
    }

    @Test
    void silence_is_told_where_a_heartbeat_was_promised() {
        Instant later = Instant.now().plusSeconds(120);
        WorkerSupervisor host = node.host(settings -> settings.withoutReconcile());
        host.start(TestNode.sh(ACCOUNT, "touch \"$WORKER_HEARTBEAT_FILE\"; echo begun; exec sleep 600")
                        .heartbeat(Duration.ofSeconds(60))
                        .build())
                .orElseThrow();
        node.awaitLog(ACCOUNT, "begun");
        host.reconcile();
        assertThat(host.status(ACCOUNT).orElseThrow().ailment()).isEmpty();

        WorkerSupervisor afterwards =
                node.host(settings -> settings.withoutReconcile().clock(() -> later));
        afterwards.reconcile();
        afterwards.reconcile();

        await().until(() -> told() > 0);
        assertThat(told()).isEqualTo(1);
        assertThat(afterwards
                        .status(ACCOUNT)
                        .orElseThrow()
                        .ailment()
                        .orElseThrow()
                        .text())
                .contains("no heartbeat since");
    }

    @Test
    void a_worker_that_beats_again_and_falls_silent_again_is_told_of_again() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
        WorkerSupervisor host =
                node.host(settings -> settings.withoutReconcile().clock(now::get));
        host.start(TestNode.sh(ACCOUNT, "touch \"$WORKER_HEARTBEAT_FILE\"; echo begun; exec sleep 600")
                        .heartbeat(Duration.ofSeconds(60))
                        .build())
                .orElseThrow();
        node.awaitLog(ACCOUNT, "begun");
        Path beats = Layout.heartbeatFile(
                node.data, host.status(ACCOUNT).orElseThrow().workerId());

        for (int silence = 1; silence <= 2; silence++) {
            int expected = silence;
            now.updateAndGet(before -> before.plusSeconds(120));
            host.reconcile();
            await().until(() -> told() == expected);
            Files.setLastModifiedTime(beats, FileTime.from(now.get()));
            host.reconcile();
        }
    }

    /** Nobody has to ask: the growth of the log was noticed. */
    @Test
    void what_a_worker_says_is_told_at_a_tick_of_the_host() throws Exception {
        WorkerSupervisor host = node.host(settings -> settings.reconcileInterval(Duration.ofMillis(100)));
        host.start(TestNode.sh(ACCOUNT, "echo begun; " + node.untilGo() + "; echo '" + CONFLICT + "'; exec sleep 600")
                        .build())
                .orElseThrow();
        node.awaitLog(ACCOUNT, "begun");

        node.letGo();

        node.awaitEvent("lives but cannot work: Session conflict / AuthKeyDuplicated");
    }
}
