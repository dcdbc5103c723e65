package io.workersupervisor.internal.launch.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.TestNode;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.launch.InheritedLimits;
import io.workersupervisor.internal.launch.LaunchRecords;
import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.launch.Launcher.LaunchAnswer;
import io.workersupervisor.internal.launch.Launcher.LaunchRequest;
import io.workersupervisor.internal.launch.Launcher.Scope;
import io.workersupervisor.internal.launch.Launcher.SignalAnswer;
import io.workersupervisor.internal.launch.LauncherContract;
import io.workersupervisor.internal.launch.combined.LaunchPaths;
import io.workersupervisor.internal.launch.shell.ShellTools;
import io.workersupervisor.internal.liveness.LocalEvidence;
import io.workersupervisor.internal.machine.Clocks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The native launch path: what both promise, and what only a keeper can. */
class KeeperLauncherTest extends LauncherContract {
    @SuppressWarnings("NullAway.Init")
    private KeeperNode node;

    @Override
    public ShellTools tools() {
        return ShellTools.find(ShellTools.systemPath(), false);
    }

    @Override
    public Launcher launcher(LocalEvidence local) {
        try {
            node = new KeeperNode(local.data());
            return node.launcher;
        } catch (KeeperUnavailableException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public List<Path> recordFiles(LocalEvidence local, String workerId) {
        return List.of(node.journal());
    }

    @AfterEach
    void close() {
        node.close();
    }

    private ExitStatus exitOf(LaunchRequest request) {
        launch(request);
        await().until(() -> local.records().exit(request.workerId()).isPresent());
        return local.records().exit(request.workerId()).orElseThrow().status();
    }

    @Test
    void P6_an_exit_code_of_137_is_no_kill() {
        assertThat(exitOf(request(1, "exit 137"))).isEqualTo(new ExitStatus.Exited(137));
        assertThat(exitOf(request(2, "kill -9 $$"))).isEqualTo(new ExitStatus.Signalled(9));
    }

    @Test
    void P6_what_a_worker_used_and_that_the_signal_was_ours_is_recorded() {
        LaunchRequest request = request(1, "i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done; exec sleep 600");
        LaunchAnswer.Born born = launch(request);
        await().until(() -> local.proc().commandLine(born.identity().pid()).contains("sleep"));

        assertThat(launcher.signal(born.identity(), "TERM", Scope.GROUP)).isInstanceOf(SignalAnswer.Sent.class);

        await().until(() -> local.records().exit(request.workerId()).isPresent());
        LaunchRecords.Exit exit = local.records().exit(request.workerId()).orElseThrow();
        assertThat(exit.status()).isEqualTo(new ExitStatus.Signalled(15));
        assertThat(exit.signalled()).isEqualTo(15);
        assertThat(exit.evidence()).contains("the last signal that a host sent it was 15 (TERM)");
        assertThat(exit.usage().orElseThrow().peakMemoryBytes()).isPositive();
        assertThat(exit.usage().orElseThrow().userTime()).isPositive();
    }

    @Test
    @Needs(Need.SETSID)
    void P6_a_lock_that_outlives_its_worker_is_recorded() {
        LaunchRequest request = request(1, "setsid sleep 600 & exit 0");
        launch(request);

        await().until(() -> local.records()
                .exit(request.workerId())
                .filter(exit -> exit.evidence().contains("its lock was held on by what it left behind"))
                .isPresent());
        assertThat(local.locks().state(ACCOUNT)).isEqualTo(AccountLocks.State.BUSY);
    }

    @Test
    void an_end_is_told_at_once_to_whoever_waits_for_it() {
        LaunchRequest request = request(1, "exit 7");

        LaunchAnswer.Born born = launch(request);

        await().until(() -> born.over().isDone());
        assertThat(local.records().exit(request.workerId())).isPresent();
    }

    @Test
    void P6_the_record_of_an_acknowledged_end_is_gone() {
        LaunchRequest request = request(1, "exit 7");
        exitOf(request);

        LaunchRecords records = records();
        records.acknowledge(request.workerId());

        await().until(() -> local.records().exit(request.workerId()).isEmpty());
        assertThat(records.workers()).isEmpty();
    }

    private LaunchRecords records() {
        return LaunchPaths.records(node.keepers, data, local.script(), Clocks.system(java.time.InstantSource.system()));
    }

    @Test
    void P1_P6_after_the_keepers_death_a_new_one_takes_up_its_workers() throws Exception {
        LaunchRequest request = request(1, "exec sleep 600");
        LaunchAnswer.Born born = launch(request);
        long first = node.pid();
        TestNode.kill(first);
        await().until(() -> born.over().isDone());

        LaunchAnswer second = launcher.launch(request(2, "exec sleep 600"));

        assertThat(second).isEqualTo(new LaunchAnswer.Busy());
        assertThat(node.pid()).isNotEqualTo(first);
        assertThat(isAlive(born)).isTrue();
        assertThat(launcher.signal(born.identity(), "KILL", Scope.GROUP)).isInstanceOf(SignalAnswer.Sent.class);
        await().until(() -> node.ended.contains(request.workerId()));
        ExitStatus exit = local.records().exit(request.workerId()).orElseThrow().status();
        // From Linux 6.15 on the kernel tells; before, nobody does, and nothing is invented.
        assertThat(exit instanceof ExitStatus.Unknown || exit.equals(new ExitStatus.Signalled(9)))
                .as("%s", exit)
                .isTrue();
    }

    /** A cleaner of old files may do so; a host that is connected notices nothing. */
    @Test
    void P7_a_new_host_reaches_a_keeper_whose_socket_somebody_removed() throws Exception {
        launch(request(1, "exec sleep 600"));
        long pid = node.pid();
        Files.delete(node.directory().resolve("sock"));

        try (KeeperNode other = new KeeperNode(data)) {
            assertThat(other.pid()).isEqualTo(pid);
        }
    }

    @Test
    void a_frozen_keeper_leaves_a_launch_unanswered_and_fences_and_signals_work_without_it() throws Exception {
        LaunchAnswer.Born born = launch(request(1, "exec sleep 600"));
        long pid = node.pid();
        TestNode.signal("-STOP", pid);
        try {
            assertThat(launcher.signal(born.identity(), "KILL", Scope.GROUP)).isInstanceOf(SignalAnswer.Sent.class);
            await().until(() -> !isAlive(born));
        } finally {
            TestNode.signal("-CONT", pid);
        }
    }

    @Test
    void P8_an_environment_is_in_no_command_line_and_in_no_file() throws IOException {
        LaunchAnswer.Born born = launch(request(
                1,
                TestNode.sh(ACCOUNT, "exec sleep 600")
                        .environment("TOKEN", "hunter2-secret")
                        .build()));
        await().until(() ->
                local.proc().environment(born.identity().pid()).orElse("").contains("TOKEN=hunter2-secret"));

        for (long pid : local.proc().processes()) {
            assertThat(local.proc().commandLine(pid)).doesNotContain("hunter2-secret");
        }
        try (var files = Files.walk(data.path())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1))
                        .doesNotContain("hunter2-secret");
            }
        }
    }

    @Test
    void a_path_of_more_than_108_bytes_is_reached_also_where_the_temporary_directory_is_deep() throws Exception {
        String temporary = System.getProperty("java.io.tmpdir");
        System.setProperty(
                "java.io.tmpdir",
                Files.createDirectories(directory.resolve("c".repeat(120))).toString());
        try {
            reachesADeepPath();
        } finally {
            System.setProperty("java.io.tmpdir", temporary);
        }
    }

    @Test
    void a_path_of_more_than_108_bytes_is_reached() throws Exception {
        reachesADeepPath();
    }

    private void reachesADeepPath() throws Exception {
        DataDirectory deep =
                DataDirectory.open(directory.resolve("a".repeat(120)).resolve("b".repeat(120)));
        try (KeeperNode far = new KeeperNode(deep)) {
            LaunchAnswer answer = far.launcher.launch(request(1, "exit 0"));

            assertThat(answer).isInstanceOf(LaunchAnswer.Born.class);
        }
    }

    @Test
    void limits_and_niceness_are_those_of_this_process() throws Exception {
        LaunchRequest request = request(1, "cat /proc/self/limits; nice");

        exitOf(request);

        List<String> lines = log(request).lines().toList();
        List<String> ours = Files.readAllLines(Path.of("/proc/self/limits"));
        assertThat(lines).startsWith(ours.toArray(new String[0]));
        assertThat(lines.get(lines.size() - 1))
                .isEqualTo(Integer.toString(InheritedLimits.current().niceness() - 20));
    }
}
