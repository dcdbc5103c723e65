package io.workersupervisor.internal.registry;

import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.HealthLimits;
import io.workersupervisor.Readiness;
import io.workersupervisor.WorkerSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The limits that a spec sets for its worker, as the row keeps them, so that any host of the node watches over them.
 *
 * <pre>
 * "limits": {"epoch":12,            the start that they are of: a host that knows no limits carries them on to its own worker
 *            "within_ms":60000,     it is not ready yet, and has this long from its birth; absent once it is ready
 *            "line":"^ready",       the sign: a line of its log,
 *            "file":"/run/bot.ok", or this file, or its own
 *            "mark":"...",          the file as it was before the start
 *            "silent_ms":120000, "memory":536870912, "unable_ms":60000}
 * </pre>
 *
 * @param unready the sign that is waited for; empty once the worker is ready
 * @param mark the file of the sign as it was before the start; empty if there was none
 */
public record Limits(Optional<Readiness> unready, String mark, HealthLimits health) {
    static final Limits NONE = new Limits(Optional.empty(), "", HealthLimits.NONE);

    static Limits of(WorkerSpec spec) {
        return new Limits(spec.readiness(), "", spec.healthLimits());
    }

    Limits marked(String seen) {
        return new Limits(unready, seen, health);
    }

    Limits ready() {
        return new Limits(Optional.empty(), "", health);
    }

    Map<String, @Nullable Object> fields(long epoch) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        unready.ifPresent(sign -> {
            fields.put("within_ms", sign.limit().toMillis());
            sign.line().ifPresent(line -> fields.put("line", line));
            sign.path().ifPresent(path -> fields.put("file", path.toString()));
            fields.put("mark", mark);
        });
        health.heartbeat().ifPresent(limit -> fields.put("silent_ms", limit.toMillis()));
        health.memoryBytes().ifPresent(limit -> fields.put("memory", limit));
        health.unable().ifPresent(limit -> fields.put("unable_ms", limit.toMillis()));
        if (!fields.isEmpty()) {
            fields.put("epoch", epoch);
        }
        return fields;
    }

    /** Damage is absence, as it must not keep a row from being read: nothing is waited for, and nothing limited. */
    static Limits of(Map<String, @Nullable Object> fields, long epoch) {
        if (!Long.valueOf(epoch).equals(fields.get("epoch"))) {
            return NONE;
        }
        try {
            return new Limits(
                    millis(fields, "within_ms").map(sign(fields)::within),
                    fields.get("mark") instanceof String mark ? mark : "",
                    new HealthLimits(
                            millis(fields, "silent_ms"),
                            fields.get("memory") instanceof Long memory
                                    ? OptionalLong.of(memory)
                                    : OptionalLong.empty(),
                            millis(fields, "unable_ms")));
        } catch (IllegalArgumentException | DataDirectoryException damaged) {
            return NONE;
        }
    }

    private static Readiness sign(Map<String, @Nullable Object> fields) {
        return fields.get("line") instanceof String line
                ? Readiness.logLine(line)
                : fields.get("file") instanceof String file ? Readiness.file(Path.of(file)) : Readiness.file();
    }

    private static Optional<Duration> millis(Map<String, @Nullable Object> fields, String name) {
        return fields.get(name) instanceof Long millis ? Optional.of(Duration.ofMillis(millis)) : Optional.empty();
    }
}
