package io.workersupervisor;

import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.launch.keeper.KeeperBinary;
import io.workersupervisor.internal.launch.keeper.KeeperConnections;
import io.workersupervisor.internal.launch.keeper.KeeperUnavailableException;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever dies, hosts, keepers or both: what becomes of workers, and who learns what. */
@Tag("long")
class KeeperHostTest {
    private static final AccountId ACCOUNT = AccountId.of(4711);
    private static final WorkerSpec SPEC =
            TestNode.sh(ACCOUNT, "exec sleep 600").build();

    @TempDir
    Path directory;

    private TestNode node;

    @BeforeEach
    void open() {
        node = new TestNode(directory.resolve("data"), new InMemoryWorkerRegistry(), LaunchPath.KEEPER);
    }

    @AfterEach
    void close() {
        node.close();
    }

    /** The process of the keeper that has the lock of its directory. */
    private long keeper() {
        Path lock = KeeperConnections.directories(node.data).get(0).resolve("lock");
        return node.local().proc().processes().stream()
                .filter(pid -> node.local().proc().commandLine(pid).contains("/keeper-"))
                .filter(pid -> node.local().proc().hasOpen(pid, lock))
                .findFirst()
                .orElseThrow();
    }

    private void killKeeper() {
        long pid = keeper();
        TestNode.kill(pid);
        await().until(() -> !node.isAlive(pid));
    }

    private ExitStatus exit(WorkerSupervisor host) {
        await().until(() -> !host.why(ACCOUNT).isEmpty());
        return host.why(ACCOUNT).get(0).exit();
    }

    @Test
    void P6_the_end_of_a_worker_is_exact() {
        WorkerSupervisor host = node.host();

        host.start(TestNode.sh(ACCOUNT, "sleep 0.3; exit 137").build()).orElseThrow();

        assertThat(exit(host)).isEqualTo(new ExitStatus.Exited(137));
        assertThat(host.why(ACCOUNT).get(0).usage()).isPresent();
        await().until(() -> node.local().records().workers().isEmpty());
    }

    @Test
    void P6_ends_while_no_host_runs_are_told_exactly_by_the_next() {
        WorkerSupervisor before = node.host();
        long pid = before.start(SPEC).orElseThrow().pid();
        long keeper = keeper();
        before.close();
        TestNode.kill(pid);
        await().until(() -> !node.isAlive(keeper));

        WorkerSupervisor next = node.host();

        assertThat(exit(next)).isEqualTo(new ExitStatus.Signalled(9));
        await().until(() -> node.local().records().workers().isEmpty());
    }

    @Test
    void P6_a_keeper_that_was_killed_is_followed_by_one_that_takes_up_its_workers() {
        WorkerSupervisor host = node.host();
        long pid = host.start(SPEC).orElseThrow().pid();
        killKeeper();

        await().until(() -> keeper() > 0);
        assertThat(node.isAlive(pid)).isTrue();
        assertThat(host.start(SPEC)).isInstanceOf(StartResult.AlreadyRunning.class);
        TestNode.kill(pid);

        assertThat(exit(host))
                .isIn(
                        new ExitStatus.Signalled(9),
                        new ExitStatus.Unknown("its keeper had died before it, and the kernel does not tell any more"));
        assertThat(host.start(SPEC)).isInstanceOf(StartResult.Started.class);
    }

    @Test
    void P1_P2_keeper_and_host_both_dead_leave_a_worker_that_the_next_host_takes_up() {
        WorkerSupervisor before = node.host();
        long pid = before.start(SPEC).orElseThrow().pid();
        long keeper = keeper();
        before.close();
        TestNode.kill(keeper);
        await().until(() -> !node.isAlive(keeper));

        WorkerSupervisor next = node.host();

        assertThat(next.start(SPEC)).isInstanceOf(StartResult.AlreadyRunning.class);
        assertThat(next.stop(ACCOUNT)).isInstanceOf(StopResult.Stopped.class);
        assertThat(node.isAlive(pid)).isFalse();
        assertThat(next.why(ACCOUNT).get(0).reason()).isEqualTo(StopReason.STOPPED_ON_REQUEST);
    }

    @Test
    @Needs(Need.BASH)
    void P1_a_worker_that_closed_its_descriptors_is_alive_without_its_keeper() {
        WorkerSupervisor before = node.host();
        Path closed = directory.resolve("closed");
        WorkerSpec spec = WorkerSpec.builder(
                        ACCOUNT, Need.BASH.path().toString(), "-c", "exec 63>&-; : >" + closed + "; exec sleep 600")
                .startGrace(TestNode.START_GRACE)
                .build();
        long pid = before.start(spec).orElseThrow().pid();
        await().until(() -> Files.exists(closed));
        assertThat(node.local().locks().state(ACCOUNT))
                .as("the keeper holds the lock")
                .isEqualTo(AccountLocks.State.BUSY);
        long keeper = keeper();
        before.close();
        TestNode.kill(keeper);
        await().until(() -> node.local().locks().state(ACCOUNT) == AccountLocks.State.FREE);

        WorkerSupervisor next = node.host();

        assertThat(next.start(spec)).isInstanceOf(StartResult.AlreadyRunning.class);
        assertThat(node.isAlive(pid)).isTrue();
    }

    @Test
    void workers_of_one_launch_path_are_taken_up_and_stopped_by_the_other() {
        WorkerSupervisor keeperHost = node.host();
        AccountId other = AccountId.of(2);
        keeperHost.start(SPEC).orElseThrow();
        keeperHost.close();
        WorkerSupervisor shell = node.host(settings -> settings.launcher(LaunchPath.SH));
        shell.start(TestNode.sh(other, "exec sleep 600").build()).orElseThrow();

        assertThat(shell.start(SPEC)).isInstanceOf(StartResult.AlreadyRunning.class);
        assertThat(shell.stop(ACCOUNT)).isInstanceOf(StopResult.Stopped.class);
        assertThat(exit(shell)).isEqualTo(new ExitStatus.Signalled(15));
        shell.close();
        WorkerSupervisor next = node.host();
        assertThat(next.stop(other)).isInstanceOf(StopResult.Stopped.class);
        assertThat(next.why(other)).hasSize(1);
        await().until(() -> node.local().records().workers().isEmpty());
    }

    @Test
    void an_older_keeper_keeps_its_workers_beside_a_newer_one_and_leaves_when_they_have_ended() throws Exception {
        KeeperBinary real = KeeperBinary.load();
        WorkerSupervisor old = node.host(settings -> {
            settings.seams(seams -> seams.withKeeper(() -> new KeeperBinary(real.bytes(), "0".repeat(64))));
            return settings;
        });
        long pid = old.start(SPEC).orElseThrow().pid();
        long keeper = keeper();
        old.close();

        WorkerSupervisor newer = node.host();
        newer.reconcile();
        assertThat(KeeperConnections.directories(node.data)).hasSize(2);
        AccountId other = AccountId.of(2);
        newer.start(TestNode.sh(other, "exec sleep 600").build()).orElseThrow();
        TestNode.kill(pid);

        assertThat(exit(newer)).isEqualTo(new ExitStatus.Signalled(9));
        await().until(() -> node.local().records().workers().size() == 1);
        newer.close();
        await().until(() -> !node.isAlive(keeper));
    }

    @Test
    void a_frozen_keeper_leaves_a_start_in_doubt_and_no_other_path_is_tried() throws Exception {
        WorkerSupervisor host = node.host(settings -> {
            settings.seams(seams -> seams.withKeeperPatience(Duration.ofMillis(300)));
            return settings.launcher(LaunchPath.AUTO);
        });
        AccountId other = AccountId.of(2);
        long pid = host.start(TestNode.sh(other, "exec sleep 600").build())
                .orElseThrow()
                .pid();
        long keeper = keeper();
        TestNode.signal("-STOP", keeper);

        StartResult frozen = host.start(SPEC);
        StopResult stopped = host.stop(other);

        assertThat(frozen).as("%s", frozen).isNotInstanceOf(StartResult.Started.class);
        assertThat(node.workers()).isEmpty();
        assertThat(stopped).isInstanceOf(StopResult.Refused.class);
        assertThat(node.isAlive(pid)).isFalse();
        TestNode.signal("-CONT", keeper);
        await().untilAsserted(() -> assertThat(host.start(SPEC)).isInstanceOf(StartResult.Started.class));
        assertThat(node.workers()).hasSize(1);
    }

    @Test
    void P7_a_keeper_that_freezes_is_told_and_its_workers_are_looked_at_by_the_host() throws Exception {
        WorkerSupervisor host = node.host(settings -> {
            settings.seams(seams -> seams.withKeeperPatience(Duration.ofMillis(300)));
            return settings.launcher(LaunchPath.AUTO);
        });
        AccountId other = AccountId.of(2);
        long pid = host.start(SPEC).orElseThrow().pid();
        host.start(TestNode.sh(other, "exec sleep 600").build()).orElseThrow();
        host.reconcile();
        long keeper = keeper();
        TestNode.signal("-STOP", keeper);
        try {
            TestNode.kill(pid);
            // Its zombie waits for the keeper, which holds the lock as well: nothing is freed, and it is not called
            // alive.
            await().until(() -> !host.status(ACCOUNT).orElseThrow().isAlive());
            StartResult third =
                    host.start(TestNode.sh(AccountId.of(3), "exec sleep 600").build());

            assertThat(third).isInstanceOf(StartResult.Started.class);
            node.awaitEvent("gives no answer");
            assertThat(host.status(other).orElseThrow().isAlive()).isTrue();
        } finally {
            TestNode.signal("-CONT", keeper);
        }
        assertThat(exit(host)).isEqualTo(new ExitStatus.Signalled(9));
    }

    @Test
    void P7_the_end_that_a_frozen_keeper_does_not_tell_is_looked_into_although_no_row_has_changed() throws Exception {
        WorkerSupervisor host = node.host(settings -> {
            settings.seams(seams -> seams.withKeeperPatience(Duration.ofMillis(300)));
            return settings;
        });
        long pid = host.start(SPEC).orElseThrow().pid();
        WorkerRow row = node.row(ACCOUNT);
        long keeper = keeper();
        TestNode.signal("-STOP", keeper);
        try {
            TestNode.kill(pid);
            await().until(() -> !host.status(ACCOUNT).orElseThrow().isAlive());

            node.awaitEvent("worker " + row.workerId() + " is left as it is");

            assertThat(node.row(ACCOUNT)).isEqualTo(row);
        } finally {
            TestNode.signal("-CONT", keeper);
        }
        assertThat(exit(host)).isEqualTo(new ExitStatus.Signalled(9));
    }

    @Test
    @Needs({Need.PERL, Need.LEASES})
    void P1_P7_an_exec_that_hangs_is_found_by_its_birth_record_and_others_are_started_without_the_keeper()
            throws Exception {
        WorkerSupervisor host = node.host(settings -> {
            settings.seams(seams -> seams.withKeeperPatience(Duration.ofMillis(300)));
            return settings.launcher(LaunchPath.AUTO);
        });
        AccountId before = AccountId.of(2);
        AccountId after = AccountId.of(3);
        host.start(TestNode.sh(before, "exec sleep 600").build()).orElseThrow();
        Path program = Files.copy(Path.of("/bin/sleep"), directory.resolve("program"), COPY_ATTRIBUTES);
        WorkerSpec spec = WorkerSpec.builder(ACCOUNT, program.toString(), "600")
                .startGrace(TestNode.START_GRACE)
                .build();
        long pid = FileLease.during(program, () -> {
            StartResult hanging = host.start(spec);
            StartResult other = host.start(TestNode.sh(after, "exec sleep 600").build());

            long hangs = hanging.orElseThrow().pid();
            assertThat(node.local().proc().commandLine(hangs)).contains("/keeper-");
            assertThat(other).as("%s", other).isInstanceOf(StartResult.Started.class);
            node.awaitEvent("hangs on its way to its program");
            return hangs;
        });

        await().until(() -> node.local().proc().commandLine(pid).contains(program.toString()));
        assertThat(host.start(spec)).isInstanceOf(StartResult.AlreadyRunning.class);
        assertThat(node.workers()).hasSize(3);
        assertThat(host.stop(ACCOUNT)).isInstanceOf(StopResult.Stopped.class);
        assertThat(host.why(ACCOUNT)).singleElement().returns(StopReason.STOPPED_ON_REQUEST, StopReport::reason);
    }

    @Test
    @Needs(Need.PRLIMIT)
    void P7_a_keeper_without_descriptors_fails_a_start_and_nothing_else() throws Exception {
        WorkerSupervisor host = node.host();
        AccountId other = AccountId.of(2);
        host.start(TestNode.sh(other, "exec sleep 600").build()).orElseThrow();
        assertThat(new ProcessBuilder("prlimit", "--pid", Long.toString(keeper()), "--nofile=12:12")
                        .start()
                        .waitFor())
                .isZero();

        StartResult none = host.start(SPEC);
        StopResult stopped = host.stop(other);

        assertThat(none).isInstanceOf(StartResult.Failed.class);
        assertThat(((StartResult.Failed) none).error()).containsIgnoringCase("descriptors");
        assertThat(stopped).isInstanceOf(StopResult.Stopped.class);
    }

    @Test
    void many_that_are_killed_at_once_start_again_at_once() {
        WorkerSupervisor host = node.host();
        List<WorkerSpec> specs = new ArrayList<>();
        for (int account = 1; account <= 40; account++) {
            specs.add(TestNode.sh(AccountId.of(account), "exec sleep 600").build());
        }
        host.startAll(specs);

        for (int round = 0; round < 3; round++) {
            node.workers().forEach(worker -> TestNode.kill(worker.stat().pid()));
            await().until(() -> specs.stream()
                    .allMatch(spec -> !host.status(spec.account()).orElseThrow().isAlive()));
            assertThat(host.startAll(specs).values()).allMatch(StartResult.Started.class::isInstance);
        }

        assertThat(node.workers()).hasSize(40);
    }

    @Test
    void a_program_that_is_damaged_or_for_another_machine_is_not_used() throws Exception {
        WorkerSupervisor shell = node.host(settings -> {
            settings.seams(seams -> seams.withKeeper(() -> {
                throw new KeeperUnavailableException("it is damaged");
            }));
            return settings.launcher(LaunchPath.AUTO);
        });

        assertThat(shell.start(SPEC)).isInstanceOf(StartResult.Started.class);
        node.awaitEvent("workers are started by the shell: it is damaged");
        assertThat(shell.doctor()).anyMatch(finding -> finding.text().contains("launch path sh, not the keeper"));
    }

    @Test
    void a_program_that_gives_no_answer_is_told_once_and_the_shell_starts_the_workers() throws Exception {
        byte[] nothing = "#!/bin/sh\nexit 0\n".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        KeeperBinary.Source mute = () -> new KeeperBinary(nothing, "1".repeat(64));
        WorkerSupervisor shell = node.host(settings -> {
            settings.seams(seams -> seams.withKeeper(mute));
            return settings.launcher(LaunchPath.AUTO);
        });

        assertThat(shell.start(SPEC)).isInstanceOf(StartResult.Started.class);
        assertThat(node.events)
                .filteredOn(event -> event.describe().contains("started by the shell"))
                .hasSize(1);
        assertThatThrownBy(() -> node.host(settings -> {
                    settings.seams(seams -> seams.withKeeper(mute));
                    return settings;
                }))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("the keeper cannot be used");
    }

    @Test
    void P8_a_directory_that_others_can_write_is_no_place_for_the_program() throws Exception {
        Path open = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(open, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThatThrownBy(() -> node.host(settings -> settings.keeperDirectory(open)))
                .hasMessageContaining("this user alone can write");
        assertThat(Optional.of(open))
                .hasValueSatisfying(path -> assertThat(listed(path)).isEmpty());
    }

    @Test
    @Needs({Need.ROOT, Need.MOUNT})
    void where_every_place_is_mounted_noexec_the_shell_starts_the_workers() throws Exception {
        Path noexec = Files.createDirectory(directory.resolve("noexec"));
        assertThat(run("mount", "-t", "tmpfs", "-o", "noexec,mode=700", "tmpfs", noexec.toString()))
                .isZero();
        try {
            WorkerSupervisor shell =
                    node.host(settings -> settings.launcher(LaunchPath.AUTO).keeperDirectory(noexec.resolve("here")));

            assertThat(shell.start(SPEC)).isInstanceOf(StartResult.Started.class);
            node.awaitEvent("Permission denied");
            assertThat(shell.doctor())
                    .anyMatch(finding -> finding.text().contains("launch path sh, not the keeper")
                            && finding.text().contains("Permission denied"));
        } finally {
            run("umount", "-l", noexec.toString());
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command).start().waitFor();
    }

    private static List<Path> listed(Path path) {
        try (var files = Files.list(path)) {
            return files.toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
