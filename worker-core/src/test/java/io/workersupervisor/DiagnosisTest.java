package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** P6. */
class DiagnosisTest {
    private static final Instant ASKED = Samples.NOW.plusSeconds(10);
    private static final Instant END = Samples.NOW.plusSeconds(11);
    private static final Instant EARLIER = Samples.NOW.plusSeconds(5);
    private static final ExitStatus UNSEEN = new ExitStatus.Unknown("no exit record");

    private static Ending ending(ExitStatus exit, Instant at, boolean otherBoot, boolean signalled) {
        return new Ending(exit, at, otherBoot, signalled, Optional.empty(), false, List.of("the facts"));
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
        StopReport report = Diagnosis.report(row, ending);

        assertThat(report.reason() + " " + report.confidence() + " " + report.initiator())
                .isEqualTo(verdict);
        assertThat(Diagnosis.closedState(row, report)).isEqualTo(closed);
    }

    static Stream<Arguments> cases() {
        WorkerRow starting = Samples.starting();
        WorkerRow running = Samples.running();
        WorkerRow stopping = Samples.stopping();
        WorkerRow termed = stopping.terming(ASKED);
        WorkerRow restarting = Samples.stopping(StopCause.RESTART);
        WorkerRow closing = Samples.stopping(StopCause.CLOSE);
        WorkerRow sweeping = Samples.stopping(StopCause.LEFTOVERS);
        WorkerRow stoppedEarly = starting.stopAsked(Samples.HOST, ASKED);
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
        StopReport report = Diagnosis.report(Samples.running(), itself(code(1)));

        assertThat(report.account()).isEqualTo(Samples.ACCOUNT);
        assertThat(report.workerId()).isEqualTo(Samples.WORKER);
        assertThat(report.epoch()).isEqualTo(1);
        assertThat(report.node()).isEqualTo(Samples.NODE);
        assertThat(report.userId()).contains("user-a");
        assertThat(report.specVersion()).contains("2.1");
        assertThat(report.startedAt()).isEqualTo(Samples.NOW);
        assertThat(report.endedAt()).isEqualTo(END);
        assertThat(report.exit()).isEqualTo(code(1));
        assertThat(report.evidence()).containsExactly("the facts");
    }

    @ParameterizedTest
    @EnumSource(
            value = StopCause.class,
            names = {"PERSON", "RESTART", "CLOSE"})
    void the_evidence_of_a_stop_says_who_asked_for_it_and_when(StopCause cause) {
        StopReport report = Diagnosis.report(Samples.stopping(cause), signalled(code(0)));

        assertThat(report.evidence()).containsExactly(cause.words() + " at " + ASKED, "the facts");
    }

    @Test
    void an_end_that_is_not_understood_names_the_workers_log() {
        StopReport report = Diagnosis.report(Samples.running(), itself(code(1)));

        assertThat(report.advice()).contains("worker_4711_" + Samples.WORKER + ".log");
    }

    @Test
    void the_advice_for_a_crash_names_the_signal() {
        StopReport report = Diagnosis.report(Samples.running(), itself(signal(11)));

        assertThat(report.advice()).contains("crashed").contains("11 (SEGV)");
    }

    /** P4. */
    @ParameterizedTest
    @EnumSource(StopReason.class)
    void what_a_person_stopped_is_closed_as_stopped_whatever_ended_it(StopReason reason) {
        StopReport report = withReason(reason);

        assertThat(Diagnosis.closedState(Samples.stopping(), report)).isEqualTo(WorkerState.STOPPED);
    }

    private static StopReport withReason(StopReason reason) {
        StopReport any = Diagnosis.report(Samples.running(), itself(code(1)));
        return new StopReport(
                any.account(),
                any.workerId(),
                any.epoch(),
                any.node(),
                any.userId(),
                any.specVersion(),
                any.startedAt(),
                any.endedAt(),
                any.exit(),
                any.usage(),
                any.initiator(),
                reason,
                any.confidence(),
                any.evidence(),
                any.advice());
    }
}
