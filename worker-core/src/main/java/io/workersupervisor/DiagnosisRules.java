package io.workersupervisor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * All rules in the order in which they are asked: those of the application and of {@code data/rules.d}, then the library's
 * packs from special to general. Immutable and thread-safe.
 */
public final class DiagnosisRules {
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

    private DiagnosisRules(List<DiagnosisRule> rules, List<Pattern> closing) {
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
        static final DiagnosisRules RULES = load();

        private static DiagnosisRules load() {
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
            return new DiagnosisRules(rules, closing);
        }

        private static String text(String name) {
            try (InputStream in = DiagnosisRules.class.getResourceAsStream(name)) {
                if (in == null) {
                    throw new IllegalStateException(name + " is missing in the jar");
                }
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * The library's own rules.
     *
     * @return all of them
     */
    public static DiagnosisRules builtIn() {
        return BuiltIn.RULES;
    }

    /**
     * Rules from files, and what is wrong with those files.
     *
     * @param rules those of the files before the library's own
     * @param problems a sentence for each file or rule that is left out
     */
    public record Loaded(DiagnosisRules rules, List<String> problems) {}

    /**
     * The rules of a directory's {@code *.json} files, in the order of their names, and behind them the library's own. A
     * file or a rule that is wrong is left out and told. Blocks for reading.
     *
     * @param directory for instance {@code rules.d} of a data directory; it need not exist
     * @return what was read
     */
    public static Loaded ofDirectory(Path directory) {
        RulePack pack = RulesDirectory.read(directory);
        return new Loaded(builtIn().with(pack), pack.problems());
    }

    /**
     * These rules behind others, which are asked first.
     *
     * @param first rules of the application
     * @return all of them
     */
    public DiagnosisRules with(List<DiagnosisRule> first) {
        return with(new RulePack(first, List.of(), List.of()));
    }

    DiagnosisRules with(RulePack first) {
        List<DiagnosisRule> all = new ArrayList<>(first.rules());
        all.addAll(causes);
        all.addAll(lastResorts);
        List<Pattern> allClosing = new ArrayList<>(first.closing());
        allClosing.addAll(closing);
        return new DiagnosisRules(all, allClosing);
    }

    /**
     * Every rule, in order.
     *
     * @return those that are asked where no other fits last
     */
    public List<DiagnosisRule> all() {
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
                .anyMatch(pattern -> DiagnosisRule.find(pattern, line).isPresent());
    }
}
