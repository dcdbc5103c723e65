package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.Confidence;
import io.workersupervisor.DiagnosisRule;
import io.workersupervisor.LogLevel;
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
 * Rules that belong together, as one JSON object.
 *
 * <pre>
 * {"closing": ["^Disconnecting from "],     lines that may follow an end without meaning that it was survived
 *  "rules": [
 *   {"id": "shop.quota",                     names it in evidence
 *    "reason": "FLOOD_WAIT",                 a name of StopReason
 *    "pattern": "^Quota used up, wait (?&lt;seconds&gt;\\d+)",
 *    "near": "...", "followedBy": "...", "notFollowedBy": "...", "exit": 75, "level": "ERROR",
 *    "confidence": "POSSIBLE",               else PROBABLE
 *    "advice": "...",
 *    "whileAlive": true, "plain": true, "lastResort": true, "abort": true}]}
 * </pre>
 *
 * Beside {@code rules}, {@code words} adds phrases to the {@link Vocabulary}:
 *
 * <pre>
 * {"words": [{"reason": "FLOOD_WAIT", "say": ["quota used up", "wait * minutes"], "confidence": "POSSIBLE", "advice": "..."}]}
 * </pre>
 *
 * @param rules the rules that can be used
 * @param words the phrases
 * @param advice the advice of reasons whose rules and phrases give none
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
            Set.of(("id reason pattern near followedBy notFollowedBy exit confidence level advice"
                            + " whileAlive plain lastResort abort")
                    .split(" "));

    static RulePack of(List<DiagnosisRule> rules) {
        return new RulePack(List.copyOf(rules), List.of(), Map.of(), List.of(), List.of());
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
            Map<String, @Nullable Object> fields = Json.object(json);
            fields.keySet().stream()
                    .filter(key -> !Set.of("rules", "closing", "words").contains(key))
                    .forEach(key -> pack.problems.add(source + ": unknown field " + Text.quoted(key)));
            pack.each(source, fields.get("closing"), item -> pack.closing.add(closing(item)));
            pack.each(source, fields.get("words"), item -> pack.addWords(item));
            pack.each(source, fields.get("rules"), item -> pack.rules.add(rule(source, item)));
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

    /** Adds what can be made, and tells of the others. */
    private void each(String source, @Nullable Object list, Consumer<@Nullable Object> add) {
        int count = 0;
        for (Object item : items(list)) {
            if (++count > MOST) {
                problems.add(source + ": only the first " + MOST + " rules are used");
                return;
            }
            try {
                add.accept(item);
            } catch (IllegalArgumentException wrong) {
                problems.add(source + ": " + wrong.getMessage());
            }
        }
    }

    private void addWords(@Nullable Object item) {
        if (!(item instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("words must be objects");
        }
        Map<String, @Nullable Object> fields = Json.asObject(map);
        known(fields, Set.of("reason", "say", "confidence", "advice"), "words");
        StopReason reason = reason(required(fields, "reason"));
        Confidence[] most = {Confidence.PROBABLE};
        text(fields, "confidence", name -> most[0] = confidence(name));
        text(fields, "advice", sentence -> advice.put(reason, Text.cut(Text.oneLine(sentence), 300)));
        for (Object phrase : items(fields.get("say"))) {
            if (!(phrase instanceof String text) || text.length() > DiagnosisRule.LONGEST_PATTERN) {
                throw new IllegalArgumentException("a phrase must be text");
            }
            words.add(Vocabulary.Phrase.of(text, reason, most[0]));
        }
    }

    private static void known(Map<String, @Nullable Object> fields, Set<String> names, String what) {
        fields.keySet().stream()
                .filter(name -> !names.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new IllegalArgumentException("unknown field " + Text.quoted(name) + " of " + what);
                });
    }

    private static List<?> items(@Nullable Object value) {
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list) {
            return list;
        }
        throw new IllegalArgumentException("rules, words, their phrases and closing must be lists");
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

    private static DiagnosisRule rule(String source, @Nullable Object item) {
        if (!(item instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("a rule must be an object");
        }
        Map<String, @Nullable Object> fields = Json.asObject(map);
        known(fields, FIELDS, "a rule");
        DiagnosisRule.Builder rule = DiagnosisRule.rule(
                        required(fields, "id"), reason(required(fields, "reason")), required(fields, "pattern"))
                .source(source);
        text(fields, "near", rule::near);
        text(fields, "followedBy", rule::followedBy);
        text(fields, "notFollowedBy", rule::notFollowedBy);
        text(fields, "advice", rule::advice);
        text(fields, "confidence", name -> rule.confidence(confidence(name)));
        text(fields, "level", name -> rule.atLeast(level(name)));
        if (fields.get("exit") instanceof Long code) {
            rule.exit((int) Math.max(-1, Math.min(256, code)));
        }
        flag(fields, "whileAlive", rule::whileAlive);
        flag(fields, "lastResort", rule::lastResort);
        flag(fields, "plain", rule::plain);
        flag(fields, "abort", rule::abort);
        return rule.build();
    }

    private static String required(Map<String, @Nullable Object> fields, String name) {
        if (fields.get(name) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException(
                name + " of a rule is missing: " + Text.quoted(String.valueOf(fields.get("id"))));
    }

    private static void text(Map<String, @Nullable Object> fields, String name, Consumer<String> set) {
        Object value = fields.get(name);
        if (value instanceof String text) {
            set.accept(text);
        } else if (value != null) {
            throw new IllegalArgumentException(name + " of " + fields.get("id") + " must be text");
        }
    }

    private static void flag(Map<String, @Nullable Object> fields, String name, Runnable set) {
        if (Boolean.TRUE.equals(fields.get(name))) {
            set.run();
        }
    }

    private static StopReason reason(String name) {
        for (StopReason reason : StopReason.values()) {
            if (reason.name().equals(name)) {
                return reason;
            }
        }
        throw new IllegalArgumentException("unknown reason " + Text.quoted(name));
    }

    private static LogLevel level(String name) {
        return Optional.ofNullable(LevelWords.of(name))
                .orElseThrow(() -> new IllegalArgumentException("unknown level " + Text.quoted(name)));
    }

    private static Confidence confidence(String name) {
        return switch (name) {
            case "PROBABLE" -> Confidence.PROBABLE;
            case "POSSIBLE" -> Confidence.POSSIBLE;
            default ->
                throw new IllegalArgumentException("confidence must be PROBABLE or POSSIBLE, was " + Text.quoted(name));
        };
    }
}
