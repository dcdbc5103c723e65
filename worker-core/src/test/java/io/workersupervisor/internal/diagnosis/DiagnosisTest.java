package io.workersupervisor.internal.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.Confidence;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.Redaction;
import io.workersupervisor.Samples;
import io.workersupervisor.StopOrder;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.internal.registry.StopPurpose;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** P6. */
class DiagnosisTest {
    private static final String NO_LOG = "its log is gone";

    @TempDir
    Path directory;

    private DataDirectory data;
    private Diagnosis diagnosis;
    private final List<String> kernelLog = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        data = DataDirectory.open(directory.resolve("data"));
        Files.createDirectories(directory.resolve("proc"));
        diagnosis = diagnosis(Redaction.standard());
    }

    private Diagnosis diagnosis(Redaction redaction) {
        Clocks timing = Clocks.system(InstantSource.system());
        RulesDirectory rules = new RulesDirectory(Layout.rules(data), List.of(), timing, problem -> {});
        return new Diagnosis(data, rules, new OomCounters(directory, timing, () -> kernelLog), redaction, true);
    }

    private static final Instant ASKED = Samples.NOW.plusSeconds(10);
    private static final Instant END = Samples.NOW.plusSeconds(11);
    private static final Instant EARLIER = Samples.NOW.plusSeconds(5);
    private static final ExitStatus UNSEEN = new ExitStatus.Unknown("no exit record");

    private static Ending ending(ExitStatus exit, Instant at, boolean otherBoot, boolean signalled) {
        return new Ending(exit, at, otherBoot, signalled, Optional.empty(), Optional.empty(), List.of("the facts"));
    }

    private static Ending itself(ExitStatus exit) {
        return ending(exit, END, false, false);
    }

    private static Ending withTheMachine(ExitStatus exit) {
        return ending(exit, END, true, false);
    }

    private static Ending signalled(ExitStatus exit) {
        return ending(exit, END, false, true);
    }

    private static Ending at(Instant at, ExitStatus exit) {
        return ending(exit, at, false, false);
    }

    private static ExitStatus code(int code) {
        return ExitStatus.ofShell(code);
    }

    private static ExitStatus signal(int signal) {
        return new ExitStatus.Signalled(signal);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void facts_come_to_a_reason(String what, WorkerRow row, Ending ending, String verdict, WorkerState closed) {
        StopReport report = diagnosis.report(row, ending);

        assertThat(report.reason() + " " + report.confidence() + " " + report.initiator())
                .isEqualTo(verdict);
        assertThat(Diagnosis.closedState(row, report)).isEqualTo(closed);
    }

    static Stream<Arguments> cases() {
        WorkerRow starting = Samples.starting();
        WorkerRow running = Samples.running();
        WorkerRow stopping = Samples.stopping();
        WorkerRow termed = RowChanges.terming(stopping, ASKED);
        WorkerRow restarting = Samples.stopping(StopPurpose.RESTART);
        WorkerRow closing = Samples.stopping(StopPurpose.CLOSE);
        WorkerRow sweeping = Samples.stopping(StopPurpose.LEFTOVERS);
        WorkerRow stoppedEarly = RowChanges.stopAsked(starting, Samples.HOST, ASKED, StopOrder.byPerson());
        ExitStatus never = new ExitStatus.NeverRan();
        WorkerState failed = WorkerState.FAILED;
        WorkerState stopped = WorkerState.STOPPED;
        return Stream.of(
                Arguments.of("launch failed", starting, itself(never), "START_FAILED CERTAIN LIBRARY", failed),
                Arguments.of(
                        "launch failed after a stop",
                        stoppedEarly,
                        itself(never),
                        "START_FAILED CERTAIN LIBRARY",
                        stopped),
                Arguments.of("launch unseen", starting, itself(UNSEEN), "UNKNOWN POSSIBLE UNKNOWN", failed),
                Arguments.of("machine down", running, withTheMachine(UNSEEN), "MACHINE_LOST CERTAIN KERNEL", failed),
                Arguments.of(
                        "machine down during a stop",
                        stopping,
                        withTheMachine(UNSEEN),
                        "MACHINE_LOST CERTAIN KERNEL",
                        stopped),
                Arguments.of(
                        "ended before the machine",
                        running,
                        withTheMachine(code(0)),
                        "COMPLETED CERTAIN WORKER",
                        stopped),
                Arguments.of(
                        "failed before the machine",
                        running,
                        withTheMachine(code(1)),
                        "UNKNOWN POSSIBLE WORKER",
                        failed),
                Arguments.of(
                        "stopped by a person",
                        stopping,
                        signalled(code(143)),
                        "STOPPED_ON_REQUEST CERTAIN USER",
                        stopped),
                Arguments.of(
                        "stopped, exit unseen",
                        stopping,
                        signalled(UNSEEN),
                        "STOPPED_ON_REQUEST CERTAIN USER",
                        stopped),
                Arguments.of(
                        "stopped by a host that is gone",
                        termed,
                        itself(code(143)),
                        "STOPPED_ON_REQUEST PROBABLE USER",
                        stopped),
                Arguments.of("restarted", restarting, signalled(code(0)), "STOPPED_ON_REQUEST CERTAIN USER", stopped),
                Arguments.of(
                        "host closed", closing, signalled(code(137)), "STOPPED_ON_REQUEST CERTAIN LIBRARY", stopped),
                Arguments.of(
                        "crashed before it was stopped",
                        stopping,
                        at(EARLIER, code(1)),
                        "UNKNOWN POSSIBLE WORKER",
                        stopped),
                Arguments.of(
                        "crashed before it was restarted",
                        restarting,
                        at(EARLIER, code(1)),
                        "UNKNOWN POSSIBLE WORKER",
                        failed),
                Arguments.of(
                        "a clock that was set back says nothing",
                        termed,
                        at(EARLIER, code(143)),
                        "STOPPED_ON_REQUEST PROBABLE USER",
                        stopped),
                Arguments.of(
                        "ended by itself before a ladder came so far",
                        stopping,
                        itself(code(3)),
                        "UNKNOWN POSSIBLE WORKER",
                        stopped),
                Arguments.of(
                        "killed by another before a ladder came so far",
                        stopping,
                        itself(UNSEEN),
                        "UNKNOWN POSSIBLE UNKNOWN",
                        stopped),
                Arguments.of(
                        "left descendants behind", sweeping, signalled(code(0)), "COMPLETED CERTAIN WORKER", stopped),
                Arguments.of(
                        "failed and left descendants behind",
                        sweeping,
                        signalled(code(1)),
                        "UNKNOWN POSSIBLE WORKER",
                        failed),
                Arguments.of("completed", running, itself(code(0)), "COMPLETED CERTAIN WORKER", stopped),
                Arguments.of("exit 1", running, itself(code(1)), "UNKNOWN POSSIBLE WORKER", failed),
                Arguments.of("exit 125", running, itself(code(125)), "UNKNOWN POSSIBLE WORKER", failed),
                Arguments.of("exit 126", running, itself(code(126)), "START_FAILED PROBABLE UNKNOWN", failed),
                Arguments.of("exit 127", running, itself(code(127)), "START_FAILED PROBABLE UNKNOWN", failed),
                Arguments.of("exit 128", running, itself(code(128)), "UNKNOWN POSSIBLE WORKER", failed),
                Arguments.of(
                        "137 from a shell", running, itself(code(137)), "KILLED_BY_SIGNAL PROBABLE UNKNOWN", failed),
                Arguments.of(
                        "139 from a shell", running, itself(code(139)), "KILLED_BY_SIGNAL PROBABLE WORKER", failed),
                Arguments.of("255 from a shell", running, itself(code(255)), "UNKNOWN POSSIBLE WORKER", failed),
                Arguments.of(
                        "143 from a shell", running, itself(code(143)), "KILLED_BY_SIGNAL PROBABLE UNKNOWN", failed),
                Arguments.of(
                        "TERM that was not ours",
                        running,
                        itself(signal(15)),
                        "KILLED_BY_SIGNAL CERTAIN UNKNOWN",
                        failed),
                Arguments.of("KILL", running, itself(signal(9)), "KILLED_BY_SIGNAL CERTAIN UNKNOWN", failed),
                Arguments.of("SEGV", running, itself(signal(11)), "KILLED_BY_SIGNAL CERTAIN WORKER", failed),
                Arguments.of("ABRT", running, itself(signal(6)), "KILLED_BY_SIGNAL CERTAIN WORKER", failed),
                Arguments.of("nobody saw it", running, itself(UNSEEN), "UNKNOWN POSSIBLE UNKNOWN", failed));
    }

    @Test
    void a_report_carries_the_row_and_the_end() {
        StopReport report = diagnosis.report(Samples.running(), itself(code(1)));

        assertThat(report.account()).isEqualTo(Samples.ACCOUNT);
        assertThat(report.workerId()).isEqualTo(Samples.WORKER);
        assertThat(report.epoch()).isEqualTo(1);
        assertThat(report.node()).isEqualTo(Samples.NODE);
        assertThat(report.userId()).contains("user-a");
        assertThat(report.version()).contains("2.1");
        assertThat(report.startedAt()).isEqualTo(Samples.NOW);
        assertThat(report.endedAt()).isEqualTo(END);
        assertThat(report.exit()).isEqualTo(code(1));
        assertThat(report.evidence()).containsExactly("the facts", NO_LOG);
    }

    @ParameterizedTest
    @EnumSource(
            value = StopPurpose.class,
            names = {"PERSON", "RESTART", "CLOSE"})
    void the_evidence_of_a_stop_says_who_asked_for_it_and_when(StopPurpose cause) {
        StopReport report = diagnosis.report(Samples.stopping(cause), signalled(code(0)));

        assertThat(report.evidence()).containsExactly(cause.words() + " at " + ASKED, "the facts");
    }

    @Test
    void an_end_that_is_not_understood_names_the_workers_log() {
        StopReport report = diagnosis.report(Samples.running(), itself(code(1)));

        assertThat(report.advice()).contains("worker_4711_" + Samples.WORKER + ".log");
    }

    @Test
    void the_advice_for_a_crash_names_the_signal() {
        StopReport report = diagnosis.report(Samples.running(), itself(signal(11)));

        assertThat(report.advice()).contains("crashed").contains("11 (SEGV)");
    }

    /** P4. */
    @ParameterizedTest
    @EnumSource(StopReason.class)
    void what_a_person_stopped_is_closed_as_stopped_whatever_ended_it(StopReason reason) {
        StopReport report = withReason(reason);

        assertThat(Diagnosis.closedState(Samples.stopping(), report)).isEqualTo(WorkerState.STOPPED);
    }

    private StopReport withReason(StopReason reason) {
        StopReport any = diagnosis.report(Samples.running(), itself(code(1)));
        return new StopReport(
                any.account(),
                any.workerId(),
                any.epoch(),
                any.node(),
                any.userId(),
                any.version(),
                any.startedAt(),
                any.endedAt(),
                any.exit(),
                any.usage(),
                any.initiator(),
                reason,
                any.confidence(),
                any.evidence(),
                any.advice(),
                Optional.empty(),
                List.of(),
                List.of());
    }

    private static final String TRACEBACK = """
            Traceback (most recent call last):
              File "x", line 1, in <module>
            telethon.errors.rpcerrorlist.FloodWaitError: A wait of 4711 seconds is required (caused by X)
            """;

    private void log(String text) throws IOException {
        Files.writeString(data.path().resolve(Detail.of(Samples.running()).log().orElseThrow()), text);
    }

    private void words(String json) throws IOException {
        Files.writeString(Layout.reasonFile(data, Samples.WORKER), json);
    }

    private void counters(long kills) throws IOException {
        Files.writeString(directory.resolve("proc/vmstat"), "nr_free_pages 5\noom_kill " + kills + "\n");
    }

    @Test
    void the_end_of_the_log_is_frozen_in_the_report_with_its_place() throws IOException {
        log("2026-11-24 02:00:00 INFO begun\n" + TRACEBACK);

        StopReport report = diagnosis.report(Samples.running(), itself(code(1)));

        assertThat(report.reason()).isEqualTo(StopReason.FLOOD_WAIT);
        assertThat(report.retryAfter()).contains(Duration.ofSeconds(4711));
        assertThat(report.logEvidence()).singleElement().satisfies(line -> {
            assertThat(line.file()).isEqualTo("worker_4711_" + Samples.WORKER + ".log");
            assertThat(line.offset()).isEqualTo(31 + TRACEBACK.indexOf("telethon"));
            assertThat(line.text()).startsWith("telethon.errors.rpcerrorlist.FloodWaitError: A wait of 4711");
        });
        assertThat(report.lastEntries()).hasSize(2);
        assertThat(StopReport.parse(report.toJson())).isEqualTo(report);
    }

    @Test
    void P8_what_a_report_shows_of_log_and_last_words_is_masked() throws IOException {
        String token = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0";
        log("2026-11-24 02:00:00 INFO " + "x".repeat(200) + " " + token + "\n2026-11-24 02:00:01 ERROR " + token
                + " hunter2: Flood wait\n");
        words("{\"reason\":\"CONFIGURATION\",\"message\":\"token " + token + " is refused\"}");

        StopReport report = diagnosis.report(Samples.running(), itself(code(1)));

        assertThat(report.lastEntries()).hasSize(2);
        assertThat(report.evidence()).anyMatch(line -> line.contains("is refused"));
        assertThat(report.toJson()).contains("[redacted bot token]").doesNotContain("AAHdq");
    }

    @Test
    void P8_the_redaction_of_an_application_masks_reports() throws IOException {
        log("2026-11-24 02:00:01 ERROR hunter2 is refused\n");
        diagnosis = diagnosis(Redaction.none().and("password", Pattern.compile("hunter\\d")));

        StopReport report = diagnosis.report(Samples.running(), itself(code(1)));

        assertThat(report.toJson()).contains("[redacted password] is refused").doesNotContain("hunter2");
    }

    @Test
    void only_the_file_of_this_worker_explains_its_end() throws IOException {
        Files.writeString(data.path().resolve("worker_4711_01kas9g4bv0000000000000000.log"), TRACEBACK);
        log("2026-11-24 02:00:00 INFO begun\n");

        assertThat(diagnosis.report(Samples.running(), itself(code(1))).reason())
                .isEqualTo(StopReason.UNKNOWN);
    }

    @Test
    void a_stop_of_ours_reads_no_log() throws IOException {
        log(TRACEBACK);
        words("{\"reason\":\"FLOOD_WAIT\"}");

        StopReport report = diagnosis.report(Samples.stopping(), signalled(code(1)));

        assertThat(report.reason()).isEqualTo(StopReason.STOPPED_ON_REQUEST);
        assertThat(report.lastEntries()).isEmpty();
    }

    @Test
    void last_words_decide_before_the_log() throws IOException {
        log(TRACEBACK);
        words("{\"reason\":\"ACCOUNT_BANNED\",\"message\":\"banned\",\"retryAfterSeconds\":0.5}");

        StopReport report = diagnosis.report(Samples.running(), itself(code(1)));

        assertThat(report.reason()).isEqualTo(StopReason.ACCOUNT_BANNED);
        assertThat(report.confidence()).isEqualTo(Confidence.CERTAIN);
        assertThat(report.retryAfter()).contains(Duration.ofSeconds(1));
        assertThat(report.evidence()).contains("the worker's last words: ACCOUNT_BANNED, \"banned\"");
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 15, 11})
    void last_words_never_override_the_kernel(int signal) throws IOException {
        words("{\"reason\":\"FLOOD_WAIT\"}");

        StopReport report = diagnosis.report(Samples.running(), itself(signal(signal)));

        assertThat(report.reason()).isEqualTo(StopReason.KILLED_BY_SIGNAL);
        assertThat(report.evidence()).contains("the worker's last words say FLOOD_WAIT");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{\"reason\":5}",
                "{\"reason\":\"SUNSPOTS\"}",
                "{\"reason\":\"STOPPED_ON_REQUEST\"}",
                "{\"reason\":\"KILLED_BY_SIGNAL\"}",
                "{\"reason\":\"FLOOD_WAIT\"} and more"
            })
    void words_that_are_none_are_told_and_ignored(String json) throws IOException {
        words(json);

        StopReport report = diagnosis.report(Samples.running(), itself(code(1)));

        assertThat(report.reason()).isEqualTo(StopReason.UNKNOWN);
        assertThat(report.evidence()).anyMatch(line -> line.startsWith("its last words are ignored"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1e300", "99999999999", "\"5\"", "true"})
    void seconds_that_cannot_be_are_told_and_ignored(String seconds) throws IOException {
        words("{\"reason\":\"FLOOD_WAIT\",\"retryAfterSeconds\":" + seconds + "}");

        StopReport report = diagnosis.report(Samples.running(), itself(code(1)));

        assertThat(report.reason()).isEqualTo(StopReason.FLOOD_WAIT);
        assertThat(report.retryAfter()).isEmpty();
        assertThat(report.evidence()).anyMatch(line -> line.contains("retryAfterSeconds are ignored"));
    }

    @Test
    void words_that_are_too_long_linked_or_no_file_are_ignored() throws IOException {
        Path file = Layout.reasonFile(data, Samples.WORKER);
        words("{\"reason\":\"FLOOD_WAIT\",\"message\":\"" + "x".repeat(LastWords.LARGEST) + "\"}");
        assertThat(reasonNow()).isEqualTo(StopReason.UNKNOWN);

        Path elsewhere = Files.writeString(directory.resolve("elsewhere"), "{\"reason\":\"FLOOD_WAIT\"}");
        Files.delete(file);
        Files.createSymbolicLink(file, elsewhere);
        assertThat(reasonNow()).isEqualTo(StopReason.UNKNOWN);

        Files.delete(file);
        Files.createDirectory(file);
        assertThat(reasonNow()).isEqualTo(StopReason.UNKNOWN);
    }

    private StopReason reasonNow() {
        return diagnosis.report(Samples.running(), itself(code(1))).reason();
    }

    @Test
    void a_log_that_cannot_be_read_is_told() throws IOException {
        Path file = data.path().resolve(Detail.of(Samples.running()).log().orElseThrow());
        Files.createSymbolicLink(file, Files.writeString(directory.resolve("elsewhere"), TRACEBACK));

        StopReport report = diagnosis.report(Samples.running(), itself(code(1)));

        assertThat(report.reason()).isEqualTo(StopReason.UNKNOWN);
        assertThat(report.evidence()).anyMatch(line -> line.startsWith("its log could not be read"));
    }

    @Test
    void a_conflict_under_our_own_lock_came_from_outside() throws IOException {
        log(TRACEBACK.replace("FloodWaitError: A wait of 4711 seconds is required", "AuthKeyDuplicatedError: used"));

        StopReport report = diagnosis.report(Samples.running(), itself(code(1)));

        assertThat(report.reason()).isEqualTo(StopReason.SESSION_CONFLICT);
        assertThat(report.evidence()).anyMatch(line -> line.contains("used outside this system"));
        assertThat(report.describe())
                .contains("Session conflict / AuthKeyDuplicated")
                .contains("no use until a person has removed the cause");
    }

    /** The one that was killed may have been another process of the machine. */
    @Test
    void a_count_of_the_whole_machine_is_a_sentence_and_no_reason() throws IOException {
        counters(3);
        WorkerRow row = RowChanges.running(diagnosis.prepared(Samples.starting()), Samples.PROCESS);
        counters(4);

        for (ExitStatus exit : List.of(signal(9), code(137), new ExitStatus.Exited(137), code(3), signal(15))) {
            StopReport report = diagnosis.report(row, itself(exit));
            assertThat(report.reason()).as("%s", exit).isNotEqualTo(StopReason.OUT_OF_MEMORY);
            assertThat(report.evidence()).anyMatch(line -> line.contains("1 on the machine"));
        }
    }

    private static final List<String> GROUP_FILES =
            List.of("sys/fs/cgroup/memory.events", "sys/fs/cgroup/memory/memory.oom_control");

    @ParameterizedTest
    @FieldSource("GROUP_FILES")
    void a_kill_that_its_control_group_counted_is_probably_of_this_worker(String file) throws IOException {
        WorkerRow row = counted(file, 3);
        assertThat(diagnosis.report(row, itself(signal(9))).reason()).isEqualTo(StopReason.KILLED_BY_SIGNAL);

        group(file, 4);

        StopReport report = diagnosis.report(row, itself(signal(9)));
        assertThat(report.reason() + " " + report.confidence()).isEqualTo("OUT_OF_MEMORY PROBABLE");
        assertThat(diagnosis.report(row, itself(new ExitStatus.Exited(137))).reason())
                .isEqualTo(StopReason.OUT_OF_MEMORY);
        assertThat(diagnosis.report(row, itself(signal(15))).reason()).isEqualTo(StopReason.KILLED_BY_SIGNAL);
        StopReport child = diagnosis.report(row, itself(code(3)));
        assertThat(child.reason()).isEqualTo(StopReason.UNKNOWN);
        assertThat(child.evidence()).anyMatch(line -> line.contains("1 in its control group"));
    }

    private void group(String file, long kills) throws IOException {
        Path path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, "max 1\noom 1\noom_kill " + kills + "\noom_group_kill 0\n");
    }

    private WorkerRow counted(String file, long kills) throws IOException {
        group(file, kills);
        diagnosis = diagnosis(Redaction.standard());
        ProcessIdentity first = new ProcessIdentity(4242, 10_000, 0, "boot-a", "pid:[4026531836]", "time:[1]");
        return RowChanges.running(diagnosis.prepared(Samples.starting()), first);
    }

    /** It was killed together with others, or a process of its own was, or one before it had its number. */
    @ParameterizedTest
    @CsvSource(delimiter = '~', textBlock = """
            [  112.3] Memory cgroup out of memory: Killed process 4242 (python3) total-vm:1kB ~ OUT_OF_MEMORY CERTAIN
            [  112.3] Out of memory (oom_kill_allocating_task): Killed process 4242 (python3) ~ OUT_OF_MEMORY CERTAIN
            [  112.3] Memory cgroup out of memory: Killed process 4243 (a child) total-vm:1kB ~ KILLED_BY_SIGNAL CERTAIN
            [  112.3] Memory cgroup out of memory: Killed process 42424 (python3) ~ KILLED_BY_SIGNAL CERTAIN
            [   12.3] Memory cgroup out of memory: Killed process 4242 (python3) ~ OUT_OF_MEMORY PROBABLE
            [  112.3] usb 1-1: new device ~ OUT_OF_MEMORY PROBABLE
            """)
    void the_kernels_log_says_whom_it_killed(String line, String verdict) throws IOException {
        WorkerRow row = counted(GROUP_FILES.get(0), 3);
        group(GROUP_FILES.get(0), 4);
        kernelLog.add(line);

        StopReport report = diagnosis.report(row, itself(signal(9)));

        assertThat(report.reason() + " " + report.confidence()).isEqualTo(verdict);
    }

    /** {@code memory.oom.group}: all processes of the group are killed at once. */
    @Test
    void each_worker_of_a_group_that_was_killed_as_one_is_named() throws IOException {
        WorkerRow row = counted(GROUP_FILES.get(0), 3);
        group(GROUP_FILES.get(0), 6);
        for (int pid : List.of(4241, 4242, 4243)) {
            kernelLog.add("[  112.3] Memory cgroup out of memory: Killed process " + pid + " (python3) total-vm:1kB");
        }

        assertThat(diagnosis.report(row, itself(signal(9))).confidence()).isEqualTo(Confidence.CERTAIN);
    }

    /** What one worker was killed for is not held against the next, however soon that is started. */
    @Test
    void a_start_right_after_an_end_counts_from_that_end_on() throws IOException {
        counters(3);
        WorkerRow row = RowChanges.running(diagnosis.prepared(Samples.starting()), Samples.PROCESS);
        counters(4);
        diagnosis.report(row, itself(signal(9)));

        WorkerRow next = RowChanges.running(diagnosis.prepared(Samples.starting()), Samples.PROCESS);

        assertThat(Detail.of(next).memoryCounts()).containsEntry("machine", 4L);
        assertThat(diagnosis.report(next, itself(signal(9))).reason()).isEqualTo(StopReason.KILLED_BY_SIGNAL);
    }

    @Test
    void the_count_of_a_control_group_stands_among_other_fields() throws IOException {
        Path group = Files.createDirectories(directory.resolve("sys/fs/cgroup/memory"));
        Files.writeString(group.resolve("memory.oom_control"), "oom_kill_disable 0\nunder_oom 0\noom_kill 7\n");

        assertThat(new OomCounters(directory, Clocks.system(InstantSource.system()), List::of).now())
                .containsEntry("group", 7L)
                .containsEntry("file", group.resolve("memory.oom_control").toString());
    }

    @Test
    void the_kernels_own_words_about_the_process_make_it_certain() throws IOException {
        counters(3);
        ProcessIdentity first = new ProcessIdentity(4242, 10_000, 0, "boot-a", "pid:[4026531836]", "time:[1]");
        WorkerRow row = RowChanges.running(diagnosis.prepared(Samples.starting()), first);
        counters(4);
        kernelLog.add("[ 112.3] Memory cgroup out of memory: Killed process 42424 (python3) total-vm:1kB");
        assertThat(diagnosis.report(row, itself(signal(9))).reason()).isEqualTo(StopReason.KILLED_BY_SIGNAL);

        kernelLog.add("[ 112.4] Out of memory: Killed process 4242 (python3) total-vm:1kB, anon-rss:1kB");

        StopReport report = diagnosis.report(row, itself(signal(9)));
        assertThat(report.reason() + " " + report.confidence()).isEqualTo("OUT_OF_MEMORY CERTAIN");
        assertThat(report.evidence()).anyMatch(line -> line.contains("Killed process 4242"));
    }

    /** A host that comes late reads counts that grew behind the worker's end, too; its launch path counted at the end. */
    @Test
    void the_launch_paths_own_count_decides() throws IOException {
        WorkerRow row = counted(GROUP_FILES.get(0), 3);
        Ending none = counted(false);
        Ending one = counted(true);

        assertThat(diagnosis.report(row, one).reason()).isEqualTo(StopReason.OUT_OF_MEMORY);
        group(GROUP_FILES.get(0), 4);
        assertThat(diagnosis.report(row, none).reason()).isEqualTo(StopReason.KILLED_BY_SIGNAL);
        assertThat(diagnosis.report(row, none).evidence()).noneMatch(line -> line.contains("out-of-memory"));
        assertThat(diagnosis.report(row, one).evidence())
                .filteredOn(line -> line.contains("out-of-memory"))
                .hasSize(1);
    }

    private static Ending counted(boolean kills) {
        return new Ending(signal(9), END, false, false, Optional.empty(), Optional.of(kills), List.of("the facts"));
    }

    /** A shell reports an exit and a signal alike: its code is read as one, and its log with it. */
    @ParameterizedTest
    @ValueSource(ints = {137, 143, 255})
    void a_code_that_a_shell_reports_loses_no_log(int code) throws IOException {
        log("2026-11-24 02:00:00 INFO begun\n" + TRACEBACK);

        StopReport shell = diagnosis.report(Samples.running(), itself(code(code)));
        StopReport exited = diagnosis.report(Samples.running(), itself(new ExitStatus.Exited(code)));

        assertThat(shell.reason()).isEqualTo(StopReason.FLOOD_WAIT).isEqualTo(exited.reason());
        assertThat(shell.confidence()).isEqualTo(exited.confidence());
        assertThat(shell.logEvidence()).isNotEmpty().isEqualTo(exited.logEvidence());
    }

    @Test
    void what_facts_overrule_of_a_log_is_told_once_with_its_line() throws IOException {
        WorkerRow row = counted(GROUP_FILES.get(0), 3);
        group(GROUP_FILES.get(0), 4);
        log("2026-11-24 02:00:00 INFO begun\nTraceback (most recent call last):\n  File \"x\", line 1\nshop.Odd: no\n");

        StopReport report = diagnosis.report(row, itself(code(137)));

        assertThat(report.reason()).isEqualTo(StopReason.OUT_OF_MEMORY);
        assertThat(report.logEvidence()).isNotEmpty();
        assertThat(report.evidence())
                .filteredOn(line -> line.contains("the end of its log"))
                .singleElement()
                .satisfies(
                        line -> assertThat(line.split("the end of its log", -1)).hasSize(2));
    }

    @Test
    void a_stop_that_needed_kill_says_so() {
        Ending killed = new Ending(
                signal(9),
                END,
                false,
                true,
                Optional.empty(),
                Optional.empty(),
                List.of("TERM sent to the group of pid 5", "KILL sent to the group of pid 5"));

        StopReport report = diagnosis.report(Samples.stopping(), killed);

        assertThat(report.reason()).isEqualTo(StopReason.STOPPED_ON_REQUEST);
        assertThat(report.advice()).contains("did not end within its stop grace");
    }
}
