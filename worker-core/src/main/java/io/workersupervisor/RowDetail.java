package io.workersupervisor;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a row keeps beside its columns, as one JSON object that a store carries unread. Unknown fields, such as those of a
 * newer minor version, are kept through every change. Immutable.
 *
 * <pre>
 * {"identity":   {"pid":4711,"ticks":106418,"millis":0,"boot":"...","pid_ns":"pid:[...]","time_ns":"time:[...]"},
 *  "actor":      {"host":"...", and the fields of an identity},   the host that writes STARTING or STOPPING
 *  "holds_lock": true,             the worker was seen to hold the lock itself
 *  "born_after": 106400,           start tick that no process of this worker precedes
 *  "grace_ms":   10000,            from TERM to KILL
 *  "start_grace_ms": 500,          an end within it is a failed start
 *  "heartbeat_ms": 60000,          it promised to touch its heartbeat file so often
 *  "log":        "worker_4711_....log",
 *  "oom":        {"machine":3,"group":1,"file":"/sys/fs/cgroup/.../memory.events"},   kills before it was started
 *  "stop_at":    1764000000000,    when the stop was first asked for
 *  "stop_why":   "PERSON",         PERSON, RESTART, CLOSE, LEFTOVERS
 *  "term_at":    1764000000000}    when a ladder was about to signal the worker itself for the first time
 * </pre>
 */
public final class RowDetail {
    static final RowDetail NONE = new RowDetail(Map.of());

    private final Map<String, @Nullable Object> fields;

    private RowDetail(Map<String, @Nullable Object> fields) {
        this.fields = fields;
    }

    /**
     * Reads what {@link #toJson()} wrote.
     *
     * @param json one JSON object
     * @return the detail
     * @throws IllegalArgumentException if the text is something else, or a part of it cannot be understood
     */
    public static RowDetail parse(String json) {
        RowDetail detail = new RowDetail(Json.object(json));
        detail.identity();
        detail.actor();
        detail.stopGrace();
        detail.stopAskedAt();
        detail.termedAt();
        return detail;
    }

    /**
     * The detail as a store keeps it.
     *
     * @return one JSON object
     */
    public String toJson() {
        return Json.write(fields);
    }

    Optional<ProcessIdentity> identity() {
        return part("identity").map(RowDetail::identity);
    }

    /** A part that is there and not an object is damage, not absence: absence would free a row. */
    private Optional<Map<String, @Nullable Object>> part(String field) {
        Object value = fields.get(field);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof Map<?, ?> map) {
            return Optional.of(Json.asObject(map));
        }
        throw new IllegalArgumentException(field + " is not an object");
    }

    RowDetail withIdentity(ProcessIdentity identity) {
        return with("identity", map(identity));
    }

    Optional<Actor> actor() {
        return part("actor").map(map -> new Actor(text(map, "host"), identity(map)));
    }

    private RowDetail withActor(Actor actor) {
        Map<String, @Nullable Object> map = map(actor.process());
        map.put("host", actor.host());
        return with("actor", map);
    }

    boolean holdsLock() {
        return Boolean.TRUE.equals(fields.get("holds_lock"));
    }

    long bornAfter() {
        return number(fields, "born_after");
    }

    Duration stopGrace() {
        return fields.containsKey("grace_ms")
                ? Duration.ofMillis(required(fields, "grace_ms", Long.class))
                : WorkerSpec.DEFAULT_STOP_GRACE;
    }

    /** How often the worker promised to show that it works. */
    Optional<Duration> heartbeat() {
        long millis = number(fields, "heartbeat_ms");
        return millis > 0 ? Optional.of(Duration.ofMillis(millis)) : Optional.empty();
    }

    Duration startGrace() {
        return Duration.ofMillis(number(fields, "start_grace_ms"));
    }

    Optional<String> log() {
        return fields.get("log") instanceof String log ? Optional.of(log) : Optional.empty();
    }

    Optional<Instant> stopAskedAt() {
        return instant("stop_at");
    }

    /** Empty if no ladder has come so far as to signal the worker: then no stop can have ended it. */
    Optional<Instant> termedAt() {
        return instant("term_at");
    }

    private Optional<Instant> instant(String field) {
        return fields.containsKey(field)
                ? Optional.of(Instant.ofEpochMilli(required(fields, field, Long.class)))
                : Optional.empty();
    }

    StopCause stopCause() {
        Object name = fields.get("stop_why");
        for (StopCause cause : StopCause.values()) {
            if (cause.name().equals(name)) {
                return cause;
            }
        }
        return StopCause.PERSON;
    }

    RowDetail withClaim(WorkerSpec spec, WorkerRow.Claim claim) {
        RowDetail acting = withActor(claim.actor());
        RowDetail promised = spec.heartbeat()
                .map(interval -> acting.with("heartbeat_ms", interval.toMillis()))
                .orElse(acting);
        return promised.with("born_after", claim.bornAfter())
                .with("grace_ms", spec.stopGrace().toMillis())
                .with("start_grace_ms", spec.startGrace().toMillis())
                .with("log", claim.logFile());
    }

    /** The kernel's counts of out-of-memory kills before the worker was started; damage is absence here. */
    Map<String, @Nullable Object> memoryCounts() {
        return fields.get("oom") instanceof Map<?, ?> map ? Json.asObject(map) : Map.of();
    }

    RowDetail withMemoryCounts(Map<String, @Nullable Object> counts) {
        return counts.isEmpty() ? this : with("oom", counts);
    }

    RowDetail withHeldLock() {
        return with("holds_lock", true);
    }

    /** A stop that was asked for before stays the one that ended the worker, whoever goes on with it. */
    RowDetail withStop(Actor actor, Instant now, StopCause cause) {
        RowDetail acting = withActor(actor);
        return acting.stopAskedAt().isPresent()
                ? acting
                : acting.with("stop_at", now.toEpochMilli()).with("stop_why", cause.name());
    }

    RowDetail withTerm(Instant now) {
        return with("term_at", now.toEpochMilli());
    }

    RowDetail withoutTerm() {
        return without("term_at");
    }

    private RowDetail with(String field, Object value) {
        Map<String, @Nullable Object> changed = new LinkedHashMap<>(fields);
        changed.put(field, value);
        return new RowDetail(Collections.unmodifiableMap(changed));
    }

    /** The fields that outlive an incarnation: those this version does not know. */
    RowDetail forNextWorker() {
        return without(
                "identity",
                "actor",
                "holds_lock",
                "born_after",
                "grace_ms",
                "start_grace_ms",
                "log",
                "oom",
                "heartbeat_ms",
                "stop_at",
                "stop_why",
                "term_at");
    }

    private RowDetail without(String... names) {
        Map<String, @Nullable Object> kept = new LinkedHashMap<>(fields);
        for (String name : names) {
            kept.remove(name);
        }
        return new RowDetail(Collections.unmodifiableMap(kept));
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

    /** Where a default would be believed: without its boot, a process would count as one of another boot, and dead. */
    private static <T> T required(Map<String, @Nullable Object> map, String field, Class<T> type) {
        Object value = map.get(field);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(field + " is missing or of another type");
        }
        return type.cast(value);
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

    private static long number(Map<String, @Nullable Object> map, String field) {
        return map.get(field) instanceof Long number ? number : 0;
    }

    private static String text(Map<String, @Nullable Object> map, String field) {
        return map.get(field) instanceof String text ? text : "";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RowDetail that && fields.equals(that.fields);
    }

    @Override
    public int hashCode() {
        return fields.hashCode();
    }

    @Override
    public String toString() {
        return toJson();
    }
}
