package io.workersupervisor.internal.liveness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.Liveness;
import io.workersupervisor.Liveness.Verdict;
import io.workersupervisor.LivenessProbe;
import io.workersupervisor.LivenessProbeContract;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.RowCopy;
import io.workersupervisor.Samples;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.directory.NodeStamp;
import io.workersupervisor.internal.machine.Kernel;
import io.workersupervisor.internal.machine.ProcFs;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.internal.registry.WorkerIds;
import io.workersupervisor.spi.WorkerRow;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With real processes and real locks, made as the launcher makes them. */
@Timeout(60)
@Needs(Need.FLOCK)
class LocalLivenessProbeTest extends LivenessProbeContract {
    private final List<Process> started = new ArrayList<>();
    private final Kernel machine = Kernel.current();
    private final WorkerIds ids = new WorkerIds();
    private final DataDirectory data;
    private final String node;
    private final LivenessProbe probe;

    LocalLivenessProbeTest(@TempDir Path home) {
        data = DataDirectory.open(home.resolve("data"));
        node = NodeStamp.stamp(data, machine, "registry", false).stamp().node();
        probe = LocalEvidence.of(data, false).judge(node, Optional.empty())::liveness;
    }

    @AfterEach
    void endAll() throws InterruptedException {
        for (Process process : started) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        for (Process process : started) {
            process.waitFor();
        }
    }

    /** A process whose shell prints a line as soon as it is as the test wants it. */
    private Process start(String workerId, String script) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", script, "sh", lock().toString());
        builder.environment().put("WORKER_ID", workerId);
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        Process process = builder.start();
        started.add(process);
        BufferedReader out = process.inputReader(StandardCharsets.US_ASCII);
        assertThat(out.readLine()).isEqualTo("ready");
        // While it execs its last program it has no environment to be read.
        String last = script.endsWith("exec sleep 300") ? "\0sleep\0" : "\0sh\0";
        await().until(() -> ProcFs.system().commandLine(process.pid()).startsWith(last)
                && ProcFs.system().environment(process.pid()).orElse("").length() > 1);
        return process;
    }

    private Path lock() {
        return Layout.lockFile(data, Samples.ACCOUNT);
    }

    private Process sleepUnderLock(String workerId) throws IOException {
        return start(workerId, "exec 9<>\"$1\" && flock -x -n 9 && echo ready && exec sleep 300");
    }

    private Process sleepWithoutLock(String workerId) throws IOException {
        return start(workerId, "echo ready && exec sleep 300");
    }

    private WorkerRow row(String workerId) {
        RowChanges.Claim claim =
                new RowChanges.Claim(1, workerId, node, Samples.NOW, Samples.HOST, Long.MAX_VALUE, "worker.log");
        return RowChanges.claimed(Optional.empty(), Samples.SPEC, claim);
    }

    private ProcessIdentity identity(Process process) {
        return identity(
                process.pid(), ProcFs.system().stat(process.pid()).orElseThrow().startTicks(), machine);
    }

    private static ProcessIdentity identity(long pid, long ticks, Kernel machine) {
        return new ProcessIdentity(pid, ticks, 0, machine.bootId(), machine.pidNamespace(), machine.timeNamespace());
    }

    private static void end(Process process) throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    private void assertVerdict(Verdict verdict, WorkerRow row) {
        Liveness answer = probe.probe(row);

        assertThat(answer.verdict()).as(answer.evidence()).isEqualTo(verdict);
    }

    @Override
    protected LivenessProbe probe() {
        return probe;
    }

    @Override
    protected WorkerRow living() throws Exception {
        String id = ids.next(Samples.NOW);
        Process worker = Files.exists(lock()) ? sleepWithoutLock(id) : sleepUnderLock(id);
        return RowChanges.running(row(id), identity(worker));
    }

    @Override
    protected WorkerRow dead() throws Exception {
        String id = ids.next(Samples.NOW);
        Process worker = sleepWithoutLock(id);
        WorkerRow row = RowChanges.running(row(id), identity(worker));
        end(worker);
        // A lock of its own, as another test worker may hold the account's.
        return RowCopy.of(row, AccountId.of(4712));
    }

    @Override
    protected WorkerRow doubtful() {
        return row(ids.next(Samples.NOW));
    }

    /** P2. */
    @Test
    void a_worker_that_was_killed_is_dead_as_soon_as_its_lock_is_free() throws Exception {
        String id = ids.next(Samples.NOW);
        Process worker = sleepUnderLock(id);
        WorkerRow row = RowChanges.running(row(id), identity(worker));

        end(worker);

        assertVerdict(Verdict.DEAD, row);
    }

    /** P1: what it left behind may still be at work on the session. */
    @Test
    void a_worker_whose_child_holds_the_lock_is_not_dead() throws Exception {
        String id = ids.next(Samples.NOW);
        Process worker = start(
                id, "exec 9<>\"$1\" && flock -x -n 9 && { env -u WORKER_ID sleep 300 >&- & } && echo ready && wait");
        WorkerRow row = RowChanges.running(row(id), identity(worker));
        List<ProcessHandle> children = worker.descendants().toList();
        try {
            end(worker);

            assertVerdict(Verdict.UNKNOWN, row);
        } finally {
            children.forEach(ProcessHandle::destroyForcibly);
        }
    }

    /** P1: it may have closed every descriptor that it inherited. */
    @Test
    void a_worker_whose_child_carries_its_id_is_not_dead_though_the_lock_is_free() throws Exception {
        String id = ids.next(Samples.NOW);
        Process worker = start(id, "{ sleep 300 >&- & } && echo ready && wait");
        WorkerRow row = RowChanges.running(row(id), identity(worker));
        ProcessHandle child = worker.descendants().findFirst().orElseThrow();
        try {
            end(worker);

            assertVerdict(Verdict.UNKNOWN, row);
            assertThat(probe.probe(row).evidence()).contains("pid " + child.pid());
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void a_worker_that_let_go_of_its_lock_is_alive() throws Exception {
        String id = ids.next(Samples.NOW);

        assertVerdict(Verdict.ALIVE, RowChanges.running(row(id), identity(sleepWithoutLock(id))));
    }

    /** P3. */
    @Test
    void a_recycled_number_is_dead() throws Exception {
        Process stranger = sleepWithoutLock("");
        ProcessIdentity now = identity(stranger);

        WorkerRow row =
                RowChanges.running(row(ids.next(Samples.NOW)), identity(now.pid(), now.startTicks() - 1, machine));

        assertVerdict(Verdict.DEAD, row);
    }

    /** P2: everything fits but the mark, which a process may overwrite. */
    @Test
    void a_process_that_does_not_carry_the_id_is_doubt() throws Exception {
        Process stranger = sleepWithoutLock("another");

        assertVerdict(Verdict.UNKNOWN, RowChanges.running(row(ids.next(Samples.NOW)), identity(stranger)));
    }

    @Test
    void a_zombie_is_dead() throws Exception {
        String id = ids.next(Samples.NOW);
        // The shell becomes a program that never asks for its child.
        Process parent = start(id, "env WORKER_ID=" + id + " sleep 0.05 & echo ready && WORKER_ID= exec sleep 300");
        ProcessHandle child = parent.children().findFirst().orElseThrow();
        ProcFs proc = ProcFs.system();
        await().until(() -> proc.stat(child.pid()).filter(ProcFs.Stat::isDead).isPresent());
        long ticks = proc.stat(child.pid()).orElseThrow().startTicks();

        assertVerdict(Verdict.DEAD, RowChanges.running(row(id), identity(child.pid(), ticks, machine)));
    }

    @Test
    void another_boot_is_dead_whatever_runs_now() throws Exception {
        String id = ids.next(Samples.NOW);
        ProcessIdentity now = identity(sleepUnderLock(id));
        Kernel before = new Kernel("", "another boot", machine.pidNamespace(), machine.timeNamespace());

        assertVerdict(Verdict.DEAD, RowChanges.running(row(id), identity(now.pid(), now.startTicks(), before)));
    }

    private WorkerRow inAnotherContainer(String id) {
        Kernel container = new Kernel("", machine.bootId(), "pid:[2]", machine.timeNamespace());
        return RowChanges.running(row(id), identity(7, 70, container));
    }

    @Test
    void a_worker_of_another_container_that_was_seen_to_hold_its_lock_is_judged_by_it() throws Exception {
        String id = ids.next(Samples.NOW);
        Process holder = sleepUnderLock("of the other container");
        WorkerRow row = RowChanges.seenHoldingLock(inAnotherContainer(id));

        assertVerdict(Verdict.ALIVE, row);
        end(holder);
        assertVerdict(Verdict.DEAD, row);
    }

    /** P2: a free lock proves nothing of a worker that may have closed it. */
    @Test
    void a_worker_of_another_container_that_was_never_seen_to_hold_its_lock_is_doubt() {
        assertVerdict(Verdict.UNKNOWN, inAnotherContainer(ids.next(Samples.NOW)));
    }

    @Test
    void a_row_of_another_node_is_doubt_and_the_node_is_named() {
        RowChanges.Claim claim =
                new RowChanges.Claim(1, Samples.WORKER, "node-b", Samples.NOW, Samples.HOST, 0, "worker.log");
        WorkerRow row = RowChanges.running(RowChanges.claimed(Optional.empty(), Samples.SPEC, claim), Samples.PROCESS);

        assertVerdict(Verdict.UNKNOWN, row);
        assertThat(probe.probe(row).evidence()).contains("node-b");
    }

    @Test
    void looking_leaves_nothing_behind() throws Exception {
        WorkerRow row = living();
        List<String> before = tree();

        probe.probe(row);
        probe.probe(dead());

        assertThat(tree()).isEqualTo(before);
    }

    private List<String> tree() throws IOException {
        try (Stream<Path> all = Files.walk(data.path())) {
            return all.map(Path::toString).sorted().toList();
        }
    }
}
