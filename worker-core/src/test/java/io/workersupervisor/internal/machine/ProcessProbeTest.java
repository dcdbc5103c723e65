package io.workersupervisor.internal.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.Samples;
import io.workersupervisor.internal.machine.ProcessProbe.Finding;
import io.workersupervisor.internal.machine.ProcessProbe.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** P2 and P3, branch by branch of the class's list. */
class ProcessProbeTest {
    private static final long PID = Samples.PROCESS.pid();
    private static final long TICKS = Samples.PROCESS.startTicks();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path root;

    private static boolean notAsked(long pid) {
        throw new AssertionError("the kernel was asked for pid " + pid);
    }

    private ProcessProbe probe(FakeProc proc) {
        return new ProcessProbe(proc.view(), Samples.MACHINE, ProcessProbeTest::notAsked);
    }

    private FakeProc.Entry alive() {
        return FakeProc.complete(root).process(PID).ticks(TICKS).environment("WORKER_ID=" + Samples.WORKER);
    }

    private Finding worker(ProcessIdentity identity) {
        return new ProcessProbe(new ProcFs(root), Samples.MACHINE, ProcessProbeTest::notAsked)
                .probe(identity, Samples.WORKER);
    }

    @Test
    void another_boot_is_dead_with_its_machine_even_if_the_number_fits() {
        alive();
        ProcessIdentity before = new ProcessIdentity(PID, TICKS, 0, "boot-b", "pid:[1]", "time:[1]");

        assertThat(worker(before).kind()).isEqualTo(Kind.OTHER_BOOT);
    }

    @ParameterizedTest
    @CsvSource({"pid:[2], time:[1]", "pid:[1], time:[2]", "'', time:[1]", "pid:[1], ''"})
    void numbers_of_another_namespace_mean_nothing_here(String pidNamespace, String timeNamespace) {
        alive();
        ProcessIdentity elsewhere = new ProcessIdentity(PID, TICKS, 0, "boot-a", pidNamespace, timeNamespace);

        assertThat(worker(elsewhere).kind()).isEqualTo(Kind.FOREIGN);
    }

    @Test
    void another_boot_is_seen_before_another_namespace() {
        ProcessIdentity before = new ProcessIdentity(PID, TICKS, 0, "boot-b", "pid:[2]", "time:[2]");

        assertThat(worker(before).kind()).isEqualTo(Kind.OTHER_BOOT);
    }

    @Test
    void a_process_that_is_not_in_a_complete_proc_is_dead() {
        FakeProc proc = FakeProc.complete(root);

        Finding finding = probe(proc).probe(Samples.PROCESS, Samples.WORKER);

        assertThat(finding).isEqualTo(new Finding(Kind.DEAD, "pid 4242 does not exist"));
    }

    /** A descriptor less, and the line of a living process cannot be read while that of process 1 can. */
    @Test
    void an_entry_that_is_there_but_cannot_be_read_is_doubt() throws IOException {
        FakeProc proc = FakeProc.complete(root);
        Files.createDirectories(root.resolve(PID + "/stat"));

        assertThat(probe(proc).probe(Samples.PROCESS, Samples.WORKER).kind()).isEqualTo(Kind.DOUBT);
    }

    @ParameterizedTest
    @CsvSource({"true, DEAD", "false, DOUBT"})
    void where_proc_hides_processes_only_the_kernels_word_is_death(boolean absent, Kind kind) {
        FakeProc proc = FakeProc.hiding(root);
        LongPredicate existence = pid -> {
            assertThat(pid).isEqualTo(PID);
            return absent;
        };

        Finding finding =
                new ProcessProbe(proc.view(), Samples.MACHINE, existence).probe(Samples.PROCESS, Samples.WORKER);

        assertThat(finding.kind()).isEqualTo(kind);
        assertThat(finding.evidence()).contains("pid 4242").contains("/proc hides processes");
    }

    @Test
    void doubt_about_a_hidden_process_names_the_mount_option() {
        ProcessProbe probe = new ProcessProbe(FakeProc.hiding(root).view(), Samples.MACHINE, pid -> false);

        assertThat(probe.probe(Samples.PROCESS).evidence()).contains("hidepid");
    }

    @Test
    void a_process_that_can_be_seen_is_judged_though_others_are_hidden() {
        FakeProc proc = FakeProc.hiding(root);
        proc.process(PID).ticks(TICKS);

        assertThat(probe(proc).probe(Samples.PROCESS, Samples.WORKER).kind()).isEqualTo(Kind.ALIVE);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1, 1_000_000})
    void a_number_with_another_start_tick_was_recycled(long difference) {
        alive().ticks(TICKS + difference);

        Finding finding = worker(Samples.PROCESS);

        assertThat(finding.kind()).isEqualTo(Kind.DEAD);
        assertThat(finding.evidence())
                .contains("pid 4242 is another process now")
                .contains(Long.toString(TICKS + difference))
                .contains(Long.toString(TICKS));
    }

    @ParameterizedTest
    @CsvSource({"Z, 1", "Z, 0", "X, 1", "x, 1"})
    void a_zombie_is_dead(char state, int threads) {
        alive().state(state).threads(threads);

        assertThat(worker(Samples.PROCESS).kind()).isEqualTo(Kind.DEAD);
    }

    @Test
    void a_zombie_may_tell_its_wait_status() {
        alive().state('Z').waitStatus(768);

        assertThat(worker(Samples.PROCESS).waitStatus()).hasValue(768);
    }

    /** P6: 0 is what another user sees, so that it proves no success. */
    @Test
    void a_wait_status_of_zero_is_none() {
        alive().state('Z').waitStatus(0);

        assertThat(worker(Samples.PROCESS).waitStatus()).isEqualTo(OptionalInt.empty());
    }

    @Test
    void a_leader_that_is_gone_lives_on_in_its_threads() {
        alive().state('Z').threads(2);

        assertThat(worker(Samples.PROCESS).kind()).isEqualTo(Kind.ALIVE);
    }

    @ParameterizedTest
    @ValueSource(chars = {'R', 'S', 'D', 'T', 't', 'I'})
    void a_process_in_any_other_state_is_alive(char state) {
        alive().state(state);

        assertThat(worker(Samples.PROCESS)).isEqualTo(new Finding(Kind.ALIVE, "pid 4242 runs"));
    }

    @Test
    void a_name_made_to_look_like_a_zombie_does_not_make_one() {
        alive().name("x) Z 1 (y");

        assertThat(worker(Samples.PROCESS).kind()).isEqualTo(Kind.ALIVE);
    }

    @Test
    void an_environment_that_may_not_be_read_is_no_doubt() {
        FakeProc proc = FakeProc.complete(root);
        proc.process(PID).ticks(TICKS);

        assertThat(probe(proc).probe(Samples.PROCESS, Samples.WORKER).kind()).isEqualTo(Kind.ALIVE);
    }

    @Test
    void an_environment_that_is_empty_means_not_yet() {
        alive().environment();

        assertThat(worker(Samples.PROCESS).kind()).isEqualTo(Kind.ALIVE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PATH=/bin",
                "WORKER_ID=01kas9g4bv0123456789abcdez",
                "WORKER_ID=01kas9g4bv0123456789abcdef0",
                "MY_WORKER_ID=01kas9g4bv0123456789abcdef",
                "WORKER_ID="
            })
    void an_environment_of_another_worker_or_of_none_is_unmarked_and_not_dead(String variable) {
        alive().environment("LANG=C", variable);

        Finding finding = worker(Samples.PROCESS);

        assertThat(finding.kind()).isEqualTo(Kind.UNMARKED);
        assertThat(finding.evidence()).contains("pid 4242").contains(Samples.WORKER);
    }

    /** P8. */
    @Test
    void doubt_about_an_environment_does_not_show_it() {
        alive().environment("TOKEN=s3cret");

        assertThat(worker(Samples.PROCESS).evidence()).doesNotContain("s3cret").doesNotContain("TOKEN");
    }

    @Test
    void a_copy_of_the_launcher_before_its_exec_was_given_the_id_as_a_word() {
        alive().environment("PATH=/bin")
                .commandLine("sh", "launcher.sh", "start", "/usr/bin/flock", Samples.WORKER, "4711");

        assertThat(worker(Samples.PROCESS).kind()).isEqualTo(Kind.ALIVE);
    }

    @Test
    void a_word_that_only_holds_the_id_is_no_mark() {
        alive().environment("PATH=/bin").commandLine("tail", "-f", "worker_4711_" + Samples.WORKER + ".log");

        assertThat(worker(Samples.PROCESS).kind()).isEqualTo(Kind.UNMARKED);
    }

    @Test
    void a_process_that_is_no_worker_needs_no_mark() {
        FakeProc proc = FakeProc.complete(root);
        proc.process(PID).ticks(TICKS).environment("PATH=/bin");

        assertThat(probe(proc).probe(Samples.PROCESS).kind()).isEqualTo(Kind.ALIVE);
    }

    @Test
    void without_ticks_the_start_instant_proves_life_and_its_difference_nothing() {
        long self = ProcessHandle.current().pid();
        long millis = ProcessIdentity.startMillis(self);

        assertThat(withoutTicks(self, millis)).isEqualTo(Kind.ALIVE);
        assertThat(withoutTicks(self, millis - 2_000)).isEqualTo(Kind.ALIVE);
        assertThat(withoutTicks(self, millis - 2_001)).isEqualTo(Kind.DOUBT);
        assertThat(withoutTicks(self, 0)).isEqualTo(Kind.DOUBT);
    }

    @Test
    void without_ticks_a_number_that_is_not_in_use_is_dead() {
        assertThat(withoutTicks(Integer.MAX_VALUE, 1)).isEqualTo(Kind.DEAD);
    }

    private Kind withoutTicks(long pid, long millis) {
        ProcessIdentity identity = new ProcessIdentity(pid, 0, millis, "boot-a", "pid:[1]", "time:[1]");
        return worker(identity).kind();
    }
}
