package io.workersupervisor.internal.launch.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.HostProcess;
import io.workersupervisor.LaunchPath;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.TestNode;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.internal.launch.InheritedLimits;
import io.workersupervisor.internal.launch.Launcher.LaunchAnswer;
import io.workersupervisor.internal.launch.Launcher.LaunchRequest;
import io.workersupervisor.internal.machine.Kernel;
import io.workersupervisor.internal.registry.WorkerIds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The keeper where something is in its way: directories of others, a user without rights, a filter of system calls. */
class KeeperConfinedTest {
    private static final int NOBODY = 65_534;

    /** Makes signalfd4, which a keeper needs and neither a JVM nor a shell does, fail, and becomes the command behind it. */
    private static final String WITHOUT_SIGNALFD = """
            my ($prctl, $signalfd4) = `uname -m` =~ /x86_64/ ? (157, 289) : (167, 74);
            my $filter = pack("SCCL" x 4, 0x20, 0, 0, 0, 0x15, 0, 1, $signalfd4, 6, 0, 0, 0x50001, 6, 0, 0, 0x7fff0000);
            my $program = pack("Sx![P]P", 4, $filter);
            syscall($prctl, 38, 1, 0, 0, 0) == 0 && syscall($prctl, 22, 2, $program) == 0 or exit 99;
            exec @ARGV;
            """;

    @TempDir
    Path directory;

    private List<String> launch(List<String> wrapper, LaunchPath path, String... scripts) throws Exception {
        List<Object> words = new ArrayList<>(List.of(directory.resolve("data"), path));
        words.addAll(List.of(scripts));
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(HostProcess.command(List.of(), LaunchMain.class, words.toArray()));
        try (HostProcess host = HostProcess.start(command)) {
            return host.rest();
        }
    }

    @Test
    @Needs(Need.SETPRIV)
    void each_niceness_is_kept_where_it_may_not_be_lowered() throws Exception {
        List<String> unprivileged = Kernel.userId() == 0
                ? List.of("setpriv", "--bounding-set=-sys_nice", "--inh-caps=-sys_nice")
                : List.of();
        List<String> nicer = new ArrayList<>(List.of("nice", "-n", "3"));
        nicer.addAll(unprivileged);

        List<String> first = launch(nicer, LaunchPath.KEEPER, "nice");
        List<String> second = launch(unprivileged, LaunchPath.KEEPER, "nice");

        int ours = InheritedLimits.current().niceness() - 20;
        assertThat(first).containsExactly(Integer.toString(Math.min(ours + 3, 19)));
        assertThat(second).containsExactly(Integer.toString(ours));
    }

    @Test
    @Needs({Need.PERL, Need.SECCOMP})
    void a_keeper_that_a_filter_of_system_calls_stops_is_told_once_and_the_shell_starts_the_workers() throws Exception {
        List<String> filtered = List.of("perl", "-e", WITHOUT_SIGNALFD);

        List<String> output = launch(filtered, LaunchPath.AUTO, "echo one", "echo two");

        assertThat(output).hasSize(3).startsWith("one", "two");
        assertThat(output.get(2)).contains("workers are started by the shell", "descriptors: Operation not permitted");
    }

    @Test
    @Needs(Need.ROOT)
    void P8_a_place_that_another_user_made_first_is_refused_and_the_next_one_taken() throws Exception {
        Path theirs = Files.createDirectory(directory.resolve("theirs"));
        Files.setAttribute(theirs, "unix:uid", NOBODY);

        theNextPlaceIsTaken(theirs);

        assertThat(names(theirs)).isEmpty();
    }

    @Test
    void P8_a_place_that_is_a_link_is_refused_and_the_next_one_taken() throws Exception {
        Path target = Files.createDirectory(directory.resolve("target"));

        theNextPlaceIsTaken(Files.createSymbolicLink(directory.resolve("link"), target));

        assertThat(names(target)).isEmpty();
    }

    private void theNextPlaceIsTaken(Path first) throws Exception {
        Path next = directory.resolve("next");
        DataDirectory data = DataDirectory.open(directory.resolve("data"));
        try (KeeperNode node = new KeeperNode(data, LaunchPath.KEEPER, List.of(first, next))) {
            WorkerSpec spec = TestNode.sh(AccountId.of(1), "exit 0").build();

            LaunchAnswer answer = node.launcher.launch(new LaunchRequest(spec, new WorkerIds().next(Instant.now()), 1));

            assertThat(answer).isInstanceOf(LaunchAnswer.Born.class);
            assertThat(node.troubles).isEmpty();
        }
        assertThat(names(next)).containsExactly("keeper-" + KeeperBinary.load().version());
    }

    private static List<String> names(Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
