package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.workersupervisor.internal.text.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StopReportTest {
    private static final StopReport PLAIN = Samples.report(List.of("the lock is free", "exit recorded"), "Look.");

    @ParameterizedTest
    @MethodSource("reports")
    void a_report_comes_back_from_its_json(StopReport report) {
        assertThat(StopReport.parse(report.toJson())).isEqualTo(report);
    }

    static Stream<StopReport> reports() {
        Random random = new Random(5);
        return Stream.concat(
                Stream.of(PLAIN, with(PLAIN, new ExitStatus.NeverRan()), anonymous()),
                IntStream.range(0, 100)
                        .mapToObj(i -> Samples.report(
                                random.ints(random.nextInt(40), 0, 700)
                                        .mapToObj(length -> noise(random, length))
                                        .toList(),
                                noise(random, random.nextInt(700)))));
    }

    private static StopReport anonymous() {
        return new StopReport(
                AccountId.of("Trader:42"),
                Samples.WORKER,
                1,
                "",
                Optional.empty(),
                Optional.empty(),
                Samples.NOW,
                Samples.NOW,
                new ExitStatus.Signalled(9),
                Optional.empty(),
                Initiator.UNKNOWN,
                StopReason.KILLED_BY_SIGNAL,
                Confidence.CERTAIN,
                List.of(),
                "",
                Optional.empty(),
                List.of(),
                List.of());
    }

    private static StopReport with(StopReport report, ExitStatus exit) {
        return report(report.account(), report.node(), report.userId(), report.version(), exit);
    }

    private static StopReport report(
            AccountId account, String node, Optional<String> user, Optional<String> version, ExitStatus exit) {
        return new StopReport(
                account,
                Samples.WORKER,
                3,
                node,
                user,
                version,
                Samples.NOW,
                Samples.NOW,
                exit,
                Optional.empty(),
                Initiator.WORKER,
                StopReason.UNKNOWN,
                Confidence.POSSIBLE,
                List.of(),
                "",
                Optional.empty(),
                List.of(),
                List.of());
    }

    private static String noise(Random random, int length) {
        char[] text = new char[length];
        for (int i = 0; i < length; i++) {
            text[i] = (char) random.nextInt(random.nextBoolean() ? 0x80 : 0x10000);
        }
        return new String(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0", "\n", "\"", "\\", "\ud83d", "👍", "é", "€", "x", "\u007f"})
    void everything_too_long_at_once_fits_16_kib(String character) {
        String endless = ("x" + character).repeat(20_000);

        StopReport report = longest(endless);

        assertThat(report.toJson().getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(16 * 1024);
        assertThat(report.evidence()).isNotEmpty();
    }

    /** P6: a report that a store refuses for its size would never be filed. */
    @ParameterizedTest
    @MethodSource("tooLong")
    void a_report_fits_whichever_part_is_too_long(String part, StopReport report) {
        assertThat(report.toJson().getBytes(StandardCharsets.UTF_8))
                .as(part)
                .hasSizeLessThanOrEqualTo(StopReport.LARGEST);
    }

    static Stream<Arguments> tooLong() {
        String endless = "\0x".repeat(20_000);
        ExitStatus exited = new ExitStatus.Exited(1);
        Optional<String> none = Optional.empty();
        return Stream.of(
                Arguments.of("evidence", Samples.report(List.of(endless), "")),
                Arguments.of("advice", Samples.report(List.of(), endless)),
                Arguments.of("node", report(Samples.ACCOUNT, endless, none, none, exited)),
                Arguments.of("user", report(Samples.ACCOUNT, "", Optional.of(endless), none, exited)),
                Arguments.of("version", report(Samples.ACCOUNT, "", none, Optional.of(endless), exited)),
                Arguments.of("exit", report(Samples.ACCOUNT, "", none, none, new ExitStatus.Unknown(endless))));
    }

    private static StopReport longest(String endless) {
        return new StopReport(
                AccountId.of("a:".repeat(32)),
                Samples.WORKER,
                Long.MAX_VALUE,
                endless,
                Optional.of(endless),
                Optional.of(endless),
                Samples.NOW,
                Samples.NOW,
                new ExitStatus.Unknown(endless),
                Optional.of(
                        new ResourceUsage(Long.MAX_VALUE, Duration.ofSeconds(1L << 30), Duration.ofSeconds(1L << 30))),
                Initiator.UNKNOWN,
                StopReason.AUTHORIZATION_LOST,
                Confidence.PROBABLE,
                Collections.nCopies(1_000, endless),
                endless,
                Optional.empty(),
                List.of(),
                List.of());
    }

    @Test
    void evidence_keeps_its_first_24_items_on_a_line_each() {
        List<String> items = IntStream.range(0, 30).mapToObj(i -> "item\n" + i).toList();

        assertThat(Samples.report(items, "").evidence())
                .hasSize(24)
                .startsWith("item 0")
                .endsWith("item 23");
    }

    @Test
    void an_item_is_cut_at_512_characters_and_says_so() {
        StopReport report = Samples.report(List.of("x".repeat(512), "y".repeat(513)), "z".repeat(513));

        assertThat(report.evidence()).containsExactly("x".repeat(512), "y".repeat(509) + "...");
        assertThat(report.advice()).isEqualTo("z".repeat(509) + "...");
    }

    @Test
    void a_report_does_not_change_with_the_list_it_was_made_from() {
        List<String> items = new ArrayList<>(List.of("first"));
        StopReport report = Samples.report(items, "");

        items.add("second");

        assertThat(report.evidence()).containsExactly("first");
    }

    @Test
    void the_stored_form_is_the_documented_one() {
        assertThat(PLAIN.toJson()).isEqualTo("""
                {"account":4711,"worker_id":"01kas9g4bv0123456789abcdef","epoch":3,"node":"node-a",\
                "user_id":"user-a","version":"2.1","started_at":"2026-11-24T02:00:00.123Z",\
                "ended_at":"2026-11-24T02:03:20.123Z","exit":{"code":1},"initiator":"WORKER","reason":"UNKNOWN",\
                "confidence":"POSSIBLE","evidence":["the lock is free","exit recorded"],"advice":"Look."}""");
    }

    @Test
    void fields_of_a_newer_version_are_ignored() {
        Map<String, @Nullable Object> newer = Json.object(PLAIN.toJson());
        newer.put("retry_after", 30L);
        newer.put("offsets", List.of(1L, 2L));

        assertThat(StopReport.parse(Json.write(newer))).isEqualTo(PLAIN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "account",
                "worker_id",
                "node",
                "started_at",
                "ended_at",
                "initiator",
                "reason",
                "confidence",
                "advice"
            })
    void a_report_without_what_it_needs_is_refused(String field) {
        Map<String, @Nullable Object> map = Json.object(PLAIN.toJson());
        map.remove(field);

        assertThatIllegalArgumentException().isThrownBy(() -> StopReport.parse(Json.write(map)));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void a_field_that_cannot_be_understood_is_refused(String field, Object value) {
        Map<String, @Nullable Object> map = Json.object(PLAIN.toJson());
        map.put(field, value);

        assertThatIllegalArgumentException().isThrownBy(() -> StopReport.parse(Json.write(map)));
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of("account", "a/b"),
                Arguments.of("account", "4711"),
                Arguments.of("account", true),
                Arguments.of("worker_id", ""),
                Arguments.of("worker_id", "x".repeat(65)),
                Arguments.of("started_at", "yesterday"),
                Arguments.of("ended_at", "+1000000000-12-31T23:59:59.999999999Z"),
                Arguments.of("initiator", 1L),
                Arguments.of("reason", 1L));
    }

    /** P6: releases N and N-1 read the same reports. */
    @Test
    void a_word_of_a_newer_version_is_unknown_and_kept_as_evidence() {
        Map<String, @Nullable Object> map = Json.object(PLAIN.toJson());
        map.put("reason", "SUNSPOTS");
        map.put("initiator", "SUN");
        map.put("confidence", "HOPED");

        StopReport report = StopReport.parse(Json.write(map));

        assertThat(report.reason()).isEqualTo(StopReason.UNKNOWN);
        assertThat(report.initiator()).isEqualTo(Initiator.UNKNOWN);
        assertThat(report.confidence()).isEqualTo(Confidence.POSSIBLE);
        assertThat(report.evidence()).hasSize(5).anyMatch(item -> item.contains("SUNSPOTS"));
    }

    @ParameterizedTest
    @MethodSource("exits")
    void an_exit_comes_back_from_its_stored_form(ExitStatus exit, String stored) {
        String json = with(PLAIN, exit).toJson();

        assertThat(json).contains("\"exit\":" + stored + ",");
        assertThat(StopReport.parse(json).exit()).isEqualTo(exit);
    }

    static Stream<Arguments> exits() {
        return Stream.of(
                Arguments.of(new ExitStatus.Exited(3), "{\"code\":3}"),
                Arguments.of(new ExitStatus.Signalled(9), "{\"signal\":9}"),
                Arguments.of(new ExitStatus.ExitedOrSignalled(137), "{\"code_or_signal\":137}"),
                Arguments.of(new ExitStatus.Unknown("nobody looked"), "{\"unknown\":\"nobody looked\"}"),
                Arguments.of(new ExitStatus.NeverRan(), "{\"never_ran\":true}"));
    }

    /** P6: an exit code is never invented. */
    @ParameterizedTest
    @ValueSource(strings = {"{}", "null", "7", "{\"code\":\"0\"}", "{\"code\":0.5}", "{\"core\":true}"})
    void an_exit_in_another_form_is_not_known(String stored) {
        String json = PLAIN.toJson().replace("{\"code\":1}", stored);

        assertThat(StopReport.parse(json).exit()).isInstanceOf(ExitStatus.Unknown.class);
    }

    @Test
    void times_are_kept_in_milliseconds_as_stores_do() {
        StopReport report = with(PLAIN, new ExitStatus.NeverRan());
        Instant fine = Instant.parse("2026-11-24T02:00:00.999999Z");

        StopReport made = new StopReport(
                report.account(),
                report.workerId(),
                1,
                "",
                Optional.empty(),
                Optional.empty(),
                fine,
                fine,
                report.exit(),
                report.usage(),
                report.initiator(),
                report.reason(),
                report.confidence(),
                List.of(),
                "",
                Optional.empty(),
                List.of(),
                List.of());

        assertThat(made.startedAt()).isEqualTo(Instant.parse("2026-11-24T02:00:00.999Z"));
        assertThat(made.endedAt()).isEqualTo(Instant.parse("2026-11-24T02:00:00.999Z"));
    }

    @Test
    void uptime_is_never_negative() {
        assertThat(PLAIN.uptime()).isEqualTo(Duration.ofSeconds(200));

        Map<String, @Nullable Object> map = Json.object(PLAIN.toJson());
        map.put("ended_at", "2020-01-01T00:00:00Z");

        assertThat(StopReport.parse(Json.write(map)).uptime()).isZero();
    }

    @Test
    void the_text_for_people_has_the_operators_words_and_all_facts() {
        assertThat(PLAIN.describe()).isEqualTo("""
                2026-11-24T02:03:20.123Z  Unknown (UNKNOWN, possible)
                  worker    01kas9g4bv0123456789abcdef, epoch 3, ran 3 min 20 s, version 2.1
                  exit      exit code 1
                  ended by  worker
                  evidence  the lock is free
                  evidence  exit recorded
                  advice    Look.""");
    }

    private static StopReport with(List<String> evidence, List<LogExcerpt> entries) {
        return new StopReport(
                Samples.ACCOUNT,
                Samples.WORKER,
                3,
                Samples.NODE,
                Optional.empty(),
                Optional.empty(),
                Samples.NOW,
                Samples.NOW,
                new ExitStatus.Exited(1),
                Optional.empty(),
                Initiator.WORKER,
                StopReason.FLOOD_WAIT,
                Confidence.PROBABLE,
                evidence,
                "Wait.",
                Optional.of(Duration.ofDays(1)),
                List.of(new LogExcerpt("worker.log", 4_000_000_000L, LogLevel.ERROR, "Flood wait")),
                entries);
    }

    private static List<LogExcerpt> entries(int count, String text) {
        return IntStream.range(0, count)
                .mapToObj(i -> new LogExcerpt("worker.log", i, LogLevel.INFO, text))
                .toList();
    }

    @Test
    void what_the_log_gave_comes_back_from_the_stored_form() {
        StopReport report = with(List.of("a fact"), entries(5, "line\n  next \u0416"));

        assertThat(StopReport.parse(report.toJson())).isEqualTo(report);
        assertThat(report.toJson())
                .contains("\"retry_after_s\":86400")
                .contains(
                        "{\"file\":\"worker.log\",\"offset\":4000000000,\"level\":\"ERROR\",\"text\":\"Flood wait\"}");
    }

    @Test
    void the_oldest_entries_are_cut_before_any_evidence() {
        List<String> evidence =
                IntStream.range(0, 24).mapToObj(i -> "e".repeat(512)).toList();

        StopReport report = with(evidence, entries(20, "\0".repeat(LogExcerpt.LONGEST)));
        StopReport less = with(List.of(), entries(20, "x".repeat(900)));

        assertThat(report.toJson().getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(StopReport.LARGEST);
        assertThat(report.evidence()).hasSize(24);
        assertThat(report.logEvidence()).hasSize(1);
        assertThat(report.lastEntries()).isEmpty();
        assertThat(less.toJson().getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(StopReport.LARGEST);
        assertThat(less.lastEntries())
                .hasSizeBetween(13, 16)
                .endsWith(entries(20, "x".repeat(900)).get(19));
    }

    @Test
    void people_see_the_wait_and_the_lines_of_the_log() {
        assertThat(with(List.of("a fact"), entries(1, "last")).describe())
                .contains("Flood wait (FLOOD_WAIT, probable)")
                .contains("wait      86400 s before the next start")
                .contains("evidence  worker.log at byte 4000000000: Flood wait")
                .contains("log       last");
    }
}
