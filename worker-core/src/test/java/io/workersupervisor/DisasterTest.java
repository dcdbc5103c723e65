package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.machine.ProcFs;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.internal.registry.WorkerIds;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** P1: registry or data directory are lost, exchanged or copied while workers live. */
@Tag("long")
@ParameterizedClass
@EnumSource(
        value = LaunchPath.class,
        names = {"SH", "KEEPER"})
class DisasterTest {
    private final LaunchPath path;

    DisasterTest(LaunchPath path) {
        this.path = path;
    }

    private static final AccountId ACCOUNT = AccountId.of(4711);
    private static final WorkerSpec SPEC =
            TestNode.sh(ACCOUNT, "exec sleep 600").build();

    @TempDir
    Path directory;

    private TestNode node;

    @BeforeEach
    void open() {
        node = new TestNode(directory.resolve("data"), new InMemoryWorkerRegistry(), path);
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
        try (TestNode after = new TestNode(node.data.path(), new InMemoryWorkerRegistry(), path)) {
            WorkerSupervisor host = after.host();

            StartResult refused = host.start(SPEC);
            StopResult stopped = host.stop(ACCOUNT);
            StartResult started = host.start(SPEC);

            assertThat(refused).isInstanceOf(StartResult.Refused.class);
            assertThat(((StartResult.Refused) refused).reason()).isEqualTo(RefusalReason.UNREGISTERED_WORKER);
            assertThat(((StartResult.Refused) refused).evidence()).contains("pid " + pid);
            assertThat(stopped).isInstanceOf(StopResult.Stopped.class);
            assertThat(((StopResult.Stopped) stopped).steps()).anyMatch(rung -> rung.startsWith("TERM"));
            assertThat(((StopResult.Stopped) stopped).report()).isEmpty();
            assertThat(started.orElseThrow().epoch()).isEqualTo(2);
            after.awaitEvent("registry was lost");
        }
    }

    /** Another registry may own it, and file its end. */
    @Test
    void P6_the_records_of_a_worker_that_the_registry_does_not_know_are_left_when_it_is_stopped() {
        WorkerSupervisor before = node.host();
        String workerId = before.start(SPEC).orElseThrow().workerId();
        before.close();
        try (TestNode after = new TestNode(node.data.path(), new InMemoryWorkerRegistry(), path)) {
            WorkerSupervisor host = after.host();

            StopResult stopped = host.stop(ACCOUNT);

            assertThat(stopped.describe()).contains(workerId);
            assertThat(host.why(ACCOUNT)).isEmpty();
            assertThat(after.local().records().exit(workerId)).isPresent();
            after.awaitEvent("the registry does not know it");
        }
        WorkerSupervisor owner = node.host();
        await().until(() -> !owner.why(ACCOUNT).isEmpty());
        assertThat(owner.why(ACCOUNT).get(0).exit()).isEqualTo(node.signalled(15));
    }

    @Test
    @Needs(Need.SETSID)
    void P4_a_stop_of_an_unregistered_worker_is_not_done_while_its_lock_is_held() throws Exception {
        String hidden = "env -i PATH=\"$PATH\" setsid sh -c 'while :; do sleep 0.05; done' " + directory;
        WorkerSupervisor before = node.host();
        before.start(TestNode.sh(ACCOUNT, hidden + " & exec sleep 600").build()).orElseThrow();
        await().until(() -> TestNode.naming(directory).stream()
                .anyMatch(process -> ProcFs.system().commandLine(process.pid()).startsWith("\0sh\0-c\0while")));
        before.close();
        try (TestNode after = new TestNode(node.data.path(), new InMemoryWorkerRegistry(), path)) {

            StopResult stopped =
                    after.host(WorkerSupervisor.Builder::withoutReconcile).stop(ACCOUNT);

            assertThat(((StopResult.Refused) stopped).reason()).isEqualTo(RefusalReason.LOCK_HELD);
            assertThat(((StopResult.Refused) stopped).evidence()).containsPattern("held by pid [0-9]+");
        } finally {
            TestNode.naming(directory).forEach(ProcessHandle::destroyForcibly);
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
        try (TestNode after = new TestNode(node.data.path(), new InMemoryWorkerRegistry(), path)) {
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
        node.loseRecords();
        try (TestNode after = new TestNode(node.data.path(), new InMemoryWorkerRegistry(), path)) {
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
        try (TestNode after = new TestNode(node.data.path(), copy, path)) {
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
        try (TestNode after = new TestNode(node.data.path(), new InMemoryWorkerRegistry(), path)) {
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

    /** The registry lies elsewhere and still names the node of the directory that was deleted. */
    private WorkerRow afterTheDirectoryWasMadeAnew(Runnable meanwhile) throws IOException {
        WorkerSupervisor before = node.host();
        before.start(SPEC).orElseThrow();
        before.close();
        WorkerRow row = node.row(ACCOUNT);
        meanwhile.run();
        await().until(() -> node.local().locks().state(ACCOUNT) == AccountLocks.State.FREE || node.isAlive(pid(row)));
        delete(node.data.path());
        DataDirectory.open(node.data.path());
        return row;
    }

    private static long pid(WorkerRow row) {
        return Detail.identityOf(row).orElseThrow().pid();
    }

    @Test
    void P2_a_dead_worker_of_a_node_that_vanished_is_told_and_its_account_starts() throws IOException {
        WorkerRow row = afterTheDirectoryWasMadeAnew(() ->
                node.workers().forEach(worker -> TestNode.kill(worker.stat().pid())));
        WorkerSupervisor host = node.host();

        node.awaitEvent("worker " + row.workerId() + " is left to its node: pid " + pid(row) + " does not exist");
        ReconcileReport reconciled = host.reconcile();
        StartResult started = host.start(SPEC);

        assertThat(reconciled.leftAlone()).singleElement().asString().contains(row.node());
        assertThat(started.orElseThrow().epoch()).isEqualTo(2);
        assertThat(node.row(ACCOUNT).node()).isNotEqualTo(row.node());
        assertThat(host.why(ACCOUNT).get(0).exit()).isInstanceOf(ExitStatus.Unknown.class);
    }

    @Test
    void P2_a_dead_worker_of_a_node_that_vanished_can_be_stopped() throws IOException {
        afterTheDirectoryWasMadeAnew(() ->
                node.workers().forEach(worker -> TestNode.kill(worker.stat().pid())));
        WorkerSupervisor host = node.host();

        StopResult stopped = host.stop(ACCOUNT);

        assertThat(stopped).isInstanceOf(StopResult.Stopped.class);
        assertThat(node.row(ACCOUNT).state()).isEqualTo(WorkerState.STOPPED);
        assertThat(host.why(ACCOUNT)).hasSize(1);
    }

    @Test
    void P1_a_living_worker_of_a_node_that_vanished_keeps_its_account_until_it_is_stopped() throws IOException {
        WorkerRow row = afterTheDirectoryWasMadeAnew(() -> {});
        WorkerSupervisor host = node.host();

        StartResult second = host.start(SPEC);
        StopResult stopped = host.stop(ACCOUNT);

        assertThat(second).isInstanceOf(StartResult.AlreadyRunning.class);
        assertThat(stopped).isInstanceOf(StopResult.Stopped.class);
        assertThat(node.isAlive(pid(row))).isFalse();
        assertThat(host.start(SPEC)).isInstanceOf(StartResult.Started.class);
    }

    @Test
    void P2_a_living_worker_of_another_directory_is_left_to_its_node_which_is_waited_for() {
        node.host().start(SPEC).orElseThrow();
        try (TestNode other = new TestNode(directory.resolve("other"), node.registry, path)) {
            WorkerSupervisor host = other.host();

            StartResult second = host.start(SPEC);
            StopResult stopped = host.stop(ACCOUNT);

            assertThat(second).isInstanceOf(StartResult.AlreadyRunning.class);
            assertThat(node.row(ACCOUNT).state()).isEqualTo(WorkerState.STOPPED);
            assertThat(((StopResult.Stopped) stopped).report())
                    .map(StopReport::reason)
                    .contains(StopReason.STOPPED_ON_REQUEST);
            assertThat(stopped.describe())
                    .contains("ended by its owner, node " + node.row(ACCOUNT).node());
            assertThat(other.events)
                    .extracting(WorkerEvent::describe)
                    .anyMatch(text -> text.contains("is being stopped by its owner"));
        }
    }

    /** Also a later stop of the same account says since when, and does not wait again. */
    @Test
    void P2_an_owner_that_does_not_act_is_waited_for_once() {
        WorkerSpec spec = WorkerSpec.builder(ACCOUNT, "/bin/sleep", "600")
                .stopGrace(Duration.ofMillis(100))
                .build();
        insert(node.registry, ForeignRow.running(spec, "w".repeat(26), "another-node"));
        WorkerSupervisor host = node.host();

        Instant begun = Instant.now();
        StopResult first = host.stop(ACCOUNT);
        Duration waited = Duration.between(begun, Instant.now());
        begun = Instant.now();
        StopResult second = host.stop(ACCOUNT);
        Duration again = Duration.between(begun, Instant.now());

        assertThat(List.of(first, second)).allSatisfy(result -> {
            assertThat(((StopResult.Refused) result).reason()).isEqualTo(RefusalReason.OTHER_NODE);
            assertThat(result.describe())
                    .contains(
                            "another-node",
                            "was asked at "
                                    + Detail.of(node.row(ACCOUNT)).stopAskedAt().orElseThrow(),
                            "has not ended it since");
        });
        assertThat(waited).isGreaterThan(WorkerSupervisor.DEFAULT_RECONCILE_INTERVAL);
        assertThat(again).isLessThan(Duration.ofSeconds(5));
        assertThat(Detail.of(node.row(ACCOUNT)).actor()).isEmpty();
    }

    @Test
    void P1_a_row_of_another_node_without_a_process_or_of_another_boot_stays_refused() {
        WorkerRow claimed = Samples.starting();
        insert(node.registry, claimed);
        WorkerSupervisor host = node.host();

        StartResult unrecorded = host.start(SPEC);
        WorkerRow row = node.row(ACCOUNT);
        assertThat(node.registry.update(Optional.of(row), RowChanges.running(row, Samples.PROCESS)))
                .isTrue();
        StartResult otherBoot = host.start(SPEC);

        assertThat(((StartResult.Refused) unrecorded).reason()).isEqualTo(RefusalReason.OTHER_NODE);
        assertThat(((StartResult.Refused) otherBoot).reason()).isEqualTo(RefusalReason.OTHER_NODE);
        assertThat(host.reconcile().leftAlone()).isEmpty();
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
    void P6_a_directory_replaced_beneath_a_running_host_stops_and_settles_nothing() throws IOException {
        WorkerSupervisor host = node.host(settings -> settings.onClose(OnClose.STOP_WORKERS));
        long pid = host.start(SPEC).orElseThrow().pid();
        AccountId starting = Samples.ACCOUNT.equals(ACCOUNT) ? AccountId.of(2) : Samples.ACCOUNT;
        insert(node.registry, startingHere(starting));
        Files.move(node.data.path(), directory.resolve("moved"));
        DataDirectory.open(node.data.path());

        StopResult stopped = host.stop(ACCOUNT);
        assertThatThrownBy(host::reconcile).hasMessageContaining("was replaced while this host runs");
        assertThatThrownBy(() -> host.restart(SPEC)).hasMessageContaining("was replaced while this host runs");
        host.close();

        assertThat(((StopResult.Refused) stopped).reason()).isEqualTo(RefusalReason.DIRECTORY_REPLACED);
        assertThat(node.row(ACCOUNT).desired()).isEqualTo(Desired.STOPPED);
        assertThat(node.isAlive(pid)).isTrue();
        assertThat(node.row(starting).state()).isEqualTo(WorkerState.STARTING);
        assertThat(node.registry.reports(starting, 1)).isEmpty();
        assertThat(node.registry.reports(ACCOUNT, 1)).isEmpty();
    }

    /** Left over by a host that is gone. */
    private WorkerRow startingHere(AccountId account) {
        String id = new WorkerIds().next(Samples.NOW);
        return RowChanges.claimed(
                Optional.empty(),
                TestNode.sh(account, "exec sleep 600").build(),
                new RowChanges.Claim(
                        1, id, node.row(ACCOUNT).node(), Samples.NOW, Samples.HOST, 0, Layout.logName(account, id)));
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
        try (TestNode copy = new TestNode(copied, node.registry, path)) {

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
    void P2_after_a_restart_of_the_machine_the_account_starts_at_once() throws IOException {
        WorkerSupervisor before = node.host();
        long pid = before.start(SPEC).orElseThrow().pid();
        before.close();
        WorkerRow row = node.row(ACCOUNT);
        ProcessIdentity identity = Detail.identityOf(row).orElseThrow();
        ProcessIdentity otherBoot = new ProcessIdentity(
                identity.pid(),
                identity.startTicks(),
                0,
                "another-boot",
                identity.pidNamespace(),
                identity.timeNamespace());
        assertThat(node.registry.update(Optional.of(row), RowChanges.running(row, otherBoot)))
                .isTrue();
        TestNode.kill(pid);
        await().until(() -> node.workers().isEmpty());
        await().until(() -> node.local().locks().state(ACCOUNT) == AccountLocks.State.FREE);
        node.loseRecords();

        WorkerSupervisor host = node.host();
        StartResult started = host.start(SPEC);

        assertThat(started).isInstanceOf(StartResult.Started.class);
        assertThat(host.why(ACCOUNT).get(0).reason()).isEqualTo(StopReason.MACHINE_LOST);
    }

    @Test
    void P7_a_damaged_lock_file_refuses_its_account_and_no_other() throws IOException {
        WorkerSupervisor host = node.host();
        Files.writeString(Layout.lockFile(node.data, ACCOUNT), "nonsense\n");
        AccountId other = AccountId.of(2);

        assertThatThrownBy(() -> host.start(SPEC))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining(Layout.lockFile(node.data, ACCOUNT).toString());
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
