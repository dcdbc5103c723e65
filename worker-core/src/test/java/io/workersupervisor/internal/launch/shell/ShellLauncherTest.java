package io.workersupervisor.internal.launch.shell;

import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.FileLease;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.Samples;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.launch.InheritedLimits;
import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.launch.Launcher.LaunchAnswer;
import io.workersupervisor.internal.launch.LauncherContract;
import io.workersupervisor.internal.liveness.LocalEvidence;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.Kernel;
import io.workersupervisor.internal.machine.ProcFs;
import io.workersupervisor.internal.machine.ProcessIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sh launch path under each shell, and with each substitute for a missing program. */
class ShellLauncherTest {
    private static ShellTools tools() {
        return ShellTools.find(ShellTools.systemPath(), false);
    }

    /** What the script does where a part of the machine is missing. */
    private static LocalEvidence local(Path directory, UnaryOperator<String> change) throws IOException {
        try (InputStream in = ShellLauncher.class.getResourceAsStream("launcher.sh")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            String changed = change.apply(text);
            assertThat(changed).isNotEqualTo(text);
            return LocalEvidence.of(
                    DataDirectory.open(directory.resolve("data")),
                    Kernel.current(),
                    ProcFs.system(),
                    new ShellScript(changed, tools()),
                    Clocks.system(InstantSource.system()));
        }
    }

    private static Launcher launcher(LocalEvidence local) {
        return new ShellLauncher(
                local.data(),
                local.script(),
                local.machine(),
                InheritedLimits.current(),
                Runnable::run,
                ShellLauncher.LONGEST_ANSWER);
    }

    private static ProcessIdentity identity(LocalEvidence local, Process process) {
        return new ProcessIdentity(
                process.pid(),
                local.proc().stat(process.pid()).orElseThrow().startTicks(),
                0,
                local.machine().bootId(),
                local.machine().pidNamespace(),
                local.machine().timeNamespace());
    }

    @Test
    @Needs({Need.PERL, Need.LEASES})
    void P7_a_program_whose_file_system_hangs_is_refused_in_time(@TempDir Path directory) throws Exception {
        LocalEvidence local = LocalEvidence.of(DataDirectory.open(directory.resolve("data")), false);
        Path program = Files.copy(Path.of("/bin/sleep"), directory.resolve("program"), COPY_ATTRIBUTES);
        WorkerSpec spec =
                WorkerSpec.builder(AccountId.of(1), program.toString(), "600").build();
        ExecutorService readers = Executors.newCachedThreadPool();
        Launcher launcher = new ShellLauncher(
                local.data(),
                local.script(),
                local.machine(),
                InheritedLimits.current(),
                readers,
                Duration.ofMillis(300));
        try {
            LaunchAnswer answer = FileLease.during(
                    program, () -> launcher.launch(new Launcher.LaunchRequest(spec, Samples.WORKER, 1)));

            assertThat(answer)
                    .isEqualTo(new LaunchAnswer.NotLaunched(
                            "program", program + " could not be opened within 300 ms: its file system hangs"));
            assertThat(local.records().workers()).isEmpty();
        } finally {
            readers.shutdown();
        }
    }

    @Test
    void P3_a_process_that_cannot_be_looked_at_is_not_said_to_be_gone(@TempDir Path directory) throws Exception {
        LocalEvidence local = local(directory, text -> text.replace("\nsignal() {\n", "\nsignal() {\nulimit -n 3\n"));
        Process process = new ProcessBuilder("sleep", "600").start();
        ProcessIdentity identity = identity(local, process);

        Launcher.SignalAnswer living = launcher(local).signal(identity, "KILL", Launcher.Scope.PROCESS);
        boolean lived = process.isAlive();
        process.destroyForcibly().waitFor();
        Launcher.SignalAnswer dead = launcher(local).signal(identity, "KILL", Launcher.Scope.PROCESS);

        assertThat(living).isInstanceOf(Launcher.SignalAnswer.NotSent.class);
        assertThat(lived).isTrue();
        assertThat(dead).isInstanceOf(Launcher.SignalAnswer.Gone.class);
    }

    @Test
    void P4_a_process_is_signalled_where_no_other_program_is_at_hand(@TempDir Path directory) throws Exception {
        LocalEvidence local = local(
                directory, text -> text.replace("/usr/bin:/bin", "/nowhere").replaceFirst("\n", "\nPATH=/nowhere\n"));
        Process process = new ProcessBuilder("sleep", "600").start();

        Launcher.SignalAnswer answer = launcher(local).signal(identity(local, process), "KILL", Launcher.Scope.PROCESS);

        assertThat(answer).isInstanceOf(Launcher.SignalAnswer.Sent.class);
        process.waitFor();
    }

    @Test
    @Needs(Need.FLOCK)
    void P2_a_held_lock_is_waited_for_by_the_clock_where_there_is_no_sleep(@TempDir Path directory) throws Exception {
        LocalEvidence local = local(directory, text -> text.replace(" sleep ", " no-such-sleep "));
        AccountId account = AccountId.of(1);
        Process holder = new ProcessBuilder(
                        "flock", Layout.lockFile(local.data(), account).toString(), "sleep", "600")
                .start();
        try {
            await().until(() -> local.locks().state(account) == AccountLocks.State.BUSY);
            long begun = System.nanoTime();

            Launcher.FenceAnswer answer = launcher(local).raise(account, 1);

            assertThat(answer).isEqualTo(new Launcher.FenceAnswer.Held());
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isBetween(Duration.ofMillis(1_900), Duration.ofSeconds(15));
        } finally {
            holder.descendants().forEach(ProcessHandle::destroyForcibly);
            holder.destroyForcibly().waitFor();
        }
    }

    private abstract static class Sh extends LauncherContract {
        private final ExecutorService readers = Executors.newCachedThreadPool();

        @Override
        public Launcher launcher(LocalEvidence local) {
            return new ShellLauncher(
                    local.data(),
                    local.script(),
                    local.machine(),
                    InheritedLimits.current(),
                    readers,
                    ShellLauncher.LONGEST_ANSWER);
        }

        @Override
        public List<Path> recordFiles(LocalEvidence local, String workerId) {
            return List.of(
                    Layout.records(local.data()).resolve(workerId + ".birth"),
                    Layout.records(local.data()).resolve(workerId + ".exit"));
        }

        @Test
        void what_cannot_be_recorded_is_not_run() throws IOException {
            Files.delete(Layout.records(data));
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
    }

    @Nested
    @Needs(Need.DASH)
    class Dash extends Sh {
        @Override
        public ShellTools tools() {
            return new ShellTools(
                    Need.DASH.path().toString(),
                    ShellLauncherTest.tools().locker(),
                    ShellLauncherTest.tools().session(),
                    ShellLauncherTest.tools().signals());
        }
    }

    @Nested
    @Needs(Need.BASH)
    class Bash extends Sh {
        @Override
        public ShellTools tools() {
            return new ShellTools(
                    Need.BASH.path().toString(),
                    ShellLauncherTest.tools().locker(),
                    ShellLauncherTest.tools().session(),
                    ShellLauncherTest.tools().signals());
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
                        : Files.createSymbolicLink(link, Need.BUSYBOX.path()).toString();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** The shell and the setsid of busybox. */
    @Nested
    @Needs(Need.BUSYBOX)
    class BusyboxShell extends Busybox {
        @Override
        public ShellTools tools() {
            return new ShellTools(applet("sh"), ShellLauncherTest.tools().locker(), applet("setsid"), ShellTools.NONE);
        }
    }

    /** Alpine's busybox has a flock of its own, Debian's has none. */
    @Nested
    @Needs({Need.BUSYBOX, Need.BUSYBOX_FLOCK})
    class BusyboxFlock extends Busybox {
        @Override
        public ShellTools tools() {
            return new ShellTools(applet("sh"), applet("flock"), applet("setsid"), ShellTools.NONE);
        }
    }

    @Nested
    @Needs(Need.PERL)
    class Perl extends Sh {
        @Override
        public ShellTools tools() {
            return new ShellTools(
                    ShellLauncherTest.tools().shell(),
                    "perl",
                    "perl",
                    ShellLauncherTest.tools().signals());
        }
    }
}
