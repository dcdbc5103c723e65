package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P2, P3: a machine on which process numbers are used again, hidden, or belong to others. Needs root. */
@Needs({Need.ROOT, Need.UNSHARE, Need.SETPRIV})
class HostileMachineTest {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java") + " -Xshare:auto -XX:TieredStopAtLevel=1 "
                    + "-cp \"$CLASSES\" io.workersupervisor.internal.liveness.ProbeMain";

    @TempDir
    Path directory;

    @Test
    @Needs(Need.NS_LAST_PID)
    void P3_a_recycled_process_number_is_dead() throws Exception {
        List<String> output = run(List.of("unshare", "-pfm", "--mount-proc", "--kill-child"), """
                sleep 1000 & victim=$!
                detail=$(%1$s record $victim)
                echo before $(%1$s probe "$detail")
                kill -9 $victim; wait $victim 2>/dev/null
                tries=0
                while [ $tries -lt 200 ]; do
                    tries=$((tries + 1))
                    echo $((victim - 1)) >/proc/sys/kernel/ns_last_pid
                    sleep 1000 & [ $! = $victim ] && break
                    kill $!
                done
                [ $! = $victim ] && echo recycled
                echo after $(%1$s probe "$detail")
                kill -9 $victim
                """.formatted(JAVA));

        assertThat(output).containsExactly("before ALIVE", "recycled", "after DEAD");
    }

    @Test
    @Needs(Need.MOUNT)
    void P2_a_process_that_the_mount_option_hidepid_hides_is_in_doubt_and_an_absent_one_dead() throws Exception {
        List<String> output = run(List.of("unshare", "-m"), """
                sleep 1000 & hidden=$!
                sleep 0 & absent=$!
                wait $absent
                there=$(%1$s record $hidden)
                gone=$(echo "$there" | sed "s/\\"pid\\":$hidden,/\\"pid\\":$absent,/")
                mount -t proc -o hidepid=2 proc /proc
                echo hidden $(setpriv --reuid 65534 --regid 65534 --clear-groups %1$s probe "$there")
                echo absent $(setpriv --reuid 65534 --regid 65534 --clear-groups %1$s probe "$gone")
                kill -9 $hidden
                """.formatted(JAVA));

        assertThat(output).containsExactly("hidden DOUBT", "absent DEAD");
    }

    @Test
    void P2_a_process_of_another_user_is_alive() throws Exception {
        List<String> output = run(List.of("sh"), """
                sleep 1000 & other=$!
                detail=$(%1$s record $other)
                echo other $(setpriv --reuid 65534 --regid 65534 --clear-groups %1$s probe "$detail")
                kill -9 $other
                """.formatted(JAVA));

        assertThat(output).containsExactly("other ALIVE");
    }

    @Test
    @Needs(Need.PERL)
    void P2_a_zombie_under_a_parent_that_never_reaps_is_dead() throws Exception {
        List<String> output = run(List.of("sh"), """
                perl -e 'if ($p = fork) { $| = 1; print "$p\\n"; sleep 1000 } exit 3' >zombie & parent=$!
                while ! [ -s zombie ]; do sleep 0.05; done
                read zombie <zombie
                while ! grep -q ') Z ' /proc/$zombie/stat; do sleep 0.05; done
                echo zombie $(%1$s probe "$(%1$s record $zombie)")
                kill -9 $parent
                """.formatted(JAVA));

        assertThat(output).containsExactly("zombie DEAD");
    }

    /** Classes are copied, as another user may not be able to read the build's directory. */
    private List<String> run(List<String> wrapper, String script) throws Exception {
        assertThat(directory.toFile().setExecutable(true, false)).isTrue();
        assertThat(directory.toFile().setReadable(true, false)).isTrue();
        Path file = Files.writeString(directory.resolve("script.sh"), "set -u\n" + script);
        List<String> command = new ArrayList<>(wrapper);
        if (!wrapper.equals(List.of("sh"))) {
            command.add("sh");
        }
        command.add(file.toString());
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().put("CLASSES", copiedClasses());
        // What a failing script leaves running would hold a pipe open.
        Path output = directory.resolve("output");
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean ended = process.waitFor(60, TimeUnit.SECONDS);
            assertThat(ended)
                    .as("ended, having said %s", Files.readString(output))
                    .isTrue();
            return Files.readAllLines(output);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private String copiedClasses() throws IOException, InterruptedException {
        Path classes = Files.createDirectory(directory.resolve("classes"));
        for (String entry : System.getProperty("java.class.path").split(":", -1)) {
            boolean wanted = entry.contains("classes") || entry.contains("slf4j-api") || entry.contains("jspecify");
            if (wanted) {
                Path source = Path.of(entry);
                String from = Files.isDirectory(source) ? entry + "/." : entry;
                assertThat(new ProcessBuilder("cp", "-r", from, classes.toString())
                                .start()
                                .waitFor())
                        .isZero();
            }
        }
        assertThat(new ProcessBuilder("chmod", "-R", "a+rX", classes.toString())
                        .start()
                        .waitFor())
                .isZero();
        return classes + ":" + classes + "/*";
    }
}
