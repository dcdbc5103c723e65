package io.workersupervisor.internal.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.TestNode;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.launch.Launcher.FenceAnswer;
import io.workersupervisor.internal.launch.Launcher.LaunchAnswer;
import io.workersupervisor.internal.launch.Launcher.LaunchRequest;
import io.workersupervisor.internal.launch.Launcher.Scope;
import io.workersupervisor.internal.launch.Launcher.SignalAnswer;
import io.workersupervisor.internal.launch.shell.ShellScript;
import io.workersupervisor.internal.launch.shell.ShellTools;
import io.workersupervisor.internal.liveness.LocalEvidence;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.Kernel;
import io.workersupervisor.internal.machine.ProcFs;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.machine.ProcessProbe;
import io.workersupervisor.internal.registry.WorkerIds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every launch path promises to the protocols ({@link Launcher}). */
public abstract class LauncherContract {
    public static final AccountId ACCOUNT = AccountId.of("Account:1");

    @TempDir
    public Path directory;

    private final WorkerIds ids = new WorkerIds();
    public DataDirectory data;
    public LocalEvidence local;
    public Launcher launcher;

    /** The tools that this launch path is made of. */
    public abstract ShellTools tools();

    public abstract Launcher launcher(LocalEvidence local);

    /** The files in which this launch path records a worker. */
    public abstract List<Path> recordFiles(LocalEvidence local, String workerId);

    @BeforeEach
    void open() {
        data = DataDirectory.open(directory.resolve("data"));
        local = LocalEvidence.of(
                data,
                Kernel.current(),
                ProcFs.system(),
                ShellScript.load(tools()),
                Clocks.system(InstantSource.system()));
        launcher = launcher(local);
    }

    @AfterEach
    void endAll() {
        TestNode.endWorkers(local);
    }

    public LaunchRequest request(long epoch, String script) {
        return request(epoch, TestNode.sh(ACCOUNT, script).build());
    }

    public LaunchRequest request(long epoch, WorkerSpec spec) {
        return new LaunchRequest(spec, ids.next(Instant.now()), epoch);
    }

    public LaunchAnswer.Born launch(LaunchRequest request) {
        LaunchAnswer answer = launcher.launch(request);
        assertThat(answer).isInstanceOf(LaunchAnswer.Born.class);
        return (LaunchAnswer.Born) answer;
    }

    public boolean isAlive(LaunchAnswer.Born born) {
        return local.processes().probe(born.identity()).kind() == ProcessProbe.Kind.ALIVE;
    }

    public String log(LaunchRequest request) throws IOException {
        return Files.readString(data.path().resolve(Layout.logName(ACCOUNT, request.workerId())));
    }

    @Test
    void P1_a_worker_holds_its_lock_and_a_second_launch_is_busy() {
        LaunchAnswer.Born born = launch(request(1, "exec sleep 600"));

        LaunchAnswer second = launcher.launch(request(2, "exec sleep 600"));

        assertThat(second).isEqualTo(new LaunchAnswer.Busy());
        assertThat(local.locks().state(ACCOUNT)).isEqualTo(AccountLocks.State.BUSY);
        await().until(() -> local.proc().hasOpen(born.identity().pid(), Layout.lockFile(data, ACCOUNT)));
    }

    @Test
    void P1_a_lock_file_that_is_damaged_admits_nobody() throws IOException {
        Files.writeString(Layout.lockFile(local.data(), ACCOUNT), "12x\n");
        Path marker = directory.resolve("ran");

        LaunchAnswer answer = launcher.launch(request(13, "touch " + marker));

        assertThat(answer).isInstanceOf(LaunchAnswer.NotLaunched.class);
        assertThat(((LaunchAnswer.NotLaunched) answer).step()).isEqualTo("fence");
        assertThat(((LaunchAnswer.NotLaunched) answer).error())
                .contains(Layout.lockFile(local.data(), ACCOUNT).toString());
        assertThat(launcher.raise(ACCOUNT, 13)).isInstanceOf(Launcher.FenceAnswer.NotRaised.class);
        assertThat(Layout.lockFile(local.data(), ACCOUNT)).hasContent("12x");
        assertThat(marker).doesNotExist();
    }

    @Test
    void P1_an_epoch_that_is_not_above_the_admitted_one_starts_nothing() {
        launcher.raise(ACCOUNT, 7);

        LaunchAnswer same = launcher.launch(request(7, "exec sleep 600"));
        LaunchAnswer lower = launcher.launch(request(6, "exec sleep 600"));
        launch(request(8, "exec sleep 600"));

        assertThat(same).isEqualTo(new LaunchAnswer.Superseded(7));
        assertThat(lower).isEqualTo(new LaunchAnswer.Superseded(7));
        assertThat(local.locks().admitted(ACCOUNT)).isEqualTo(8);
    }

    @Test
    void P1_a_fence_is_never_lowered_and_tells_what_it_was() {
        FenceAnswer first = launcher.raise(ACCOUNT, 9);
        FenceAnswer second = launcher.raise(ACCOUNT, 3);

        assertThat(first).isEqualTo(new FenceAnswer.Raised(0));
        assertThat(second).isEqualTo(new FenceAnswer.Raised(9));
        assertThat(local.locks().admitted(ACCOUNT)).isEqualTo(9);
    }

    @Test
    void P1_a_fence_cannot_be_raised_while_a_worker_holds_the_lock() {
        launch(request(1, "exec sleep 600"));

        FenceAnswer answer = launcher.raise(ACCOUNT, 5);

        assertThat(answer).isEqualTo(new FenceAnswer.Held());
        assertThat(local.locks().admitted(ACCOUNT)).isEqualTo(1);
    }

    @Test
    void P6_the_birth_record_names_the_process_before_the_program_runs() {
        LaunchRequest request = request(4, "exec sleep 600");

        LaunchAnswer.Born born = launch(request);

        LaunchRecords.Birth birth = local.records().birth(request.workerId()).orElseThrow();
        assertThat(birth.identity()).isEqualTo(born.identity());
        assertThat(birth.epoch()).isEqualTo(4);
        assertThat(Layout.accountOf(birth.account())).contains(ACCOUNT);
        assertThat(local.records().exit(request.workerId())).isEmpty();
        assertThat(isAlive(born)).isTrue();
    }

    @Test
    void P6_the_exit_record_is_there_when_the_lock_is_free() {
        LaunchRequest request = request(1, "exit 42");

        launch(request);

        await().until(() -> local.locks().state(ACCOUNT) == AccountLocks.State.FREE);
        assertThat(local.records().exit(request.workerId()).orElseThrow().status())
                .isEqualTo(new ExitStatus.Exited(42));
    }

    @Test
    void the_worker_gets_its_variables_a_session_and_the_defaults_of_signals_and_umask() throws Exception {
        LaunchRequest request = request(
                12,
                TestNode.sh(
                                ACCOUNT,
                                "echo $WORKER_ID $WORKER_ACCOUNT $WORKER_EPOCH $WORKER_DATA $OWN;"
                                        + " umask; cut -d' ' -f1,5,6 /proc/$$/stat;"
                                        + " grep SigIgn: /proc/$$/status;"
                                        + " for fd in /proc/$$/fd/*; do [ -p $fd ] && echo pipe $fd; done;"
                                        + " read line || echo no input")
                        .environment("OWN", "a 'quoted' \"value\" $HOME `id`")
                        .build());

        LaunchAnswer.Born born = launch(request);

        await().until(() -> local.records().exit(request.workerId()).isPresent());
        long pid = born.identity().pid();
        List<String> lines = log(request).lines().toList();
        assertThat(lines)
                .hasSize(5)
                .startsWith(
                        request.workerId() + " Account:1 12 " + data.path() + " a 'quoted' \"value\" $HOME `id`",
                        ofHost("Umask:"),
                        pid + " " + pid + " " + pid)
                .endsWith("no input");
        // A signal that this JVM was started with as ignored, for instance by nohup, no shell can give back.
        assertThat(ignored(lines.get(3)) & ~ignored(ofHost("SigIgn:"))).isZero();
    }

    @Test
    void P8_no_variable_of_the_worker_is_changed_on_the_way() throws Exception {
        List<String> names = List.of(
                "locker",
                "lockfile",
                "tries",
                "epoch",
                "record",
                "log",
                "mask",
                "setsid",
                "birth",
                "id",
                "account",
                "data",
                "admitted",
                "group",
                "ticks",
                "stat",
                "pid",
                "status",
                "file",
                "number",
                "wanted",
                "name",
                "scope",
                "state");
        WorkerSpec.Builder spec = TestNode.sh(ACCOUNT, "env | grep =kept- | sort");
        names.forEach(name -> spec.environment(name, "kept-" + name));
        LaunchRequest request = request(1, spec.build());

        launch(request);

        await().until(() -> local.records().exit(request.workerId()).isPresent());
        assertThat(log(request).lines())
                .containsExactlyInAnyOrderElementsOf(
                        names.stream().map(name -> name + "=kept-" + name).toList());
    }

    @Test
    void P4_a_program_whose_name_holds_a_newline_can_be_signalled() throws Exception {
        Path program = Files.copy(Path.of("/bin/sleep"), directory.resolve("sl\neep) R 1 ("));
        assertThat(program.toFile().setExecutable(true)).isTrue();
        LaunchAnswer.Born born = launch(request(1, WorkerSpec.of(ACCOUNT, program.toString(), "600")));
        await().until(() -> local.proc().commandLine(born.identity().pid()).contains("sl\neep"));

        SignalAnswer answer = launcher.signal(born.identity(), "KILL", Scope.GROUP);

        assertThat(answer).isInstanceOf(SignalAnswer.Sent.class);
        await().until(() -> !isAlive(born));
    }

    private static String ofHost(String field) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(field))
                .map(line -> line.substring(field.length()).strip())
                .findFirst()
                .orElseThrow();
    }

    /** The standard signals of a mask; those from 32 on belong to the C library. */
    private static long ignored(String mask) {
        return Long.parseUnsignedLong(mask.substring(mask.indexOf(':') + 1).strip(), 16) & 0x7fff_ffffL;
    }

    @Test
    void P1_only_the_worker_carries_the_worker_id_in_its_environment() {
        LaunchRequest request = request(1, "exec sleep 600");

        LaunchAnswer.Born born = launch(request);

        await().until(() -> local.search().ofWorker(request.workerId(), 0).size() == 1);
        assertThat(local.search().ofWorker(request.workerId(), 0).get(0).stat().pid())
                .isEqualTo(born.identity().pid());
    }

    @Test
    void P8_lock_log_and_records_are_readable_by_their_owner_only() throws IOException {
        LaunchRequest request = request(1, "exec sleep 600");

        launch(request);

        List<Path> files = new ArrayList<>(recordFiles(local, request.workerId()));
        files.add(Layout.lockFile(data, ACCOUNT));
        files.add(data.path().resolve(Layout.logName(ACCOUNT, request.workerId())));
        for (Path file : files) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .as(file.toString())
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void P3_a_signal_is_for_the_recorded_process_only() {
        LaunchAnswer.Born born = launch(request(1, "exec sleep 600"));
        ProcessIdentity identity = born.identity();
        ProcessIdentity recycled = new ProcessIdentity(
                identity.pid(),
                identity.startTicks() + 1,
                0,
                identity.bootId(),
                identity.pidNamespace(),
                identity.timeNamespace());

        SignalAnswer other = launcher.signal(recycled, "KILL", Scope.GROUP);
        boolean lived = isAlive(born);
        SignalAnswer own = launcher.signal(identity, "KILL", Scope.GROUP);

        assertThat(other).isInstanceOf(SignalAnswer.Gone.class);
        assertThat(lived).isTrue();
        assertThat(own).isInstanceOf(SignalAnswer.Sent.class);
        await().until(() -> !isAlive(born));
    }

    @Test
    void a_worker_has_the_name_it_is_called_by() throws Exception {
        LaunchRequest request = request(
                1,
                WorkerSpec.builder(ACCOUNT, "sh", "-c", "tr '\\0' '|' </proc/$$/cmdline")
                        .build());
        launch(request);

        await().until(() -> local.records().exit(request.workerId()).isPresent());
        assertThat(log(request)).startsWith("sh|-c|tr ");
    }

    @Test
    void P4_a_worker_that_is_stopped_hears_that_it_shall_end() throws Exception {
        LaunchAnswer.Born born = launch(request(1, "exec sleep 600"));
        long pid = born.identity().pid();
        await().until(() -> local.proc().commandLine(pid).contains("sleep"));
        TestNode.signal("-STOP", pid);
        await().until(() -> local.proc().stat(pid).orElseThrow().state() == 'T');

        assertThat(launcher.signal(born.identity(), "TERM", Scope.GROUP)).isInstanceOf(SignalAnswer.Sent.class);

        await().until(() -> !isAlive(born));
    }

    @Test
    void a_signal_to_the_group_reaches_what_the_worker_forked() {
        LaunchRequest request = request(1, "sleep 600 & wait");
        LaunchAnswer.Born born = launch(request);
        await().until(() -> local.search().ofWorker(request.workerId(), 0).size() == 2);

        SignalAnswer answer = launcher.signal(born.identity(), "KILL", Scope.GROUP);

        assertThat(answer).isInstanceOf(SignalAnswer.Sent.class);
        await().until(() -> local.search().ofWorker(request.workerId(), 0).isEmpty());
    }

    @Test
    void a_signal_to_the_group_of_a_process_reaches_the_others_in_it() {
        LaunchRequest request = request(1, "sleep 600 & sleep 601 & exec sleep 602");
        LaunchAnswer.Born born = launch(request);
        await().until(() -> local.search().ofWorker(request.workerId(), 0).size() == 3);
        ProcFs.Stat member =
                local.search().ofWorker(request.workerId(), 0).get(1).stat();
        ProcessIdentity leader = born.identity();
        ProcessIdentity identity = new ProcessIdentity(
                member.pid(), member.startTicks(), 0, leader.bootId(), leader.pidNamespace(), leader.timeNamespace());

        SignalAnswer answer = launcher.signal(identity, "KILL", Scope.ITS_GROUP);

        assertThat(member.pid()).isNotEqualTo(leader.pid());
        assertThat(answer).isInstanceOf(SignalAnswer.Sent.class);
        await().until(() -> local.search().ofWorker(request.workerId(), 0).isEmpty());
    }

    @Test
    void a_log_file_that_cannot_be_opened_is_named_and_nothing_is_run() throws IOException {
        LaunchRequest request = request(1, "exec sleep 600");
        Files.createDirectory(data.path().resolve(Layout.logName(ACCOUNT, request.workerId())));

        LaunchAnswer answer = launcher.launch(request);

        assertThat(answer).isInstanceOf(LaunchAnswer.NotLaunched.class);
        assertThat(((LaunchAnswer.NotLaunched) answer).step()).isEqualTo("log file");
        assertThat(((LaunchAnswer.NotLaunched) answer).error()).contains(request.workerId());
        assertThat(local.records().birth(request.workerId())).isEqualTo(Optional.empty());
    }

    @Test
    void P6_a_script_whose_interpreter_is_missing_is_not_launched_and_the_cause_is_told() throws IOException {
        Path program = Files.writeString(directory.resolve("program"), "#!/bin/sh\r\nsleep 600\r\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();

        LaunchAnswer answer = launcher.launch(request(1, WorkerSpec.of(ACCOUNT, program.toString())));

        assertThat(answer).isInstanceOf(LaunchAnswer.NotLaunched.class);
        assertThat(((LaunchAnswer.NotLaunched) answer).step()).isEqualTo("program");
        assertThat(((LaunchAnswer.NotLaunched) answer).error()).contains(program.toString(), "carriage return");
    }

    @Test
    @Needs(Need.NO_EMULATOR)
    void P6_a_program_of_another_machine_is_not_launched_and_named() throws IOException {
        ByteBuffer riscV = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        riscV.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1})
                .putShort(16, (short) 2)
                .putShort(18, (short) 243);
        Path program = Files.write(directory.resolve("program"), riscV.array());
        assertThat(program.toFile().setExecutable(true)).isTrue();

        LaunchAnswer answer = launcher.launch(request(1, WorkerSpec.of(ACCOUNT, program.toString())));

        assertThat(answer).isEqualTo(new LaunchAnswer.NotLaunched("program", "Exec format error: " + program));
    }
}
