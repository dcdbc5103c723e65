package io.workersupervisor.internal.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.workersupervisor.Confidence;
import io.workersupervisor.Desired;
import io.workersupervisor.HealthLimits;
import io.workersupervisor.Initiator;
import io.workersupervisor.Readiness;
import io.workersupervisor.Samples;
import io.workersupervisor.StopOrder;
import io.workersupervisor.StopReason;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.text.Json;
import io.workersupervisor.spi.WorkerRow;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class WorkerRowTest {
    private static final Instant LATER = Samples.NOW.plusSeconds(60);

    /** Every way of changing a row that the class has, from every state and both wishes. */
    static Stream<Arguments> transitions() {
        return Arrays.stream(RowChanges.class.getDeclaredMethods())
                .filter(method -> method.getReturnType() == WorkerRow.class && !method.isSynthetic())
                .filter(method -> Modifier.isPublic(method.getModifiers())
                        && method.getParameterTypes().length > 0
                        && method.getParameterTypes()[0] == WorkerRow.class
                        && !List.of("counting", "planning", "marking", "stopped", "leftToOwner")
                                .contains(method.getName()))
                .flatMap(method -> rows().map(row -> Arguments.of(method.getName(), row, apply(method, row))));
    }

    private static Stream<WorkerRow> rows() {
        return Arrays.stream(WorkerState.values())
                .flatMap(state -> Stream.of(Desired.RUNNING, Desired.STOPPED).map(desired -> row(state, desired)));
    }

    private static WorkerRow row(WorkerState state, Desired desired) {
        WorkerRow running = Samples.running();
        return new WorkerRow(
                running.account(),
                7,
                41,
                running.workerId(),
                running.node(),
                state,
                desired,
                running.startedAt(),
                running.userId(),
                running.version(),
                running.detail());
    }

    private static WorkerRow apply(Method transition, WorkerRow row) {
        Object[] arguments = Arrays.stream(transition.getParameterTypes())
                .map(type -> type == WorkerRow.class ? row : argument(type))
                .toArray();
        try {
            return (WorkerRow) transition.invoke(null, arguments);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(transition + " of " + row, e);
        }
    }

    private static Object argument(Class<?> type) {
        return Stream.<Object>of(
                        Samples.process(815, 20_000),
                        new Actor("host-b", Samples.process(18, 600)),
                        LATER,
                        StopPurpose.CLOSE,
                        WorkerState.FAILED,
                        Map.of("why", "UNKNOWN"),
                        StopOrder.byPerson(),
                        new Fault(StopReason.OUT_OF_MEMORY, Confidence.CERTAIN, "much"))
                .filter(type::isInstance)
                .findFirst()
                .orElseThrow(() -> new AssertionError("give this test a sample of " + type));
    }

    @ParameterizedTest
    @MethodSource("transitions")
    void a_transition_makes_the_next_revision(String name, WorkerRow before, WorkerRow after) {
        assertThat(after.revision()).as(name).isEqualTo(before.revision() + 1);
    }

    @ParameterizedTest
    @MethodSource("transitions")
    void a_transition_leaves_what_names_the_worker(String name, WorkerRow before, WorkerRow after) {
        assertThat(after)
                .as(name)
                .usingRecursiveComparison()
                .comparingOnlyFields(
                        name.equals("forgotten")
                                ? new String[] {"account", "epoch", "workerId", "node", "startedAt"}
                                : new String[] {"account", "epoch", "workerId", "node", "startedAt", "userId", "version"
                                })
                .isEqualTo(before);
    }

    /** P4. */
    @ParameterizedTest
    @MethodSource("transitions")
    void only_a_stop_of_a_person_changes_what_is_desired(String name, WorkerRow before, WorkerRow after) {
        Desired wanted = name.equals("stopAsked") ? Desired.STOPPED : before.desired();

        assertThat(after.desired()).as(name).isEqualTo(wanted);
    }

    @Test
    void the_first_claim_is_version_1_and_wants_a_worker() {
        WorkerRow row = Samples.starting();

        assertThat(row.revision()).isEqualTo(1);
        assertThat(row.epoch()).isEqualTo(1);
        assertThat(row.state()).isEqualTo(WorkerState.STARTING);
        assertThat(row.desired()).isEqualTo(Desired.RUNNING);
        assertThat(row.workerId()).isEqualTo(Samples.WORKER);
        assertThat(row.node()).isEqualTo(Samples.NODE);
        assertThat(row.startedAt()).isEqualTo(Samples.NOW);
        assertThat(row.userId()).contains("user-a");
        assertThat(row.version()).contains("2.1");
        assertThat(Detail.of(row).actor()).contains(Samples.HOST);
        assertThat(Detail.of(row).bornAfter()).isEqualTo(9_900);
        assertThat(Detail.identityOf(row)).isEmpty();
    }

    @Test
    void a_claim_replaces_the_last_worker_and_its_process() {
        WorkerRow last = RowChanges.closed(Samples.stopping(), WorkerState.STOPPED);
        WorkerSpec spec = WorkerSpec.of(Samples.ACCOUNT, "other");

        WorkerRow next = RowChanges.claimed(
                Optional.of(last),
                spec,
                new RowChanges.Claim(9, "next-worker", "node-b", LATER, Samples.HOST, 1, "next.log"));

        assertThat(next.revision()).isEqualTo(last.revision() + 1);
        assertThat(next.epoch()).isEqualTo(9);
        assertThat(next.workerId()).isEqualTo("next-worker");
        assertThat(next.node()).isEqualTo("node-b");
        assertThat(next.desired()).isEqualTo(Desired.RUNNING);
        assertThat(next.startedAt()).isEqualTo(LATER);
        assertThat(next.userId()).isEmpty();
        assertThat(next.version()).isEmpty();
        assertThat(Detail.identityOf(next)).isEmpty();
        assertThat(Detail.of(next).stopAskedAt()).isEmpty();
    }

    @Test
    void limits_count_for_the_start_that_they_are_of_until_the_worker_is_ready() {
        WorkerSpec spec = WorkerSpec.builder(Samples.ACCOUNT, "bot")
                .readyWhen(Readiness.logLine("^up").within(Duration.ofSeconds(5)))
                .healthLimits(HealthLimits.NONE.withMemory(1 << 20).withUnable(Duration.ZERO))
                .build();
        WorkerRow running = RowChanges.running(
                RowChanges.claimed(
                        Optional.empty(),
                        spec,
                        new RowChanges.Claim(9, "worker", "node-b", LATER, Samples.HOST, 1, "next.log")),
                Samples.PROCESS);

        Limits limits = Detail.parse(running.detail().toJson()).limits(9);
        assertThat(limits.unready().orElseThrow().line()).contains("^up");
        assertThat(limits.unready().orElseThrow().limit()).isEqualTo(Duration.ofSeconds(5));
        assertThat(limits.health()).isEqualTo(spec.healthLimits());
        assertThat(RowStatus.isUnready(running)).isTrue();
        assertThat(RowStatus.isUnready(RowChanges.ready(running))).isFalse();
        assertThat(Detail.of(RowChanges.ready(running)).limits(9).health()).isEqualTo(spec.healthLimits());
        assertThat(Detail.of(running).limits(10)).isEqualTo(Limits.NONE);
        assertThat(Detail.parse(running.detail().toJson().replace("^up", "(")).limits(9))
                .isEqualTo(Limits.NONE);
    }

    @Test
    void the_fault_of_a_worker_is_that_of_the_first_stop() {
        Fault fault = new Fault(StopReason.OUT_OF_MEMORY, Confidence.CERTAIN, "much\nmore");

        WorkerRow ending = RowChanges.ending(Samples.running(), Samples.HOST, LATER, fault);
        WorkerRow stopped = RowChanges.stopAsked(ending, Samples.HOST, LATER, StopOrder.byPerson());

        assertThat(Detail.of(stopped).fault()).contains(fault);
        assertThat(fault.text()).isEqualTo("much more");
        assertThat(Detail.of(RowChanges.stopAsked(Samples.running(), Samples.HOST, LATER, StopOrder.byPerson()))
                        .fault())
                .isEmpty();
    }

    /** A host that knows no faults takes an unknown cause for a person's, and starts the account again at once. */
    @Test
    void a_stored_fault_is_a_stop_of_the_library_for_every_host() {
        Fault fault = new Fault(StopReason.SESSION_CONFLICT, Confidence.PROBABLE, "used elsewhere");
        String stored = RowChanges.ending(Samples.running(), Samples.HOST, LATER, fault)
                .detail()
                .toJson();

        assertThat(Json.object(stored)).containsEntry("stop_why", "CLOSE");
        assertThat(Detail.parse(stored).stopCause()).isEqualTo(StopPurpose.FAULT);
        assertThat(Detail.parse(stored).fault()).contains(fault);
        assertThat(Detail.parse(stored.replace("PROBABLE", "?")).stopCause()).isEqualTo(StopPurpose.FAULT);
    }

    /** A host that knows no faults carries the field on to its own worker. */
    @Test
    void the_fault_of_a_worker_before_is_none_of_the_next() {
        Fault fault = new Fault(StopReason.SESSION_CONFLICT, Confidence.PROBABLE, "used elsewhere");
        String stored = RowChanges.ending(Samples.running(), Samples.HOST, LATER, fault)
                .detail()
                .toJson();

        Detail next = Detail.parse(stored.replace("\"stop_at\":", "\"stop_at\":1"));

        assertThat(next.stopCause()).isEqualTo(StopPurpose.CLOSE);
        assertThat(next.fault()).isEmpty();
    }

    @Test
    void an_unknown_cause_of_a_stop_is_the_librarys() {
        assertThat(Detail.parse("{\"stop_why\":\"OF_LATER\"}").stopCause().initiator())
                .isEqualTo(Initiator.LIBRARY);
    }

    @Test
    void running_records_the_process() {
        WorkerRow row = RowChanges.running(Samples.starting(), Samples.PROCESS);

        assertThat(row.state()).isEqualTo(WorkerState.RUNNING);
        assertThat(Detail.identityOf(row)).contains(Samples.PROCESS);
        assertThat(row.pid()).hasValue(4242);
    }

    @Test
    void a_held_lock_changes_nothing_but_the_detail() {
        WorkerRow row = RowChanges.seenHoldingLock(Samples.running());

        assertThat(Detail.of(row).holdsLock()).isTrue();
        assertThat(row.state()).isEqualTo(WorkerState.RUNNING);
        assertThat(Detail.identityOf(row)).contains(Samples.PROCESS);
    }

    @ParameterizedTest
    @EnumSource(WorkerState.class)
    void a_persons_stop_begins_the_ladder_only_where_a_worker_may_exist(WorkerState state) {
        WorkerRow stopped =
                RowChanges.stopAsked(row(state, Desired.RUNNING), Samples.HOST, LATER, StopOrder.byPerson());

        assertThat(stopped.state()).isEqualTo(state.isOpen() ? WorkerState.STOPPING : WorkerState.STOPPED);
        assertThat(Detail.of(stopped).stopAskedAt()).isEqualTo(state.isOpen() ? Optional.of(LATER) : Optional.empty());
    }

    /** P4 and P6. */
    @Test
    void a_stop_of_the_application_takes_neither_order_nor_cause_of_a_persons_that_is_under_way() {
        WorkerRow byPerson = RowChanges.stopAsked(Samples.running(), Samples.HOST, LATER, StopOrder.by("alice"));

        WorkerRow again = RowChanges.stopAsked(byPerson, Samples.HOST, LATER, StopOrder.byApplication());

        assertThat(Detail.of(again).stopOrder()).isEqualTo(StopOrder.by("alice"));
        assertThat(Detail.of(again).stopCause()).isEqualTo(StopPurpose.PERSON);
    }

    @Test
    void a_stop_of_the_worker_alone_tells_who_and_why() {
        Actor other = new Actor("host-b", Samples.process(18, 600));

        WorkerRow row = RowChanges.stopping(Samples.running(), other, LATER, StopPurpose.RESTART);

        assertThat(row.state()).isEqualTo(WorkerState.STOPPING);
        assertThat(Detail.of(row).actor()).contains(other);
        assertThat(Detail.of(row).stopCause()).isEqualTo(StopPurpose.RESTART);
        assertThat(Detail.of(row).stopAskedAt()).contains(LATER);
    }

    @ParameterizedTest
    @EnumSource(
            value = WorkerState.class,
            names = {"BACKING_OFF", "STOPPED", "FAILED"})
    void a_closed_row_keeps_its_worker_but_shows_no_pid(WorkerState end) {
        WorkerRow row = RowChanges.closed(Samples.running(), end);

        assertThat(row.state()).isEqualTo(end);
        assertThat(Detail.identityOf(row)).contains(Samples.PROCESS);
        assertThat(row.pid()).isEmpty();
    }

    /** P4: a stop of an account that was never started is remembered. */
    @Test
    void an_account_stopped_before_its_first_start_has_a_row_without_a_worker() {
        WorkerRow row = RowChanges.neverStarted(Samples.ACCOUNT, Samples.NODE, Samples.NOW, StopOrder.byPerson());

        assertThat(row.desired()).isEqualTo(Desired.STOPPED);
        assertThat(row.state()).isEqualTo(WorkerState.STOPPED);
        assertThat(row.epoch()).isZero();
        assertThat(row.revision()).isEqualTo(1);
        assertThat(row.workerId()).isEmpty();
    }

    @Test
    void a_row_keeps_milliseconds_as_stores_do() {
        WorkerRow row = RowChanges.neverStarted(
                Samples.ACCOUNT, Samples.NODE, Instant.parse("2026-11-24T02:00:00.123456789Z"), StopOrder.byPerson());

        assertThat(row.startedAt()).isEqualTo(Instant.parse("2026-11-24T02:00:00.123Z"));
    }

    @ParameterizedTest
    @MethodSource("wrongRows")
    void a_row_out_of_bounds_is_refused(long epoch, long version, String workerId, WorkerState state, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WorkerRow(
                        Samples.ACCOUNT,
                        epoch,
                        version,
                        workerId,
                        Samples.NODE,
                        state,
                        Desired.RUNNING,
                        Samples.NOW,
                        Optional.empty(),
                        Optional.empty(),
                        Detail.NONE))
                .withMessage(message);
    }

    static Stream<Arguments> wrongRows() {
        String bounds = "epoch must be at least 0 and revision at least 1 for account 4711, were ";
        return Stream.of(
                Arguments.of(-1, 1, "w", WorkerState.STOPPED, bounds + "-1 and 1"),
                Arguments.of(0, 0, "w", WorkerState.STOPPED, bounds + "0 and 0"),
                Arguments.of(1, 1, "", WorkerState.STARTING, "workerId must be given in state STARTING, account 4711"),
                Arguments.of(1, 1, "", WorkerState.STOPPING, "workerId must be given in state STOPPING, account 4711"));
    }
}
