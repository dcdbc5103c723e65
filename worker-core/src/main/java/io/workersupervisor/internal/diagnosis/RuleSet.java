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
 * All rules in the order in which they are asked, in layers: those of the application, those of {@code data/rules.d}, and the
 * library's packs from special to general. Immutable and thread-safe.
 */
public final class RuleSet {
    /** Packs of the library, files in the jar, in the order in which they are asked. */
    private static final List<String> PACKS = List.of(
            "telethon pyrogram tdlib gramjs baileys discord worker library python node jvm go rust c shell words"
                    .split(" ", -1));

    private final List<RulePack> packs;
    private final List<Layer> layers;
    private final List<DiagnosisRule> lastResorts;
    private final List<DiagnosisRule> alive;

    /** Rules of one origin, which are asked before its phrases, and these before the next layer. */
    record Layer(List<DiagnosisRule> causes, Vocabulary vocabulary) {}

    private RuleSet(List<RulePack> packs) {
        this.packs = packs;
        this.layers = packs.stream()
                .map(pack -> new Layer(
                        rules(List.of(pack), use -> use != DiagnosisRule.Use.LAST_RESORT),
                        new Vocabulary(pack.words())))
                .toList();
        this.lastResorts = rules(packs, use -> use == DiagnosisRule.Use.LAST_RESORT);
        this.alive = rules(packs, use -> use == DiagnosisRule.Use.ALIVE);
    }

    private static List<DiagnosisRule> rules(List<RulePack> packs, Predicate<DiagnosisRule.Use> which) {
        return packs.stream()
                .flatMap(pack -> pack.rules().stream())
                .filter(rule -> which.test(rule.use()))
                .toList();
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
        return new RuleSet(List.of(all));
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
        return new RuleSet(Stream.concat(Stream.of(first), packs.stream()).toList());
    }

    /** Every rule in order, those of a last resort behind the others. */
    List<DiagnosisRule> all() {
        return Stream.concat(layers.stream().flatMap(layer -> layer.causes().stream()), lastResorts.stream())
                .toList();
    }

    List<Layer> layers() {
        return layers;
    }

    List<DiagnosisRule> lastResorts() {
        return lastResorts;
    }

    /** Those that tell of living workers. */
    List<DiagnosisRule> alive() {
        return alive;
    }

    /** The library's advice for a reason, where rule or phrase give none. */
    String advice(StopReason reason) {
        return packs.get(packs.size() - 1).advice().getOrDefault(reason, "See the line of its log.");
    }

    /** Whether a line may follow an end without meaning that it was survived. */
    boolean isClosing(String line) {
        return packs.stream()
                .flatMap(pack -> pack.closing().stream())
                .anyMatch(pattern -> RuleMatch.find(pattern, line).isPresent());
    }
}
