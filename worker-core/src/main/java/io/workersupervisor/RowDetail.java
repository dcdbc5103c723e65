package io.workersupervisor;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
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
    static final RowDetail NONE = new RowDetail(new Fields());

    private final Fields fields;

    /** Changed only until the detail that owns it is made. */
    private static final class Fields implements Cloneable {
        private @Nullable ProcessIdentity identity;
        private @Nullable Actor actor;
        /** What this version does not know of the two. */
        private Map<String, @Nullable Object> moreOfIdentity = Map.of();

        private Map<String, @Nullable Object> moreOfActor = Map.of();
        private boolean holdsLock;
        private long bornAfter;
        private @Nullable Long stopGrace;
        private long startGrace;
        private long heartbeat;
        private @Nullable String log;
        private Map<String, @Nullable Object> memoryCounts = Map.of();
        private @Nullable Long stopAskedAt;
        private @Nullable String stopCause;
        private @Nullable Long termedAt;
        private Map<String, @Nullable Object> others = Map.of();

        private List<@Nullable Object> all() {
            return Arrays.asList(
                    identity,
                    moreOfIdentity,
                    actor,
                    moreOfActor,
                    holdsLock,
                    bornAfter,
                    stopGrace,
                    startGrace,
                    heartbeat,
                    log,
                    memoryCounts,
                    stopAskedAt,
                    stopCause,
                    termedAt,
                    others);
        }

        private Fields copy() {
            try {
                return (Fields) clone();
            } catch (CloneNotSupportedException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    private RowDetail(Fields fields) {
        this.fields = fields;
    }

    private RowDetail with(Consumer<Fields> change) {
        Fields changed = fields.copy();
        change.accept(changed);
        return new RowDetail(changed);
    }

    /**
     * Reads what {@link #toJson()} wrote.
     *
     * @param json one JSON object
     * @return the detail
     * @throws IllegalArgumentException if the text is something else, or a part of it cannot be understood
     */
    public static RowDetail parse(String json) {
        Fields read = new Fields();
        Map<String, @Nullable Object> others = new LinkedHashMap<>();
        Json.object(json).forEach((name, value) -> read(name, value, read, others));
        read.others = others.isEmpty() ? Map.of() : others;
        return new RowDetail(read);
    }

    /** What only helps is left out where it is damaged. */
    private static void read(String name, @Nullable Object value, Fields read, Map<String, @Nullable Object> others) {
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

    /**
     * The detail as a store keeps it.
     *
     * @return one JSON object
     */
    public String toJson() {
        return Json.write(toMap());
    }

    private Map<String, @Nullable Object> toMap() {
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

    Optional<ProcessIdentity> identity() {
        return Optional.ofNullable(fields.identity);
    }

    RowDetail withIdentity(ProcessIdentity identity) {
        return with(changed -> {
            changed.identity = identity;
            changed.moreOfIdentity = Map.of();
        });
    }

    Optional<Actor> actor() {
        return Optional.ofNullable(fields.actor);
    }

    boolean holdsLock() {
        return fields.holdsLock;
    }

    long bornAfter() {
        return fields.bornAfter;
    }

    Duration stopGrace() {
        return fields.stopGrace == null ? WorkerSpec.DEFAULT_STOP_GRACE : Duration.ofMillis(fields.stopGrace);
    }

    /** How often the worker promised to show that it works. */
    Optional<Duration> heartbeat() {
        return fields.heartbeat > 0 ? Optional.of(Duration.ofMillis(fields.heartbeat)) : Optional.empty();
    }

    Duration startGrace() {
        return Duration.ofMillis(fields.startGrace);
    }

    Optional<String> log() {
        return Optional.ofNullable(fields.log);
    }

    Optional<Instant> stopAskedAt() {
        return Optional.ofNullable(fields.stopAskedAt).map(Instant::ofEpochMilli);
    }

    /** Empty if no ladder has come so far as to signal the worker: then no stop can have ended it. */
    Optional<Instant> termedAt() {
        return Optional.ofNullable(fields.termedAt).map(Instant::ofEpochMilli);
    }

    StopCause stopCause() {
        for (StopCause cause : StopCause.values()) {
            if (cause.name().equals(fields.stopCause)) {
                return cause;
            }
        }
        return StopCause.PERSON;
    }

    /** Of the worker before, only what this version does not know outlives it. */
    RowDetail forNextWorker() {
        Fields kept = new Fields();
        kept.others = fields.others;
        return new RowDetail(kept);
    }

    RowDetail withClaim(WorkerSpec spec, WorkerRow.Claim claim) {
        return with(changed -> {
            changed.actor = claim.actor();
            changed.moreOfActor = Map.of();
            changed.heartbeat = spec.heartbeat().map(Duration::toMillis).orElse(0L);
            changed.bornAfter = claim.bornAfter();
            changed.stopGrace = spec.stopGrace().toMillis();
            changed.startGrace = spec.startGrace().toMillis();
            changed.log = claim.logFile();
        });
    }

    /** The kernel's counts of out-of-memory kills before the worker was started; damage is absence here. */
    Map<String, @Nullable Object> memoryCounts() {
        return fields.memoryCounts;
    }

    RowDetail withMemoryCounts(Map<String, @Nullable Object> counts) {
        return with(changed -> changed.memoryCounts = counts);
    }

    RowDetail withHeldLock() {
        return with(changed -> changed.holdsLock = true);
    }

    /** A stop that was asked for before stays the one that ended the worker, whoever goes on with it. */
    RowDetail withStop(Actor actor, Instant now, StopCause cause) {
        return with(changed -> {
            changed.actor = actor;
            changed.moreOfActor = Map.of();
            if (changed.stopAskedAt == null) {
                changed.stopAskedAt = now.toEpochMilli();
                changed.stopCause = cause.name();
            }
        });
    }

    RowDetail withTerm(Instant now) {
        return with(changed -> changed.termedAt = now.toEpochMilli());
    }

    RowDetail withoutTerm() {
        return with(changed -> changed.termedAt = null);
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

    /** Where a default would be believed: without its boot, a process would count as one of another boot, and dead. */
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

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || (other instanceof RowDetail that && fields.all().equals(that.fields.all()));
    }

    @Override
    public int hashCode() {
        return fields.all().hashCode();
    }

    @Override
    public String toString() {
        return toJson();
    }
}
