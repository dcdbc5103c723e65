package io.workersupervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
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
            return new ShLauncher(local.data(), local.script(), local.records(), local.machine(), readers);
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
            Needs.that(false, program);
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

    private abstract static class Busybox extends Sh {
        @TempDir
        Path programs;

        String applet(String name) {
            try {
                Path link = programs.resolve(name);
                return Files.exists(link)
                        ? link.toString()
                        : Files.createSymbolicLink(link, Path.of(installed("busybox")))
                                .toString();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        static boolean has(String applet) {
            try {
                Process list = new ProcessBuilder(installed("busybox"), "--list").start();
                return list.inputReader().lines().anyMatch(applet::equals);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** The shell and the setsid of busybox. */
    @Nested
    class BusyboxShell extends Busybox {
        @Override
        ShellTools tools() {
            return new ShellTools(applet("sh"), ShLauncherTest.tools().locker(), applet("setsid"));
        }
    }

    /** Alpine's busybox has a flock of its own, Debian's has none. */
    @Nested
    class BusyboxFlock extends Busybox {
        @BeforeAll
        static void need_it() {
            Needs.where(has("flock"), "a busybox that has flock");
        }

        @Override
        ShellTools tools() {
            return new ShellTools(applet("sh"), applet("flock"), applet("setsid"));
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
