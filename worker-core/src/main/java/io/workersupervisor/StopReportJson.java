package io.workersupervisor;

import io.workersupervisor.internal.text.Json;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
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
    private final Map<String, @Nullable Object> fields;
    private final List<String> evidence = new ArrayList<>();

    private StopReportJson(Map<String, @Nullable Object> fields) {
        this.fields = fields;
    }

    static String write(StopReport report) {
        return Json.write(Json.map(
                "account", report.account().value(),
                "worker_id", report.workerId(),
                "epoch", report.epoch(),
                "node", report.node(),
                "user_id", report.userId(),
                "version", report.version(),
                "started_at", report.startedAt(),
                "ended_at", report.endedAt(),
                "exit", exit(report.exit()),
                "usage", report.usage().map(StopReportJson::usage),
                "initiator", report.initiator(),
                "reason", report.reason(),
                "confidence", report.confidence(),
                "evidence", report.evidence(),
                "advice", report.advice(),
                "retry_after_s", report.retryAfter().map(Duration::toSeconds),
                "log_evidence", Optional.of(excerpts(report.logEvidence())).filter(some -> !some.isEmpty()),
                "last_entries", Optional.of(excerpts(report.lastEntries())).filter(some -> !some.isEmpty())));
    }

    static List<Map<String, @Nullable Object>> excerpts(List<LogExcerpt> excerpts) {
        return excerpts.stream()
                .map(one ->
                        Json.map("file", one.file(), "offset", one.offset(), "level", one.level(), "text", one.text()))
                .toList();
    }

    private static Map<String, @Nullable Object> usage(ResourceUsage usage) {
        return Json.map(
                "peak_bytes", usage.peakMemoryBytes(),
                "user_us", usage.userTime().toNanos() / 1_000,
                "system_us", usage.systemTime().toNanos() / 1_000);
    }

    private static Map<String, @Nullable Object> exit(ExitStatus exit) {
        if (exit instanceof ExitStatus.Exited exited) {
            return Json.map("code", exited.code());
        } else if (exit instanceof ExitStatus.Signalled killed) {
            Optional<Boolean> core = Optional.of(killed.coreDumped()).filter(dumped -> dumped);
            return Json.map("signal", killed.signal(), "core", core);
        } else if (exit instanceof ExitStatus.ExitedOrSignalled either) {
            return Json.map("code_or_signal", either.code());
        } else if (exit instanceof ExitStatus.Unknown unknown) {
            return Json.map("unknown", unknown.why());
        }
        return Json.map("never_ran", true);
    }

    static StopReport parse(String json) {
        return new StopReportJson(Json.object(json)).report();
    }

    private StopReport report() {
        if (fields.get("evidence") instanceof List<?> items) {
            items.forEach(item -> evidence.add(String.valueOf(item)));
        }
        return new StopReport(
                AccountId.ofValue(Objects.requireNonNullElse(fields.get("account"), "")),
                text("worker_id"),
                fields.get("epoch") instanceof Long epoch ? epoch : 0,
                text("node"),
                optional("user_id"),
                optional("version").or(() -> optional("spec_version")),
                time("started_at"),
                time("ended_at"),
                exit(Json.asObjectOrEmpty(fields.get("exit"))),
                usage(Json.asObjectOrEmpty(fields.get("usage"))),
                word("initiator", Initiator.UNKNOWN),
                word("reason", StopReason.UNKNOWN),
                word("confidence", Confidence.POSSIBLE),
                evidence,
                text("advice"),
                retryAfter(),
                excerpts("log_evidence"),
                excerpts("last_entries"));
    }

    private static ExitStatus exit(Map<String, @Nullable Object> map) {
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

    private static Optional<ResourceUsage> usage(Map<String, @Nullable Object> map) {
        return map.get("peak_bytes") instanceof Long peak
                        && map.get("user_us") instanceof Long user
                        && map.get("system_us") instanceof Long system
                ? Optional.of(new ResourceUsage(
                        peak, Duration.of(user, ChronoUnit.MICROS), Duration.of(system, ChronoUnit.MICROS)))
                : Optional.empty();
    }

    private Optional<Duration> retryAfter() {
        return fields.get("retry_after_s") instanceof Long seconds
                        && seconds >= 0
                        && seconds <= DiagnosisRule.LONGEST_WAIT.toSeconds()
                ? Optional.of(Duration.ofSeconds(seconds))
                : Optional.empty();
    }

    /** Leaves out an excerpt that a newer version wrote in another form: the report is more than its log. */
    private List<LogExcerpt> excerpts(String field) {
        List<LogExcerpt> excerpts = new ArrayList<>();
        for (Object item : fields.get(field) instanceof List<?> items ? items : List.of()) {
            StopReportJson part = new StopReportJson(Json.asObjectOrEmpty(item));
            if (part.fields.get("offset") instanceof Long offset && offset >= 0) {
                String file = part.optional("file").orElse("");
                LogLevel level = part.known("level", LogLevel.INFO).orElse(LogLevel.INFO);
                part.optional("text").ifPresent(text -> excerpts.add(new LogExcerpt(file, offset, level, text)));
            }
        }
        return excerpts;
    }

    /** Keeps a word of a newer version in the evidence. */
    private <E extends Enum<E>> E word(String field, E unknown) {
        String word = text(field);
        return known(field, unknown).orElseGet(() -> {
            evidence.add(0, "a newer version wrote " + field + " " + word);
            return unknown;
        });
    }

    /** The word of this field, if it is one of the type of that value. */
    private <E extends Enum<E>> Optional<E> known(String field, E like) {
        return Arrays.stream(like.getDeclaringClass().getEnumConstants())
                .filter(word -> word.name().equals(fields.get(field)))
                .findFirst();
    }

    private String text(String field) {
        return optional(field)
                .orElseThrow(() -> new IllegalArgumentException("not a stop report: " + field + " is missing"));
    }

    private Optional<String> optional(String field) {
        return fields.get(field) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    private Instant time(String field) {
        try {
            return Instant.ofEpochMilli(Instant.parse(text(field)).toEpochMilli());
        } catch (DateTimeException | ArithmeticException wrong) {
            throw new IllegalArgumentException("not a stop report: " + field + " is no time", wrong);
        }
    }
}
