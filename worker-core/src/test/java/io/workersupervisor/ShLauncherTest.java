package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.workersupervisor.Launcher.LaunchAnswer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sh launch path under each shell, and with each substitute for a missing program. */
class ShLauncherTest {
    private static ShellTools tools() {
        return ShellTools.find(ShellTools.systemPath(), false);
    }

    private abstract static class Sh extends LauncherContract {
        private final ExecutorService readers = Executors.newCachedThreadPool();

        @Override
        Launcher launcher(LocalMachine local) {
            return new ShLauncher(local.data(), local.script(), new ShRecords(local.data()), local.machine(), readers);
        }

        @Override
        List<Path> recordFiles(LocalMachine local, String workerId) {
            return List.of(
                    local.data().records().resolve(workerId + ".birth"),
                    local.data().records().resolve(workerId + ".exit"));
        }

        @Test
        void what_cannot_be_recorded_is_not_run() throws IOException {
            Files.delete(data.records());
            Path marker = directory.resolve("ran");

            LaunchAnswer answer = launcher.launch(request(1, "touch " + marker));

            assertThat(answer).isInstanceOf(LaunchAnswer.NotLaunched.class);
            assertThat(((LaunchAnswer.NotLaunched) answer).step()).isEqualTo("records");
            await().until(() -> local.locks().state(ACCOUNT) == AccountLocks.State.FREE);
            assertThat(marker).doesNotExist();
        }

        @AfterEach
        void close() {
            readers.shutdownNow();
        }

        static String installed(String program) {
            for (String directory : List.of("/bin", "/usr/bin")) {
                if (Files.isExecutable(Path.of(directory, program))) {
                    return directory + "/" + program;
                }
            }
            String skipped = program + " is not installed: its launch path is not tested";
            System.err.println(skipped);
            assumeTrue(false, skipped);
            return "";
        }
    }

    @Nested
    class Dash extends Sh {
        @Override
        ShellTools tools() {
            return new ShellTools(
                    installed("dash"),
                    ShLauncherTest.tools().locker(),
                    ShLauncherTest.tools().session());
        }
    }

    @Nested
    class Bash extends Sh {
        @Override
        ShellTools tools() {
            return new ShellTools(
                    installed("bash"),
                    ShLauncherTest.tools().locker(),
                    ShLauncherTest.tools().session());
        }
    }

    /** Busybox is its own shell, and brings its own setsid and, where it is built with it, flock. */
    @Nested
    class Busybox extends Sh {
        @TempDir
        Path programs;

        @Override
        ShellTools tools() {
            Path busybox = Path.of(installed("busybox"));
            return new ShellTools(
                    link("sh", busybox),
                    has(busybox, "flock")
                            ? link("flock", busybox)
                            : ShLauncherTest.tools().locker(),
                    link("setsid", busybox));
        }

        private String link(String name, Path target) {
            try {
                return Files.createSymbolicLink(programs.resolve(name), target).toString();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        private static boolean has(Path busybox, String applet) {
            try {
                Process list = new ProcessBuilder(busybox.toString(), "--list").start();
                return list.inputReader().lines().anyMatch(applet::equals);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Nested
    class Perl extends Sh {
        @Override
        ShellTools tools() {
            installed("perl");
            return new ShellTools(ShLauncherTest.tools().shell(), "perl", "perl");
        }
    }
}
