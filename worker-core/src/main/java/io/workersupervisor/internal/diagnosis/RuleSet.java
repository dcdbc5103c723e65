package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.DiagnosisRule;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * All rules in the order in which they are asked: those of the application and of {@code data/rules.d}, then the library's
 * packs from special to general. Immutable and thread-safe.
 */
public final class RuleSet {
    /** Packs of the library, files in the jar, in the order in which they are asked. */
    private static final List<String> PACKS = List.of(
            "telethon",
            "pyrogram",
            "tdlib",
            "gramjs",
            "baileys",
            "discord",
            "worker",
            "library",
            "python",
            "node",
            "jvm",
            "go",
            "rust",
            "c",
            "shell");

    private final List<DiagnosisRule> causes;
    private final List<DiagnosisRule> lastResorts;
    private final List<DiagnosisRule> alive;
    private final List<Pattern> closing;

    private RuleSet(List<DiagnosisRule> rules, List<Pattern> closing) {
        this.causes = rules.stream()
                .filter(rule -> rule.use() != DiagnosisRule.Use.LAST_RESORT)
                .toList();
        this.lastResorts = rules.stream()
                .filter(rule -> rule.use() == DiagnosisRule.Use.LAST_RESORT)
                .toList();
        this.alive = rules.stream()
                .filter(rule -> rule.use() == DiagnosisRule.Use.ALIVE)
                .toList();
        this.closing = List.copyOf(closing);
    }

    /** Read once, when they are first needed. */
    private static final class BuiltIn {
        static final RuleSet RULES = load();

        private static RuleSet load() {
            List<DiagnosisRule> rules = new ArrayList<>();
            List<Pattern> closing = new ArrayList<>();
            for (String name : PACKS) {
                RulePack pack = RulePack.parse("built in, " + name, text("rules/" + name + ".json"));
                if (!pack.problems().isEmpty()) {
                    throw new IllegalStateException("the library's own rules are wrong: " + pack.problems());
                }
                rules.addAll(pack.rules());
                closing.addAll(pack.closing());
            }
            return new RuleSet(rules, closing);
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
    }

    /** The library's own rules. */
    static RuleSet builtIn() {
        return BuiltIn.RULES;
    }

    /** These rules behind others, which are asked first. */
    RuleSet with(List<DiagnosisRule> first) {
        return with(new RulePack(first, List.of(), List.of()));
    }

    RuleSet with(RulePack first) {
        List<DiagnosisRule> all = new ArrayList<>(first.rules());
        all.addAll(causes);
        all.addAll(lastResorts);
        List<Pattern> allClosing = new ArrayList<>(first.closing());
        allClosing.addAll(closing);
        return new RuleSet(all, allClosing);
    }

    /** Every rule in order, those of a last resort behind the others. */
    List<DiagnosisRule> all() {
        List<DiagnosisRule> all = new ArrayList<>(causes);
        all.addAll(lastResorts);
        return List.copyOf(all);
    }

    List<DiagnosisRule> causes() {
        return causes;
    }

    List<DiagnosisRule> lastResorts() {
        return lastResorts;
    }

    /** Those that tell of living workers. */
    List<DiagnosisRule> alive() {
        return alive;
    }

    /** Whether a line may follow an end without meaning that it was survived. */
    boolean isClosing(String line) {
        return closing.stream()
                .anyMatch(pattern -> RuleMatch.find(pattern, line).isPresent());
    }
}
