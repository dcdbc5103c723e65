package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** P1: registry or data directory are lost, exchanged or copied while workers live. */
class DisasterTest {
    private static final AccountId ACCOUNT = AccountId.of(4711);
    private static final WorkerSpec SPEC =
            TestNode.sh(ACCOUNT, "exec sleep 600").build();

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

    @Test
    void P1_with_the_registry_lost_the_living_worker_is_named_and_can_be_stopped() {
        WorkerSupervisor before = node.host();
        long pid = before.start(SPEC).orElseThrow().pid();
        before.close();
        try (TestNode after = new TestNode(node.data.path())) {
            WorkerSupervisor host = after.host();

            StartResult refused = host.start(SPEC);
            StopResult stopped = host.stop(ACCOUNT);
            StartResult started = host.start(SPEC);

            assertThat(refused).isInstanceOf(StartResult.Refused.class);
            assertThat(((StartResult.Refused) refused).reason()).isEqualTo(RefusalReason.UNREGISTERED_WORKER);
            assertThat(((StartResult.Refused) refused).evidence()).contains("pid " + pid);
            assertThat(stopped).isInstanceOf(StopResult.Stopped.class);
            assertThat(((StopResult.Stopped) stopped).report()).isPresent();
            assertThat(started.orElseThrow().epoch()).isEqualTo(2);
            after.awaitEvent("registry was lost");
        }
    }

    /** Without an environment and without its program's name, its birth record is all that tells what it is. */
    @ParameterizedTest
    @ValueSource(
            strings = {"exec env -i sleep 600", "exec env -i OTHER=1 sh -c 'trap \"\" TERM; while :; do sleep 1; done'"
            })
    void P1_with_the_registry_lost_a_worker_without_an_environment_is_named_and_stopped_by_its_birth_record(
            String script) {
        WorkerSpec spec = TestNode.sh(ACCOUNT, script).build();
        WorkerSupervisor before = node.host();
        long pid = before.start(spec).orElseThrow().pid();
        await().until(() ->
                !ProcFs.system().environment(pid).orElse("WORKER_ID").contains("WORKER_ID"));
        before.close();
        try (TestNode after = new TestNode(node.data.path())) {
            WorkerSupervisor host = after.host();

            StartResult refused = host.start(spec);
            StopResult stopped = host.stop(ACCOUNT);

            assertThat(refused).isInstanceOf(StartResult.Refused.class);
            assertThat(((StartResult.Refused) refused).reason()).isEqualTo(RefusalReason.UNREGISTERED_WORKER);
            assertThat(((StartResult.Refused) refused).evidence()).contains("pid " + pid);
            after.awaitEvent("pid " + pid);
            assertThat(stopped).isInstanceOf(StopResult.Stopped.class);
            assertThat(node.isAlive(pid)).isFalse();
            assertThat(host.start(SPEC)).isInstanceOf(StartResult.Started.class);
        }
    }

    @Test
    void P4_with_everything_lost_that_could_name_it_a_worker_under_the_lock_is_not_called_stopped() throws Exception {
        WorkerSupervisor before = node.host();
        long pid = before.start(
                        TestNode.sh(ACCOUNT, "exec env -i OTHER=1 sleep 600").build())
                .orElseThrow()
                .pid();
        await().until(() -> ProcFs.system().environment(pid).orElse("").contains("OTHER=1"));
        before.close();
        for (Path record : node.records()) {
            Files.delete(record);
        }
        try (TestNode after = new TestNode(node.data.path())) {
            WorkerSupervisor host = after.host();

            StopResult stopped = host.stop(ACCOUNT);

            assertThat(stopped).isInstanceOf(StopResult.Refused.class);
            assertThat(((StopResult.Refused) stopped).reason()).isEqualTo(RefusalReason.LOCK_HELD);
            assertThat(node.isAlive(pid)).isTrue();
        } finally {
            TestNode.kill(pid);
        }
    }

    @Test
    void P1_an_older_copy_of_the_registry_starts_no_second_worker() {
        WorkerSupervisor before = node.host();
        before.start(SPEC).orElseThrow();
        WorkerRow old = node.row(ACCOUNT);
        before.stop(ACCOUNT);
        long pid = before.start(SPEC).orElseThrow().pid();
        before.close();
        InMemoryWorkerRegistry copy = new InMemoryWorkerRegistry();
        insert(copy, old);
        try (TestNode after = new TestNode(node.data.path(), copy)) {
            WorkerSupervisor host = after.host();

            StartResult refused = host.start(SPEC);
            StopResult stopped = host.stop(ACCOUNT);
            StartResult started = host.start(SPEC);

            assertThat(refused).isInstanceOf(StartResult.Refused.class);
            assertThat(((StartResult.Refused) refused).evidence()).contains("pid " + pid);
            assertThat(stopped).isInstanceOf(StopResult.Stopped.class);
            assertThat(node.isAlive(pid)).isFalse();
            assertThat(started.orElseThrow().epoch()).isGreaterThan(2);
        }
    }

    @Test
    void P1_a_directory_made_anew_under_a_living_worker_starts_no_second_one() throws IOException {
        WorkerSupervisor before = node.host();
        long pid = before.start(SPEC).orElseThrow().pid();
        before.close();
        delete(node.data.path());
        try (TestNode after = new TestNode(node.data.path())) {
            WorkerSupervisor host = after.host();

            StartResult refused = host.start(SPEC);
            StopResult stopped = host.stop(ACCOUNT);

            assertThat(refused).isInstanceOf(StartResult.Refused.class);
            assertThat(((StartResult.Refused) refused).evidence()).contains("pid " + pid);
            assertThat(host.doctor()).noneMatch(finding -> finding.text().contains("copied"));
            assertThat(stopped).isInstanceOf(StopResult.Stopped.class);
            assertThat(node.isAlive(pid)).isFalse();
        }
    }

    @Test
    void P1_a_directory_replaced_beneath_a_running_host_starts_nothing() throws IOException {
        WorkerSupervisor host = node.host();
        host.start(SPEC).orElseThrow();
        Files.move(node.data.path(), directory.resolve("moved"));
        DataDirectory.open(node.data.path());

        assertThatThrownBy(() -> host.start(SPEC))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("was replaced while this host runs");
    }

    @Test
    void P1_a_copied_directory_is_refused_until_it_is_accepted() throws Exception {
        WorkerSupervisor original = node.host();
        original.start(SPEC).orElseThrow();
        Path copied = directory.resolve("copy");
        assertThat(new ProcessBuilder("cp", "-a", node.data.path().toString(), copied.toString())
                        .start()
                        .waitFor())
                .isZero();
        try (TestNode copy = new TestNode(copied, node.registry)) {

            assertThatThrownBy(copy::host)
                    .isInstanceOf(DataDirectoryException.class)
                    .hasMessageContaining(copied.toString())
                    .hasMessageContaining("copied, restored or moved");
            WorkerSupervisor accepted = copy.host(WorkerSupervisor.Builder::acceptMovedDirectory);
            StartResult second = accepted.start(SPEC);

            assertThat(second).isInstanceOf(StartResult.AlreadyRunning.class);
            copy.awaitEvent("accepted as node");
        }
    }

    @Test
    void P2_after_a_restart_of_the_machine_the_account_starts_at_once() {
        WorkerSupervisor before = node.host();
        long pid = before.start(SPEC).orElseThrow().pid();
        before.close();
        WorkerRow row = node.row(ACCOUNT);
        ProcessIdentity identity = row.identity().orElseThrow();
        ProcessIdentity otherBoot = new ProcessIdentity(
                identity.pid(),
                identity.startTicks(),
                0,
                "another-boot",
                identity.pidNamespace(),
                identity.timeNamespace());
        assertThat(node.registry.update(Optional.of(row), row.running(otherBoot)))
                .isTrue();
        TestNode.kill(pid);
        await().until(() -> node.workers().isEmpty());
        await().until(() -> node.local().locks().state(ACCOUNT) == AccountLocks.State.FREE);
        node.local().records().acknowledge(row.workerId());

        WorkerSupervisor host = node.host();
        StartResult started = host.start(SPEC);

        assertThat(started).isInstanceOf(StartResult.Started.class);
        assertThat(host.why(ACCOUNT).get(0).reason()).isEqualTo(StopReason.MACHINE_LOST);
    }

    @Test
    void P7_a_damaged_lock_file_refuses_its_account_and_no_other() throws IOException {
        WorkerSupervisor host = node.host();
        Files.writeString(node.data.lockFile(ACCOUNT), "nonsense\n");
        AccountId other = AccountId.of(2);

        assertThatThrownBy(() -> host.start(SPEC))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining(node.data.lockFile(ACCOUNT).toString());
        assertThat(host.start(TestNode.sh(other, "exec sleep 600").build())).isInstanceOf(StartResult.Started.class);
    }

    private static void insert(WorkerRegistry registry, WorkerRow row) {
        WorkerRow first = RowCopy.of(row, row.epoch(), 1, row.workerId());
        assertThat(registry.update(Optional.empty(), first)).isTrue();
    }

    private static void delete(Path tree) throws IOException {
        try (var files = Files.walk(tree)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
