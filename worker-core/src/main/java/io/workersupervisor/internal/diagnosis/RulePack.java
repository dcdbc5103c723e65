package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.Confidence;
import io.workersupervisor.DiagnosisRule;
import io.workersupervisor.LogLevel;
import io.workersupervisor.StopReason;
import io.workersupervisor.internal.logs.entries.LevelWords;
import io.workersupervisor.internal.text.Json;
import io.workersupervisor.internal.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
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
 * @param rules those that can be used
 * @param closing lines that may follow an end
 * @param problems what is wrong with the others, a sentence each
 */
record RulePack(List<DiagnosisRule> rules, List<Pattern> closing, List<String> problems) {
    private static final int MOST = 500;

    private static final Set<String> FIELDS = Set.of(
            "id",
            "reason",
            "pattern",
            "near",
            "followedBy",
            "notFollowedBy",
            "exit",
            "confidence",
            "level",
            "advice",
            "whileAlive",
            "plain",
            "lastResort",
            "abort");

    /** Reads a pack; a rule that is wrong is left out and told. */
    static RulePack parse(String source, String json) {
        List<DiagnosisRule> rules = new ArrayList<>();
        List<Pattern> closing = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        try {
            Map<String, @Nullable Object> pack = Json.object(json);
            pack.keySet().stream()
                    .filter(key -> !key.equals("rules") && !key.equals("closing"))
                    .forEach(key -> problems.add(source + ": unknown field " + Text.quoted(key)));
            for (Object item : items(pack.get("closing"))) {
                Guarded.add(closing, problems, source, () -> closing(item));
            }
            for (Object item : items(pack.get("rules"))) {
                if (rules.size() >= MOST) {
                    problems.add(source + ": only the first " + MOST + " rules are used");
                    break;
                }
                Guarded.add(rules, problems, source, () -> rule(source, item));
            }
        } catch (IllegalArgumentException noPack) {
            problems.add(source + ": " + noPack.getMessage());
        }
        return new RulePack(List.copyOf(rules), List.copyOf(closing), List.copyOf(problems));
    }

    /** Adds what can be made, and tells of what cannot. */
    private interface Guarded<T> {
        T make();

        static <T> void add(List<T> made, List<String> problems, String source, Guarded<T> one) {
            try {
                made.add(one.make());
            } catch (IllegalArgumentException wrong) {
                problems.add(source + ": " + wrong.getMessage());
            }
        }
    }

    private static List<?> items(@Nullable Object value) {
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list) {
            return list;
        }
        throw new IllegalArgumentException("rules and closing must be lists");
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
        fields.keySet().stream()
                .filter(name -> !FIELDS.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new IllegalArgumentException("unknown field " + Text.quoted(name) + " of a rule");
                });
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

    private static void text(
            Map<String, @Nullable Object> fields, String name, java.util.function.Consumer<String> set) {
        Object value = fields.get(name);
        if (value instanceof String text) {
            set.accept(text);
        } else if (value != null) {
            throw new IllegalArgumentException(name + " of rule " + fields.get("id") + " must be text");
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
