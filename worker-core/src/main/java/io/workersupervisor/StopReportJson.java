package io.workersupervisor;

import io.workersupervisor.internal.text.Json;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stop report as one JSON object; its form is stable, fields are only added.
 *
 * <pre>
 * {"account":4711,"worker_id":"...","epoch":3,"node":"...","user_id":"...","version":"...",
 *  "started_at":"2026-11-24T02:00:00.123Z","ended_at":"...",
 *  "exit":{"code":3} or {"signal":9,"core":true} or {"code_or_signal":137} or {"unknown":"why"} or {"never_ran":true},
 *  "usage":{"peak_bytes":9437184,"user_us":120000,"system_us":30000},
 *  "initiator":"USER","reason":"STOPPED_ON_REQUEST","confidence":"CERTAIN","evidence":["..."],"advice":"..."}
 * </pre>
 */
final class StopReportJson {
    private StopReportJson() {}

    static String write(StopReport report) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("account", report.account().value());
        map.put("worker_id", report.workerId());
        map.put("epoch", report.epoch());
        map.put("node", report.node());
        report.userId().ifPresent(user -> map.put("user_id", user));
        report.version().ifPresent(version -> map.put("version", version));
        map.put("started_at", report.startedAt().toString());
        map.put("ended_at", report.endedAt().toString());
        map.put("exit", exit(report.exit()));
        report.usage().ifPresent(usage -> map.put("usage", usage(usage)));
        map.put("initiator", report.initiator().name());
        map.put("reason", report.reason().name());
        map.put("confidence", report.confidence().name());
        map.put("evidence", report.evidence());
        map.put("advice", report.advice());
        report.retryAfter().ifPresent(wait -> map.put("retry_after_s", wait.toSeconds()));
        putExcerpts(map, "log_evidence", report.logEvidence());
        putExcerpts(map, "last_entries", report.lastEntries());
        return Json.write(map);
    }

    private static void putExcerpts(Map<String, @Nullable Object> map, String field, List<LogExcerpt> excerpts) {
        if (!excerpts.isEmpty()) {
            map.put(field, excerpts.stream().map(StopReportJson::excerpt).toList());
        }
    }

    static Map<String, @Nullable Object> excerpt(LogExcerpt excerpt) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("file", excerpt.file());
        map.put("offset", excerpt.offset());
        map.put("level", excerpt.level().name());
        map.put("text", excerpt.text());
        return map;
    }

    /** What a newer version writes in another form is left out: the report is more than its log. */
    private static List<LogExcerpt> excerpts(@Nullable Object value) {
        List<LogExcerpt> excerpts = new ArrayList<>();
        if (value instanceof List<?> items) {
            for (Object item : items) {
                if (item instanceof Map<?, ?> object) {
                    Map<String, @Nullable Object> map = Json.asObject(object);
                    if (map.get("offset") instanceof Long offset
                            && offset >= 0
                            && map.get("text") instanceof String text) {
                        LogLevel level = optional(map, "level")
                                .flatMap(StopReportJson::level)
                                .orElse(LogLevel.INFO);
                        excerpts.add(new LogExcerpt(optional(map, "file").orElse(""), offset, level, text));
                    }
                }
            }
        }
        return excerpts;
    }

    private static Optional<Duration> retryAfter(@Nullable Object value) {
        return value instanceof Long seconds && seconds >= 0 && seconds <= DiagnosisRule.LONGEST_WAIT.toSeconds()
                ? Optional.of(Duration.ofSeconds(seconds))
                : Optional.empty();
    }

    private static Optional<LogLevel> level(String name) {
        return Arrays.stream(LogLevel.values())
                .filter(level -> level.name().equals(name))
                .findFirst();
    }

    static StopReport parse(String json) {
        Map<String, @Nullable Object> map = Json.object(json);
        List<String> evidence = new ArrayList<>();
        if (map.get("evidence") instanceof List<?> items) {
            items.forEach(item -> evidence.add(String.valueOf(item)));
        }
        return new StopReport(
                AccountId.ofValue(Objects.requireNonNullElse(map.get("account"), "")),
                text(map, "worker_id"),
                map.get("epoch") instanceof Long epoch ? epoch : 0,
                text(map, "node"),
                optional(map, "user_id"),
                optional(map, "version").or(() -> optional(map, "spec_version")),
                time(map, "started_at"),
                time(map, "ended_at"),
                exit(map.get("exit")),
                usage(map.get("usage")),
                word(Initiator.class, map, "initiator", Initiator.UNKNOWN, evidence),
                word(StopReason.class, map, "reason", StopReason.UNKNOWN, evidence),
                word(Confidence.class, map, "confidence", Confidence.POSSIBLE, evidence),
                evidence,
                text(map, "advice"),
                retryAfter(map.get("retry_after_s")),
                excerpts(map.get("log_evidence")),
                excerpts(map.get("last_entries")));
    }

    private static Map<String, @Nullable Object> usage(ResourceUsage usage) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("peak_bytes", usage.peakMemoryBytes());
        map.put("user_us", usage.userTime().toNanos() / 1_000);
        map.put("system_us", usage.systemTime().toNanos() / 1_000);
        return map;
    }

    private static Optional<ResourceUsage> usage(@Nullable Object value) {
        Map<String, @Nullable Object> map = value instanceof Map<?, ?> object ? Json.asObject(object) : Map.of();
        return map.get("peak_bytes") instanceof Long peak
                        && map.get("user_us") instanceof Long user
                        && map.get("system_us") instanceof Long system
                ? Optional.of(new ResourceUsage(
                        peak, Duration.of(user, ChronoUnit.MICROS), Duration.of(system, ChronoUnit.MICROS)))
                : Optional.empty();
    }

    private static Map<String, @Nullable Object> exit(ExitStatus exit) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        if (exit instanceof ExitStatus.Exited exited) {
            map.put("code", (long) exited.code());
        } else if (exit instanceof ExitStatus.Signalled signalled) {
            map.put("signal", (long) signalled.signal());
            if (signalled.coreDumped()) {
                map.put("core", true);
            }
        } else if (exit instanceof ExitStatus.ExitedOrSignalled either) {
            map.put("code_or_signal", (long) either.code());
        } else if (exit instanceof ExitStatus.Unknown unknown) {
            map.put("unknown", unknown.why());
        } else {
            map.put("never_ran", true);
        }
        return map;
    }

    private static ExitStatus exit(@Nullable Object value) {
        Map<String, @Nullable Object> map = value instanceof Map<?, ?> object ? Json.asObject(object) : Map.of();
        if (map.get("code") instanceof Long code) {
            return new ExitStatus.Exited(code.intValue());
        } else if (map.get("signal") instanceof Long signal) {
            return new ExitStatus.Signalled(signal.intValue(), Boolean.TRUE.equals(map.get("core")));
        } else if (map.get("code_or_signal") instanceof Long code) {
            return new ExitStatus.ExitedOrSignalled(code.intValue());
        } else if (map.get("never_ran") instanceof Boolean) {
            return new ExitStatus.NeverRan();
        }
        return new ExitStatus.Unknown(
                map.get("unknown") instanceof String why ? why : "a newer version wrote it in another form");
    }

    /** A word of a newer version is kept in the evidence. */
    private static <E extends Enum<E>> E word(
            Class<E> type, Map<String, @Nullable Object> map, String field, E unknown, List<String> evidence) {
        String word = text(map, field);
        for (E known : type.getEnumConstants()) {
            if (known.name().equals(word)) {
                return known;
            }
        }
        evidence.add(0, "a newer version wrote " + field + " " + word);
        return unknown;
    }

    private static String text(Map<String, @Nullable Object> map, String field) {
        return optional(map, field)
                .orElseThrow(() -> new IllegalArgumentException("not a stop report: " + field + " is missing"));
    }

    private static Optional<String> optional(Map<String, @Nullable Object> map, String field) {
        return map.get(field) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    private static Instant time(Map<String, @Nullable Object> map, String field) {
        try {
            Instant time = Instant.parse(text(map, field));
            return Instant.ofEpochMilli(time.toEpochMilli());
        } catch (DateTimeException | ArithmeticException wrong) {
            throw new IllegalArgumentException("not a stop report: " + field + " is no time", wrong);
        }
    }
}
