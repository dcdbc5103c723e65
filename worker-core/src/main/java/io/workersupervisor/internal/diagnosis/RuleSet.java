package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.DiagnosisRule;
import io.workersupervisor.StopReason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * All rules in the order in which they are asked: those of the application and of {@code data/rules.d}, then the library's
 * packs from special to general. Immutable and thread-safe.
 */
public final class RuleSet {
    /** Packs of the library, files in the jar, in the order in which they are asked. */
    private static final List<String> PACKS = List.of(
            "telethon pyrogram tdlib gramjs baileys discord worker library python node jvm go rust c shell words"
                    .split(" ", -1));

    private final RulePack pack;
    private final Vocabulary vocabulary;
    private final List<DiagnosisRule> causes;
    private final List<DiagnosisRule> lastResorts;

    RuleSet(RulePack pack) {
        this.pack = pack;
        this.vocabulary = new Vocabulary(pack.words());
        this.causes = rules(rule -> rule.use() != DiagnosisRule.Use.LAST_RESORT);
        this.lastResorts = rules(rule -> rule.use() == DiagnosisRule.Use.LAST_RESORT);
    }

    private List<DiagnosisRule> rules(Predicate<DiagnosisRule> which) {
        return pack.rules().stream().filter(which).toList();
    }

    private static final class BuiltIn {
        static final RuleSet RULES = without(Set.of());
    }

    /** The library's own rules. */
    static RuleSet builtIn() {
        return BuiltIn.RULES;
    }

    /** The library's own rules but for some packs. */
    static RuleSet without(Set<String> packs) {
        RulePack all = RulePack.of(List.of(), List.of());
        for (String name : PACKS) {
            RulePack pack = RulePack.parse("built in, " + name, text("rules/" + name + ".json"));
            if (!pack.problems().isEmpty()) {
                throw new IllegalStateException("the library's own rules are wrong: " + pack.problems());
            }
            all = packs.contains(name) ? all : all.with(pack);
        }
        return new RuleSet(all);
    }

    private static String text(String name) {
        try (InputStream in = RuleSet.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** These rules behind others, which are asked first. */
    RuleSet with(List<DiagnosisRule> first) {
        return with(RulePack.of(first, List.of()));
    }

    RuleSet with(RulePack first) {
        return new RuleSet(first.with(pack));
    }

    /** Every rule in order, those of a last resort behind the others. */
    List<DiagnosisRule> all() {
        return Stream.concat(causes.stream(), lastResorts.stream()).toList();
    }

    List<DiagnosisRule> causes() {
        return causes;
    }

    List<DiagnosisRule> lastResorts() {
        return lastResorts;
    }

    /** Those that tell of living workers. */
    List<DiagnosisRule> alive() {
        return rules(rule -> rule.use() == DiagnosisRule.Use.ALIVE);
    }

    /** The words of the trade, and those that were added. */
    Vocabulary vocabulary() {
        return vocabulary;
    }

    /** The advice for a reason whose rule gives none. */
    String advice(StopReason reason) {
        return pack.advice().getOrDefault(reason, "See the line of its log.");
    }

    /** Whether a line may follow an end without meaning that it was survived. */
    boolean isClosing(String line) {
        return pack.closing().stream()
                .anyMatch(pattern -> RuleMatch.find(pattern, line).isPresent());
    }
}
