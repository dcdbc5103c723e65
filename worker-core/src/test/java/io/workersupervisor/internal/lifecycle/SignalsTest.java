package io.workersupervisor.internal.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.AccountId;
import io.workersupervisor.CommandedHost;
import io.workersupervisor.HostProcess;
import io.workersupervisor.LaunchPath;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopResult;
import io.workersupervisor.TestNode;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.internal.launch.shell.ShellScript;
import io.workersupervisor.internal.machine.ProcFs;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** P3, P6: a signal that was not sent is never told as sent, and what the launch path cannot send the host sends by itself. */
@Timeout(300)
class SignalsTest {
    private static final AccountId ACCOUNT = AccountId.of(4711);

    @TempDir
    Path directory;

    @Test
    void a_group_is_signalled_by_the_host_where_the_launch_path_cannot() {
        try (TestNode node = new TestNode(directory.resolve("data"), new InMemoryWorkerRegistry(), LaunchPath.SH)) {
            WorkerSupervisor host = node.host(settings -> TestNode.seams(
                    settings,
                    seams -> seams.withScript(tools -> {
                        ShellScript script = ShellScript.load(tools);
                        return new ShellScript(script.text().replace("kill \"-$ws_name\"", "false"), tools);
                    })));
            long pid = host.start(TestNode.sh(ACCOUNT, "sleep 601 & sleep 600; true")
                            .stopGrace(Duration.ofMinutes(2))
                            .build())
                    .orElseThrow()
                    .pid();
            await().until(() -> groupOf(pid).size() == 3);

            StopResult stopped = host.stop(ACCOUNT);

            assertThat(stopped).isInstanceOf(StopResult.Stopped.class);
            assertThat(((StopResult.Stopped) stopped).steps()).containsExactly("TERM sent to the group of pid " + pid);
            assertThat(groupOf(pid)).isEmpty();
            node.awaitEvent("this host signals by itself, as its launch path cannot: failed kill");
        }
    }

    private static List<ProcFs.Stat> groupOf(long pid) {
        return ProcFs.system().table().stream()
                .filter(stat -> stat.group() == pid && !stat.isDead())
                .toList();
    }

    /** A root without the right to signal others, and a worker that became another user. */
    @ParameterizedTest
    @EnumSource(
            value = LaunchPath.class,
            names = {"SH", "KEEPER"})
    @Needs({Need.ROOT, Need.SETPRIV})
    void a_signal_that_is_not_permitted_ends_the_stop_at_once_with_the_reason(LaunchPath path) throws Exception {
        List<String> command = new ArrayList<>(List.of("setpriv", "--bounding-set=-kill", "--inh-caps=-kill"));
        command.addAll(HostProcess.command(
                List.of(),
                CommandedHost.class,
                directory.resolve("data"),
                path,
                "setpriv",
                "--reuid=65534",
                "--clear-groups",
                "sleep",
                "600"));
        HostProcess host = HostProcess.start(command);
        long worker = Long.parseLong(host.await("started"));

        String refused = host.ask("stop");

        assertThat(refused)
                .startsWith("Refused")
                .containsIgnoringCase("TERM could not be sent to pid " + worker)
                .containsIgnoringCase("not permitted")
                .doesNotContain("after KILL");
        TestNode.kill(worker);
        String why = "[]";
        while (why.equals("[]")) {
            why = host.ask("why");
        }
        assertThat(why).doesNotContain(StopReason.STOPPED_ON_REQUEST.name()).doesNotContain("TERM sent");
        host.finish();
    }
}
