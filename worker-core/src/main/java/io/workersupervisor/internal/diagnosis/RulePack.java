package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.Confidence;
import io.workersupervisor.DiagnosisRule;
import io.workersupervisor.StopReason;
import io.workersupervisor.internal.logs.entries.LevelWords;
import io.workersupervisor.internal.text.Json;
import io.workersupervisor.internal.text.Text;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Rules, phrases of the {@link Vocabulary} and closing lines that belong together, as one JSON object; docs/diagnosis.md
 * describes its fields, to which the library's own packs add {@code lastResort} and {@code abort}.
 *
 * @param rules the rules that can be used
 * @param words the phrases
 * @param advice what its phrases give for each reason
 * @param closing lines that may follow an end
 * @param problems the faults of the others, a sentence each
 */
record RulePack(
        List<DiagnosisRule> rules,
        List<Vocabulary.Phrase> words,
        Map<StopReason, String> advice,
        List<Pattern> closing,
        List<String> problems) {
    private static final int MOST = 500;
    private static final Set<String> FIELDS =
            fields("id reason pattern near followedBy notFollowedBy exit confidence level advice"
                    + " whileAlive plain lastResort abort");

    private static final Set<String> WORD_FIELDS = fields("reason say confidence advice");

    private static Set<String> fields(String names) {
        return Set.of(names.split(" ", -1));
    }

    static RulePack of(List<DiagnosisRule> rules, List<String> problems) {
        return new RulePack(rules, List.of(), Map.of(), List.of(), problems);
    }

    /** Reads a pack; a rule that is wrong is left out and told. */
    static RulePack parse(String source, String json) {
        RulePack pack = new RulePack(
                new ArrayList<>(),
                new ArrayList<>(),
                new EnumMap<>(StopReason.class),
                new ArrayList<>(),
                new ArrayList<>());
        try {
            Map<String, @Nullable Object> lists = Json.object(json);
            lists.keySet().stream()
                    .filter(key -> !fields("rules closing words").contains(key))
                    .forEach(key -> pack.problems.add(source + ": unknown field " + Text.quoted(key)));
            pack.each(source, lists, "closing", item -> pack.closing.add(closing(item)));
            pack.each(source, lists, "words", item -> pack.addWords(known("words", item, WORD_FIELDS)));
            pack.each(source, lists, "rules", item -> pack.rules.add(rule(source, known("rules", item, FIELDS))));
        } catch (IllegalArgumentException noPack) {
            pack.problems.add(source + ": " + noPack.getMessage());
        }
        return pack;
    }

    /** This pack, and another one behind it. */
    RulePack with(RulePack behind) {
        Map<StopReason, String> all = new EnumMap<>(StopReason.class);
        all.putAll(behind.advice);
        all.putAll(advice);
        return new RulePack(
                joined(rules, behind.rules),
                joined(words, behind.words),
                all,
                joined(closing, behind.closing),
                joined(problems, behind.problems));
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    private void each(String source, Map<String, @Nullable Object> lists, String name, Consumer<@Nullable Object> add) {
        List<?> items = items(lists, name);
        for (Object item : items.subList(0, Math.min(MOST, items.size()))) {
            try {
                add.accept(item);
            } catch (IllegalArgumentException wrong) {
                problems.add(source + ": " + wrong.getMessage());
            }
        }
        if (items.size() > MOST) {
            problems.add(source + ": only the first " + MOST + " " + name + " are used");
        }
    }

    private static List<?> items(Map<String, @Nullable Object> fields, String name) {
        Object value = fields.get(name);
        if (value == null || value instanceof List<?>) {
            return value == null ? List.of() : (List<?>) value;
        }
        throw new IllegalArgumentException(name + " must be a list");
    }

    private static Map<String, @Nullable Object> known(String list, @Nullable Object item, Set<String> names) {
        if (!(item instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("each of " + list + " must be an object");
        }
        Map<String, @Nullable Object> fields = Json.asObject(map);
        for (String name : fields.keySet()) {
            if (!names.contains(name)) {
                throw new IllegalArgumentException("unknown field " + Text.quoted(name) + " of " + list);
            }
        }
        return fields;
    }

    private static Pattern closing(@Nullable Object item) {
        if (!(item instanceof String text) || text.isBlank() || text.length() > DiagnosisRule.LONGEST_PATTERN) {
            throw new IllegalArgumentException("a closing line must be a regular expression");
        }
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException wrong) {
            throw new IllegalArgumentException(Text.quoted(text) + " is no regular expression", wrong);
        }
    }

    /** Reason, confidence and advice of phrases are those of a rule. */
    private void addWords(Map<String, @Nullable Object> fields) {
        DiagnosisRule means = described(fields, "words", "phrases").build();
        if (!(fields.get("say") instanceof List<?> say) || !say.stream().allMatch(String.class::isInstance)) {
            throw new IllegalArgumentException("say of words must be a list of phrases");
        }
        say.forEach(phrase ->
                words.add(Vocabulary.Phrase.of((String) phrase, means.reason(), means.confidence(), means.advice())));
        if (!means.advice().isEmpty()) {
            advice.put(means.reason(), means.advice());
        }
    }

    private static DiagnosisRule rule(String source, Map<String, @Nullable Object> fields) {
        DiagnosisRule.Builder rule = described(fields, required(fields, "id"), required(fields, "pattern"));
        rule.source(source);
        text(fields, "near").ifPresent(rule::near);
        text(fields, "followedBy").ifPresent(rule::followedBy);
        text(fields, "notFollowedBy").ifPresent(rule::notFollowedBy);
        text(fields, "level")
                .ifPresent(name -> rule.atLeast(Optional.ofNullable(LevelWords.of(name))
                        .orElseThrow(() -> new IllegalArgumentException("unknown level " + Text.quoted(name)))));
        if (fields.get("exit") != null) {
            long code = (Long) typed(fields, "exit", Long.class, "a number");
            rule.exit((int) Math.max(-1, Math.min(256, code)));
        }
        Map<String, Runnable> flags = Map.of(
                "whileAlive",
                rule::whileAlive,
                "lastResort",
                rule::lastResort,
                "plain",
                rule::plain,
                "abort",
                rule::abort);
        flags.forEach((name, set) -> {
            if (fields.get(name) != null && (Boolean) typed(fields, name, Boolean.class, "true or false")) {
                set.run();
            }
        });
        return rule.build();
    }

    private static DiagnosisRule.Builder described(Map<String, @Nullable Object> fields, String id, String pattern) {
        StopReason reason = one(StopReason.values(), required(fields, "reason"), "reason");
        DiagnosisRule.Builder rule = DiagnosisRule.rule(id, reason, pattern);
        text(fields, "advice").ifPresent(rule::advice);
        text(fields, "confidence").ifPresent(name -> rule.confidence(confidence(name)));
        return rule;
    }

    private static String required(Map<String, @Nullable Object> fields, String name) {
        return text(fields, name)
                .orElseThrow(() -> new IllegalArgumentException(name + " of " + named(fields) + " is missing"));
    }

    private static Optional<String> text(Map<String, @Nullable Object> fields, String name) {
        return fields.get(name) == null
                ? Optional.empty()
                : Optional.of((String) typed(fields, name, String.class, "text"));
    }

    private static Object typed(Map<String, @Nullable Object> fields, String name, Class<?> type, String what) {
        Object value = fields.get(name);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(name + " of " + named(fields) + " must be " + what);
        }
        return value;
    }

    private static String named(Map<String, @Nullable Object> fields) {
        return fields.get("id") instanceof String id
                ? "rule " + Text.quoted(id)
                : fields.containsKey("say") ? "words" : "a rule";
    }

    private static Confidence confidence(String name) {
        return one(new Confidence[] {Confidence.PROBABLE, Confidence.POSSIBLE}, name, "confidence");
    }

    private static <E extends Enum<E>> E one(E[] values, String name, String what) {
        return Stream.of(values)
                .filter(value -> value.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown " + what + " " + Text.quoted(name)));
    }
}
