package io.workersupervisor.internal.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.workersupervisor.Samples;
import io.workersupervisor.internal.text.Json;
import io.workersupervisor.spi.RowDetail;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowDetailTest {
    private static final RowChanges.Claim CLAIM =
            new RowChanges.Claim(1, Samples.WORKER, Samples.NODE, Samples.NOW, Samples.HOST, 9_900, "worker_4711.log");

    @Test
    void a_full_detail_comes_back_from_its_json() {
        RowDetail detail = Detail.NONE
                .withClaim(Samples.SPEC, CLAIM)
                .withIdentity(Samples.PROCESS)
                .withHeldLock()
                .withStop(Samples.HOST, Samples.NOW, StopPurpose.RESTART)
                .withTerm(Samples.NOW.plusSeconds(1));

        RowDetail read = RowDetail.parse(detail.toJson());

        assertThat(read).isEqualTo(detail).hasSameHashCodeAs(detail);
        assertThat(Detail.of(read).identity()).contains(Samples.PROCESS);
        assertThat(Detail.of(read).actor()).contains(Samples.HOST);
        assertThat(Detail.of(read).holdsLock()).isTrue();
        assertThat(Detail.of(read).bornAfter()).isEqualTo(9_900);
        assertThat(Detail.of(read).stopGrace()).isEqualTo(Samples.SPEC.stopGrace());
        assertThat(Detail.of(read).startGrace()).isEqualTo(Samples.SPEC.startGrace());
        assertThat(Detail.of(read).log()).contains("worker_4711.log");
        assertThat(Detail.of(read).stopAskedAt()).contains(Samples.NOW);
        assertThat(Detail.of(read).stopCause()).isEqualTo(StopPurpose.RESTART);
        assertThat(Detail.of(read).termedAt()).contains(Samples.NOW.plusSeconds(1));
    }

    @Test
    void the_stored_form_is_the_documented_one() {
        RowDetail detail = Detail.NONE.withIdentity(Samples.PROCESS).withHeldLock();

        assertThat(detail.toJson()).isEqualTo("""
                {"identity":{"pid":4242,"ticks":10000,"millis":0,"boot":"boot-a","pid_ns":"pid:[1]",\
                "time_ns":"time:[1]"},"holds_lock":true}""");
    }

    @Test
    void an_empty_detail_tells_nothing() {
        RowDetail none = RowDetail.parse("{}");

        assertThat(none).isEqualTo(Detail.NONE);
        assertThat(Detail.of(none).identity()).isEmpty();
        assertThat(Detail.of(none).actor()).isEmpty();
        assertThat(Detail.of(none).holdsLock()).isFalse();
        assertThat(Detail.of(none).bornAfter()).isZero();
        assertThat(Detail.of(none).stopGrace()).isEqualTo(Duration.ofSeconds(10));
        assertThat(Detail.of(none).startGrace()).isZero();
        assertThat(Detail.of(none).log()).isEmpty();
        assertThat(Detail.of(none).stopAskedAt()).isEmpty();
        assertThat(Detail.of(none).termedAt()).isEmpty();
        assertThat(Detail.of(none).stopCause()).isEqualTo(StopPurpose.PERSON);
    }

    @ParameterizedTest
    @MethodSource("changes")
    void a_change_keeps_the_fields_of_a_newer_version(String what, RowDetail changed) {
        assertThat(Json.object(changed.toJson()))
                .as(what)
                .containsEntry("lease", Map.of("generation", 7L))
                .containsEntry("note", "x");
    }

    static Stream<Arguments> changes() {
        RowDetail newer = RowDetail.parse("{\"lease\":{\"generation\":7},\"note\":\"x\"}");
        return Stream.of(
                Arguments.of("claim", Detail.of(newer).withClaim(Samples.SPEC, CLAIM)),
                Arguments.of("identity", Detail.of(newer).withIdentity(Samples.PROCESS)),
                Arguments.of("lock", Detail.of(newer).withHeldLock()),
                Arguments.of("stop", Detail.of(newer).withStop(Samples.HOST, Samples.NOW, StopPurpose.CLOSE)),
                Arguments.of("next worker", Detail.of(newer).forNextWorker()));
    }

    /** P3: versions stand side by side, and each writes rows that the other has written. */
    @Test
    void a_change_keeps_what_a_newer_version_says_of_a_process() {
        Map<String, @Nullable Object> fields = Json.object(Detail.NONE
                .withClaim(Samples.SPEC, CLAIM)
                .withIdentity(Samples.PROCESS)
                .toJson());
        Json.asObject(Objects.requireNonNull(fields.get("identity"))).put("cgroup", "a");
        Json.asObject(Objects.requireNonNull(fields.get("actor"))).put("version", 2L);
        RowDetail newer = RowDetail.parse(Json.write(fields));

        String changed = Detail.of(newer).withHeldLock().withTerm(Samples.NOW).toJson();

        assertThat(changed).contains("\"cgroup\":\"a\"", "\"version\":2");
        assertThat(Detail.of(newer).withIdentity(Samples.PROCESS).toJson()).doesNotContain("cgroup");
        assertThat(Detail.of(newer)
                        .withStop(Samples.HOST, Samples.NOW, StopPurpose.PERSON)
                        .toJson())
                .doesNotContain("\"version\"");
    }

    @Test
    void a_change_leaves_the_detail_it_was_made_from() {
        RowDetail before = RowDetail.parse("{\"note\":\"x\"}");

        Detail.of(before).withHeldLock();

        assertThat(before.toJson()).isEqualTo("{\"note\":\"x\"}");
    }

    /** P3: what was known of the last worker's process must not be believed of the next. */
    @Test
    void nothing_that_this_version_knows_outlives_an_incarnation() {
        RowDetail last = Detail.of(RowDetail.parse("{\"note\":\"x\"}"))
                .withClaim(Samples.SPEC, CLAIM)
                .withIdentity(Samples.PROCESS)
                .withHeldLock()
                .withStop(Samples.HOST, Samples.NOW, StopPurpose.RESTART)
                .withTerm(Samples.NOW);

        assertThat(Detail.of(last).forNextWorker().toJson()).isEqualTo("{\"note\":\"x\"}");
    }

    /** P6. */
    @Test
    void a_stop_that_is_asked_for_again_stays_the_one_that_came_first() {
        Actor other = new Actor("host-b", Samples.process(18, 600));

        RowDetail again = Detail.NONE
                .withStop(Samples.HOST, Samples.NOW, StopPurpose.RESTART)
                .withStop(other, Samples.NOW.plusSeconds(9), StopPurpose.PERSON);

        assertThat(Detail.of(again).stopAskedAt()).contains(Samples.NOW);
        assertThat(Detail.of(again).stopCause()).isEqualTo(StopPurpose.RESTART);
        assertThat(Detail.of(again).actor()).contains(other);
    }

    @Test
    void a_signal_that_was_not_sent_after_all_is_forgotten() {
        RowDetail before = Detail.NONE.withHeldLock();

        assertThat(Detail.of(before).withTerm(Samples.NOW).withoutTerm()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(value = StopPurpose.class, mode = EnumSource.Mode.EXCLUDE, names = "FAULT")
    void the_cause_of_a_stop_is_kept(StopPurpose cause) {
        RowDetail detail = Detail.NONE.withStop(Samples.HOST, Samples.NOW, cause);

        assertThat(Detail.of(RowDetail.parse(detail.toJson())).stopCause()).isEqualTo(cause);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "{\"identity\":{}}",
                "{\"identity\":{\"pid\":0}}",
                "{\"identity\":{\"pid\":-1}}",
                "{\"identity\":{\"pid\":\"4242\"}}",
                "{\"actor\":{\"host\":\"a\"}}",
            })
    void what_cannot_be_understood_is_refused(String json) {
        assertThatIllegalArgumentException().isThrownBy(() -> RowDetail.parse(json));
    }

    /** P2: without its boot, a living process would be one of another boot, and its row free. */
    @ParameterizedTest
    @ValueSource(strings = {"ticks", "millis", "boot", "pid_ns", "time_ns"})
    void an_identity_that_lacks_a_part_is_refused(String part) {
        RowDetail whole = Detail.NONE.withIdentity(Samples.PROCESS);
        Map<String, @Nullable Object> fields = Json.object(whole.toJson());
        Map<String, @Nullable Object> identity = Json.asObject(Objects.requireNonNull(fields.get("identity")));

        identity.put(part, 7.5);
        assertThatIllegalArgumentException().isThrownBy(() -> RowDetail.parse(Json.write(fields)));

        identity.remove(part);
        assertThatIllegalArgumentException().isThrownBy(() -> RowDetail.parse(Json.write(fields)));
    }

    /** A grace or a time that became zero would be acted upon. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"grace_ms\":\"10000\"}",
                "{\"grace_ms\":1e4}",
                "{\"stop_at\":\"2026-11-24T02:00:00Z\"}",
                "{\"term_at\":true}"
            })
    void a_number_of_another_type_is_refused(String json) {
        assertThatIllegalArgumentException().isThrownBy(() -> RowDetail.parse(json));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"identity\":\"4242\"}", "{\"identity\":[]}", "{\"actor\":7}"})
    void a_part_that_is_no_object_is_refused(String json) {
        assertThatIllegalArgumentException().isThrownBy(() -> RowDetail.parse(json));
    }

    @Test
    void what_only_helps_is_left_out_where_it_is_damaged() {
        RowDetail damaged =
                RowDetail.parse("{\"holds_lock\":\"true\",\"born_after\":\"9900\",\"log\":5,\"stop_why\":7}");

        assertThat(Detail.of(damaged).holdsLock()).isFalse();
        assertThat(Detail.of(damaged).bornAfter()).isZero();
        assertThat(Detail.of(damaged).log()).isEmpty();
        assertThat(Detail.of(damaged).stopCause()).isEqualTo(StopPurpose.PERSON);
    }
}
