package io.workersupervisor.internal.launch.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.HostProcess;
import io.workersupervisor.LaunchPath;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker begins alike on both launch paths, whatever state its host's process is in. */
@Needs({Need.PERL, Need.PYTHON3})
class InheritedStateTest {
    /** A state that a shell, a service manager or a wrapper leaves behind, and the command that runs in it. */
    private static final String HOSTILE = """
            use POSIX;
            umask 0;
            POSIX::nice(5);
            $SIG{$_} = "IGNORE" for qw(TERM INT HUP QUIT PIPE USR1);
            sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGTERM, SIGUSR2, SIGALRM));
            alarm 600;
            exec @ARGV;
            """;

    /** The shell reads its signals itself: while it makes another process, it blocks them. */
    private static final String TELL = """
            cd /proc/$$
            while read -r line; do
                case $line in
                Umask* | [UG]id* | Groups* | Cap* | NoNew* | Secc* | SigBlk* | SigIgn* | Cpus* | Mems* | THP*) echo "$line" ;;
                esac
            done <status
            for file in limits oom_score_adj timerslack_ns coredump_filter personality cgroup; do echo "$file"; cat $file; done
            tr '\\0' ' ' <cmdline | head -n 1
            set -- $(sed 's/.*) //' stat)
            echo leader $(($3 - $$)) session $(($4 - $$)) terminal $5 nice ${17} timer ${19} priority ${38} policy ${39}
            echo input $(readlink fd/0)
            ls fd
            """;

    /** The C library's own, which it sets itself where it uses them. */
    private static final long OWN_SIGNALS = 3L << 31;

    @TempDir
    Path directory;

    private List<String> told(LaunchPath path, List<String> options) throws Exception {
        return told(path, options, TELL);
    }

    private List<String> told(LaunchPath path, List<String> options, String script) throws Exception {
        List<String> command = new ArrayList<>(List.of("perl", "-e", HOSTILE));
        command.addAll(HostProcess.command(options, LaunchMain.class, directory.resolve("data"), path, script));
        try (HostProcess host = HostProcess.start(command)) {
            return host.rest().stream().map(InheritedStateTest::plain).toList();
        }
    }

    /** The lock has a number of each path's own; the C library's signals count for none. */
    private static String plain(String line) {
        String[] words = line.split("\t", -1);
        return switch (words[0]) {
            case "SigIgn:", "SigBlk:" -> words[0] + (Long.parseUnsignedLong(words[1], 16) & ~OWN_SIGNALS);
            case "9", "63" -> "lock";
            default -> line;
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"perl", "python3"})
    void a_worker_begins_alike_on_both_paths_under_a_hostile_host(String signals) throws Exception {
        Path program = signals.equals("perl") ? Need.PERL.path() : Need.PYTHON3.path();

        List<String> keeper = told(LaunchPath.KEEPER, List.of());
        List<String> shell = told(LaunchPath.SH, List.of("-Dsignals=" + program));

        assertThat(keeper)
                .contains("SigIgn:0", "SigBlk:0", "Umask:\t0000", "lock", "input /dev/null")
                .anyMatch(line -> line.startsWith("leader 0 session 0 terminal 0 nice "));
        assertThat(shell).isEqualTo(keeper);
    }

    @ParameterizedTest
    @ValueSource(strings = {"perl", "python3"})
    void a_script_without_an_interpreter_runs_under_a_hostile_host(String signals) throws Exception {
        Path program = signals.equals("perl") ? Need.PERL.path() : Need.PYTHON3.path();
        Path script = Files.writeString(directory.resolve("worker"), "echo it runs\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();

        assertThat(told(LaunchPath.SH, List.of("-Dsignals=" + program), script.toString()))
                .containsExactly("it runs");
    }

    @Test
    void where_nothing_but_env_is_at_hand_signals_are_not_ignored() throws Exception {
        List<String> shell = told(LaunchPath.SH, List.of("-Dsignals=/usr/bin/env"));

        assertThat(shell).contains("SigIgn:0");
    }
}
