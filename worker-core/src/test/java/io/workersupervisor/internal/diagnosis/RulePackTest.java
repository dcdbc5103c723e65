package io.workersupervisor.internal.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.workersupervisor.DiagnosisRule;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.Samples;
import io.workersupervisor.StopReason;
import io.workersupervisor.internal.machine.Clocks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RulePackTest {
    private static final String GOOD =
            "{\"id\":\"shop.quota\",\"reason\":\"FLOOD_WAIT\",\"pattern\":\"^Quota used up, wait (?<minutes>\\\\d+)\"}";

    @TempDir
    Path directory;

    private final List<String> told = new ArrayList<>();
    private long nanos;

    private final Clocks timing = new Clocks() {
        @Override
        public Instant now() {
            return Samples.NOW;
        }

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public void pause(Duration duration) {
            throw new UnsupportedOperationException();
        }
    };

    private RulesDirectory rules(DiagnosisRule... application) {
        return new RulesDirectory(directory, List.of(application), timing, told::add);
    }

    private void write(String name, String... rules) throws IOException {
        Files.writeString(directory.resolve(name), "{\"rules\":[" + String.join(",", rules) + "]}");
        nanos += 2_000_000_000L;
    }

    private static String reason(RuleSet rules, String line) {
        byte[] log = ("2026-11-24 02:00:00 ERROR " + line + "\n").getBytes(StandardCharsets.UTF_8);
        return LogEvidence.of(TailOfLog.of(log, 0), rules, new ExitStatus.Exited(1))
                .found()
                .map(found -> found.by().replaceAll("fits rule (\\S+) .*", "$1")
                        + found.retryAfter().map(wait -> " " + wait).orElse(""))
                .orElse("none");
    }

    @Test
    void the_librarys_own_rules_have_ids_of_their_own_and_advice() {
        List<DiagnosisRule> all = RuleSet.builtIn().all();

        assertThat(new HashSet<>(all.stream().map(DiagnosisRule::id).toList())).hasSameSizeAs(all);
        assertThat(all)
                .allSatisfy(rule -> assertThat(rule.advice() + RuleSet.builtIn().advice(rule.reason()))
                        .as(rule.id())
                        .isNotBlank());
    }

    @Test
    void a_rule_of_a_file_is_asked_before_the_librarys_own() throws IOException {
        write("shop.json", GOOD, GOOD.replace("shop.quota", "shop.lock").replace("^Quota used up, wait", "^database"));
        RulesDirectory rules = rules();

        assertThat(reason(rules.rules(), "Quota used up, wait 3 more")).isEqualTo("shop.quota PT3M");
        assertThat(told).isEmpty();
    }

    @Test
    void a_changed_file_is_read_again_and_a_bad_rule_is_told_once_and_skipped() throws IOException {
        RulesDirectory rules = rules();
        assertThat(reason(rules.rules(), "Quota used up, wait 3")).isEqualTo("none");

        write("shop.json", GOOD, GOOD.replace("FLOOD_WAIT", "SUNSPOTS"));

        assertThat(reason(rules.rules(), "Quota used up, wait 3")).isEqualTo("shop.quota PT3M");
        nanos += 2_000_000_000L;
        rules.rules();
        assertThat(told).hasSize(1).allMatch(line -> line.contains("shop.json") && line.contains("SUNSPOTS"));

        Files.delete(directory.resolve("shop.json"));
        nanos += 2_000_000_000L;
        assertThat(reason(rules.rules(), "Quota used up, wait 3")).isEqualTo("none");
    }

    @Test
    void a_rule_of_the_application_comes_first() throws IOException {
        write("shop.json", GOOD);
        DiagnosisRule own =
                DiagnosisRule.rule("own", StopReason.ACCOUNT_BANNED, "^Quota").build();

        assertThat(reason(rules(own).rules(), "Quota used up, wait 3")).isEqualTo("own");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{\"rules\":{}}",
                "{\"rules\":[5]}",
                "{\"rule\":[]}",
                "{\"rules\":[{\"id\":\"a\",\"reason\":\"FLOOD_WAIT\"}]}",
                "{\"rules\":[{\"id\":\"A b\",\"reason\":\"FLOOD_WAIT\",\"pattern\":\"x\"}]}",
                "{\"rules\":[{\"id\":\"a\",\"reason\":\"MACHINE_LOST\",\"pattern\":\"x\"}]}",
                "{\"rules\":[{\"id\":\"a\",\"reason\":\"FLOOD_WAIT\",\"pattern\":\"(\"}]}",
                "{\"rules\":[{\"id\":\"a\",\"reason\":\"FLOOD_WAIT\",\"pattern\":\"x\",\"confidence\":\"CERTAIN\"}]}",
                "{\"rules\":[{\"id\":\"a\",\"reason\":\"FLOOD_WAIT\",\"pattern\":\"x\",\"exit\":256}]}",
                "{\"rules\":[{\"id\":\"a\",\"reason\":\"FLOOD_WAIT\",\"pattern\":\"x\",\"near\":5}]}",
                "{\"rules\":[{\"id\":\"a\",\"reason\":\"FLOOD_WAIT\",\"pattern\":\"x\",\"patern\":\"y\"}]}",
                "{\"rules\":[{\"id\":\"a\",\"reason\":\"FLOOD_WAIT\",\"pattern\":\"x\",\"plain\":\"yes\"}]}",
                "{\"rules\":[{\"id\":\"a\",\"reason\":\"FLOOD_WAIT\",\"pattern\":\"x\",\"exit\":\"75\"}]}",
                "{\"rules\":[{\"id\":\"a\",\"reason\":\"FLOOD_WAIT\",\"pattern\":\"(?k)x\"}]}",
                "{\"words\":[{\"reason\":\"FLOOD_WAIT\",\"say\":\"quota\"}]}",
                "{\"words\":[{\"say\":[\"quota\"]}]}",
                "{\"words\":[{\"reason\":\"MACHINE_LOST\",\"say\":[\"quota\"]}]}",
                "{\"closing\":[\"(\"]}"
            })
    void what_is_no_rule_is_told(String json) {
        RulePack pack = RulePack.parse("rules.d/x.json", json);

        assertThat(pack.rules()).isEmpty();
        assertThat(pack.problems()).hasSize(1).allMatch(problem -> problem.startsWith("rules.d/x.json: "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', textBlock = """
            {"rules":[{"id":"a","reason":"FLOOD_WAIT","pattern":"x","plain":"yes"}]} ~ plain of rule "a" must be true or false
            {"rules":[{"id":"a","reason":"FLOOD_WAIT","pattern":"x","exit":256}]} ~ exit of rule a must be between 0 and 255, was 256
            {"rules":[{"id":"a","reason":"FLOOD_WAIT","pattern":"x","exit":"75"}]} ~ exit of rule "a" must be a number
            {"rules":[{"id":"a","reason":"FLOOD_WAIT","pattern":"(?k)x"}]} ~ pattern of rule a is no regular expression: Unknown
            {"words":[{"reason":"FLOOD_WAIT","say":["x|y z|a-b"]}]} ~ each of a|b must be one word: "x|y z|a-b"
            {"words":[{"reason":"FLOOD_WAIT","says":["x"]}]} ~ unknown field "says" of words
            {"words":[5]} ~ each of words must be an object
            {"words":[{"reason":"FLOOD_WAIT","say":[5]}]} ~ say of words must be a list of phrases
            """)
    void a_fault_is_told_with_field_and_value(String json, String message) {
        assertThat(RulePack.parse("rules.d/x.json", json).problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem).startsWith("rules.d/x.json: " + message));
    }

    /** Of a phrase for one service, not of all that share its reason. */
    @Test
    void the_advice_of_a_phrase_is_told_where_the_phrase_decides_alone() throws IOException {
        Files.writeString(
                directory.resolve("shop.json"),
                "{\"words\":[{\"reason\":\"FLOOD_WAIT\",\"say\":[\"quota used up\"],\"advice\":\"Buy more.\"}]}");
        RuleSet rules = rules().rules();

        assertThat(found(rules, "Quota used up").advice()).startsWith("Buy more.");
        assertThat(found(rules, "Too many requests, retry after 37").advice()).doesNotContain("Buy more.");
    }

    @Test
    void a_phrase_of_a_file_is_asked_before_the_librarys_causes() throws IOException {
        Files.writeString(
                directory.resolve("shop.json"),
                "{\"words\":[{\"reason\":\"CONFIGURATION\",\"say\":[\"database is locked\"]}]}");
        String locked = "sqlite3.OperationalError: database is locked";

        assertThat(found(RuleSet.builtIn(), locked).reason()).isEqualTo(StopReason.DATABASE_LOCKED);
        assertThat(found(rules().rules(), locked).reason()).isEqualTo(StopReason.CONFIGURATION);
    }

    private static LogEvidence.Found found(RuleSet rules, String line) {
        byte[] log = ("2026-11-24 02:00:00 ERROR " + line + "\n").getBytes(StandardCharsets.UTF_8);
        return LogEvidence.of(TailOfLog.of(log, 0), rules, new ExitStatus.Exited(1))
                .found()
                .orElseThrow();
    }

    @Test
    void a_link_is_no_file_of_rules() throws IOException {
        Path elsewhere = Files.writeString(directory.resolve("elsewhere"), "{\"rules\":[" + GOOD + "]}");
        Files.createSymbolicLink(directory.resolve("shop.json"), elsewhere);

        assertThat(reason(rules().rules(), "Quota used up, wait 3")).isEqualTo("none");
        assertThat(told).hasSize(1);
    }

    @Test
    void words_that_must_or_must_not_follow_decide() {
        DiagnosisRule must = DiagnosisRule.rule("must", StopReason.UNKNOWN, "^first")
                .followedBy("second")
                .notFollowedBy("third")
                .build();
        RuleSet rules = RuleSet.builtIn().with(List.of(must));

        String second = "\n2026-11-24 02:00:00 ERROR second";
        assertThat(reason(rules, "first")).isEqualTo("none");
        assertThat(reason(rules, "first" + second)).isEqualTo("must");
        assertThat(reason(rules, "first" + second + "\n2026-11-24 02:00:00 ERROR third"))
                .isEqualTo("none");
    }

    @Test
    void a_rule_that_is_none_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DiagnosisRule.rule("a", StopReason.UNKNOWN, "("))
                .withMessageContaining("pattern of rule a");
        assertThatIllegalArgumentException().isThrownBy(() -> DiagnosisRule.rule("", StopReason.UNKNOWN, "x"));
    }
}
