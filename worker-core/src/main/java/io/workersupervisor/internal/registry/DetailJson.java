package io.workersupervisor.internal.registry;

import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.text.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The JSON of a {@link Detail}, whose fields it lists. */
final class DetailJson {
    private DetailJson() {}

    static Detail.Fields parse(String json) {
        Detail.Fields read = new Detail.Fields();
        Map<String, @Nullable Object> others = new LinkedHashMap<>();
        Json.object(json).forEach((name, value) -> read(name, value, read, others));
        read.others = others.isEmpty() ? Map.of() : others;
        return read;
    }

    /** Reads one field; a damaged one that only helps is left out. */
    private static void read(
            String name, @Nullable Object value, Detail.Fields read, Map<String, @Nullable Object> others) {
        switch (name) {
            case "identity" ->
                part(name, value).ifPresent(map -> {
                    read.identity = identity(map);
                    read.moreOfIdentity = more(map, map(read.identity));
                });
            case "actor" ->
                part(name, value).ifPresent(map -> {
                    read.actor = actor(map);
                    read.moreOfActor = more(map, map(read.actor));
                });
            case "holds_lock" -> read.holdsLock = Boolean.TRUE.equals(value);
            case "born_after" -> read.bornAfter = number(value);
            case "grace_ms" -> read.stopGrace = required(name, value, Long.class);
            case "start_grace_ms" -> read.startGrace = number(value);
            case "heartbeat_ms" -> read.heartbeat = number(value);
            case "log" -> read.log = text(value);
            case "oom" -> read.memoryCounts = value instanceof Map<?, ?> map ? Json.asObject(map) : Map.of();
            case "stop_at" -> read.stopAskedAt = required(name, value, Long.class);
            case "stop_why" -> read.stopCause = text(value);
            case "term_at" -> read.termedAt = required(name, value, Long.class);
            default -> others.put(name, value);
        }
    }

    static String write(Detail.Fields fields) {
        return Json.write(map(fields));
    }

    static Map<String, @Nullable Object> map(Detail.Fields fields) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>(fields.others);
        put(map, "identity", fields.identity == null ? null : with(map(fields.identity), fields.moreOfIdentity));
        put(map, "actor", fields.actor == null ? null : with(map(fields.actor), fields.moreOfActor));
        put(map, "holds_lock", fields.holdsLock ? true : null);
        put(map, "born_after", nonZero(fields.bornAfter));
        put(map, "grace_ms", fields.stopGrace);
        put(map, "start_grace_ms", nonZero(fields.startGrace));
        put(map, "heartbeat_ms", nonZero(fields.heartbeat));
        put(map, "log", fields.log);
        put(map, "oom", fields.memoryCounts.isEmpty() ? null : fields.memoryCounts);
        put(map, "stop_at", fields.stopAskedAt);
        put(map, "stop_why", fields.stopCause);
        put(map, "term_at", fields.termedAt);
        return map;
    }

    private static void put(Map<String, @Nullable Object> map, String name, @Nullable Object value) {
        if (value != null) {
            map.put(name, value);
        }
    }

    private static @Nullable Long nonZero(long number) {
        return number == 0 ? null : (Long) number;
    }

    /** A part that is there and not an object is damage, not absence: absence would free a row. */
    private static Optional<Map<String, @Nullable Object>> part(String field, @Nullable Object value) {
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof Map<?, ?> map) {
            return Optional.of(Json.asObject(map));
        }
        throw new IllegalArgumentException(field + " is not an object");
    }

    private static Map<String, @Nullable Object> more(
            Map<String, @Nullable Object> whole, Map<String, @Nullable Object> understood) {
        Map<String, @Nullable Object> more = new LinkedHashMap<>(whole);
        more.keySet().removeAll(understood.keySet());
        return more.isEmpty() ? Map.of() : more;
    }

    private static Map<String, @Nullable Object> with(
            Map<String, @Nullable Object> understood, Map<String, @Nullable Object> more) {
        understood.putAll(more);
        return understood;
    }

    private static long number(@Nullable Object value) {
        return value instanceof Long number ? number : 0;
    }

    private static @Nullable String text(@Nullable Object value) {
        return value instanceof String text ? text : null;
    }

    private static ProcessIdentity identity(Map<String, @Nullable Object> map) {
        return new ProcessIdentity(
                required(map, "pid", Long.class),
                required(map, "ticks", Long.class),
                required(map, "millis", Long.class),
                required(map, "boot", String.class),
                required(map, "pid_ns", String.class),
                required(map, "time_ns", String.class));
    }

    private static Actor actor(Map<String, @Nullable Object> map) {
        return new Actor(map.get("host") instanceof String host ? host : "", identity(map));
    }

    /** For fields whose default would be believed: without its boot, a process would count as one of another boot, and dead. */
    private static <T> T required(Map<String, @Nullable Object> map, String field, Class<T> type) {
        return required(field, map.get(field), type);
    }

    private static <T> T required(String field, @Nullable Object value, Class<T> type) {
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(field + " is missing or of another type");
        }
        return type.cast(value);
    }

    private static Map<String, @Nullable Object> map(Actor actor) {
        Map<String, @Nullable Object> map = map(actor.process());
        map.put("host", actor.host());
        return map;
    }

    private static Map<String, @Nullable Object> map(ProcessIdentity identity) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("pid", identity.pid());
        map.put("ticks", identity.startTicks());
        map.put("millis", identity.startMillis());
        map.put("boot", identity.bootId());
        map.put("pid_ns", identity.pidNamespace());
        map.put("time_ns", identity.timeNamespace());
        return map;
    }
}
