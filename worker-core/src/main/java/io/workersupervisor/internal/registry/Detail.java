package io.workersupervisor.internal.registry;

import io.workersupervisor.StopOrder;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.text.Json;
import io.workersupervisor.spi.RowDetail;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one kind of {@link RowDetail}: what core keeps in a row beside its columns. Unknown fields, such as those of a newer
 * minor version, are kept through every change. Immutable.
 *
 * <pre>
 * {"identity":   {"pid":4711,"ticks":106418,"millis":0,"boot":"...","pid_ns":"pid:[...]","time_ns":"time:[...]"},
 *  "actor":      {"host":"...", and the fields of an identity},   the host that writes STARTING or STOPPING
 *  "holds_lock": true,             the worker was seen to hold the lock itself
 *  "born_after": 106400,           start tick that no process of this worker precedes
 *  "grace_ms":   10000,            from TERM to KILL
 *  "start_grace_ms": 500,          an end within it is a failed start
 *  "heartbeat_ms": 60000,          it promised to touch its heartbeat file so often
 *  "machine":    "db1",            the name of the machine that started it
 *  "log":        "worker_4711_....log",
 *  "oom":        {"machine":3,"group":1,"file":"/sys/fs/cgroup/.../memory.events"},   kills before it was started
 *  "stop_at":    1764000000000,    when the stop was first asked for
 *  "stop_why":   "PERSON",         PERSON, APPLICATION, RESTART, CLOSE, LEFTOVERS; any other is a stop of the library
 *  "fault":      {"reason":"OUT_OF_MEMORY","confidence":"CERTAIN","text":"...","at":...},   why the library ends it, by the
 *                                  stop of that time, which is a CLOSE for a host that knows no faults
 *  "limits":     {"epoch":12, ...},   {@link Limits}
 *  "last_stop":  {"epoch":12,"reason":"COMPLETED","at":...},   the last end of a worker of this account; it outlives the next
 *  "stopped_by": "APPLICATION",    it is the application that wants the account stopped, not a person
 *  "stop_by":    "alice",          who wants it stopped
 *  "stop_because": "...",          and why
 *  "forgotten":  {"at":..., "by":..., "because":...},   in no list any more
 *  "term_at":    1764000000000,    when a ladder was about to signal the worker itself for the first time
 *  "restart":    {"at":..., ...}}  the plan for the next start; it outlives the worker
 * </pre>
 */
public final class Detail implements RowDetail {
    private static final String RESTART = "restart";
    private static final String FAULT = "fault";

    public static final Detail NONE = new Detail(Map.of());

    private static final Set<String> KNOWN = Set.of(("identity actor holds_lock born_after grace_ms start_grace_ms"
                    + " heartbeat_ms machine log oom stop_at stop_why stopped_by stop_by stop_because forgotten term_at fault limits")
            .split(" ", -1));

    private static final Set<String> ORDER = Set.of("stopped_by", "stop_by", "stop_because", "forgotten");

    private final Map<String, @Nullable Object> fields;
    private final @Nullable ProcessIdentity identity;
    private final @Nullable Actor actor;

    /** Refuses damage where absence would free a row, and numbers whose default would be acted upon; other damage is absence. */
    private Detail(Map<String, @Nullable Object> fields) {
        this.fields = fields;
        this.identity = fields.get("identity") == null ? null : identity(part("identity"));
        this.actor = fields.get("actor") == null ? null : actor(part("actor"));
        for (String number : List.of("grace_ms", "stop_at", "term_at")) {
            if (fields.containsKey(number)) {
                required(fields, number, Long.class);
            }
        }
    }

    private Map<String, @Nullable Object> part(String name) {
        return Json.asObject(required(fields, name, Map.class));
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
    private static <T> T required(Map<String, @Nullable Object> map, String name, Class<T> type) {
        Object value = map.get(name);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(name + " is missing or of another type");
        }
        return type.cast(value);
    }

    private static Map<String, @Nullable Object> map(ProcessIdentity process) {
        return Json.map(
                "pid", process.pid(),
                "ticks", process.startTicks(),
                "millis", process.startMillis(),
                "boot", process.bootId(),
                "pid_ns", process.pidNamespace(),
                "time_ns", process.timeNamespace());
    }

    private static Map<String, @Nullable Object> map(Actor actor) {
        Map<String, @Nullable Object> map = map(actor.process());
        map.put("host", actor.host());
        return map;
    }

    private Detail with(Consumer<Map<String, @Nullable Object>> change) {
        Map<String, @Nullable Object> changed = new LinkedHashMap<>(fields);
        change.accept(changed);
        return new Detail(changed);
    }

    private long number(String name) {
        return fields.get(name) instanceof Long number ? number : 0;
    }

    private Optional<Instant> time(String name) {
        return fields.get(name) instanceof Long millis ? Optional.of(Instant.ofEpochMilli(millis)) : Optional.empty();
    }

    public static Detail of(WorkerRow row) {
        return (Detail) row.detail();
    }

    public static Detail of(RowDetail detail) {
        return (Detail) detail;
    }

    /** The process of a row's worker, once it is known. */
    public static Optional<ProcessIdentity> identityOf(WorkerRow row) {
        return of(row).identity();
    }

    /** As {@link RowDetail#parse}. */
    public static Detail parse(String json) {
        return new Detail(Json.object(json));
    }

    @Override
    public String toJson() {
        return Json.write(fields);
    }

    @Override
    public OptionalLong pid() {
        return identity == null ? OptionalLong.empty() : OptionalLong.of(identity.pid());
    }

    public Optional<ProcessIdentity> identity() {
        return Optional.ofNullable(identity);
    }

    public Optional<Actor> actor() {
        return Optional.ofNullable(actor);
    }

    public boolean holdsLock() {
        return Boolean.TRUE.equals(fields.get("holds_lock"));
    }

    public long bornAfter() {
        return number("born_after");
    }

    public Duration stopGrace() {
        return fields.containsKey("grace_ms") ? Duration.ofMillis(number("grace_ms")) : WorkerSpec.DEFAULT_STOP_GRACE;
    }

    /** The interval in which the worker promised to show that it works. */
    public Optional<Duration> heartbeat() {
        return Optional.of(Duration.ofMillis(number("heartbeat_ms"))).filter(promised -> promised.toMillis() > 0);
    }

    public Duration startGrace() {
        return Duration.ofMillis(number("start_grace_ms"));
    }

    public Optional<String> log() {
        return text("log");
    }

    /** The name of the machine that started the worker, for people. */
    public Optional<String> machine() {
        return text("machine");
    }

    private Optional<String> text(String name) {
        return fields.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    public Optional<Instant> stopAskedAt() {
        return time("stop_at");
    }

    /** Empty if no ladder was about to signal the worker: then no stop can have ended it. */
    public Optional<Instant> termedAt() {
        return time("term_at");
    }

    public StopPurpose stopCause() {
        boolean isFault = Json.asObjectOrEmpty(fields.get(FAULT)).get("at") instanceof Long at
                && at.equals(fields.get("stop_at"));
        if (isFault) {
            return StopPurpose.FAULT;
        }
        if (!(fields.get("stop_why") instanceof String stored)) {
            return StopPurpose.PERSON;
        }
        return Arrays.stream(StopPurpose.values())
                .filter(cause -> cause.name().equals(stored))
                .findFirst()
                .orElse(StopPurpose.CLOSE);
    }

    /** The kernel's counts of out-of-memory kills before the worker was started. */
    public Map<String, @Nullable Object> memoryCounts() {
        return Json.asObjectOrEmpty(fields.get("oom"));
    }

    @Override
    public Optional<Instant> dueAt() {
        return restart().get("at") instanceof Long millis
                ? Optional.of(Instant.ofEpochMilli(millis))
                : Optional.empty();
    }

    /** The plan for the next start, empty where there is none. */
    public Map<String, @Nullable Object> restart() {
        return Json.asObjectOrEmpty(fields.get(RESTART));
    }

    Detail withRestart(Map<String, @Nullable Object> plan) {
        return with(changed -> {
            changed.remove(RESTART);
            if (!plan.isEmpty()) {
                changed.put(RESTART, plan);
            }
        });
    }

    /** The limits of the worker of this start. */
    public Limits limits(long epoch) {
        return Limits.of(Json.asObjectOrEmpty(fields.get("limits")), epoch);
    }

    Detail withLimits(Limits limits, long epoch) {
        Map<String, @Nullable Object> stored = limits.fields(epoch);
        return with(changed -> {
            changed.remove("limits");
            if (!stored.isEmpty()) {
                changed.put("limits", stored);
            }
        });
    }

    /** The cause for which the library ends the worker, if it does. */
    public Optional<Fault> fault() {
        return stopCause() == StopPurpose.FAULT ? Fault.of(Json.asObjectOrEmpty(fields.get(FAULT))) : Optional.empty();
    }

    /** A stop for a fault, unless one was asked for before. */
    Detail withFault(Actor stopper, Instant now, Fault fault) {
        Detail stopped = withStop(stopper, now, StopPurpose.CLOSE);
        return stopAskedAt().isPresent()
                ? stopped
                : stopped.with(changed -> {
                    Map<String, @Nullable Object> stored = fault.fields();
                    stored.put("at", changed.get("stop_at"));
                    changed.put(FAULT, stored);
                });
    }

    /** The last end of a worker: its reason, its time in {@code at} and the epoch that it had; empty if none is known. */
    Map<String, @Nullable Object> lastStop() {
        return Json.asObjectOrEmpty(fields.get("last_stop"));
    }

    Detail withLastStop(StopReport report) {
        return with(changed -> changed.put(
                "last_stop",
                Json.map(
                        "epoch",
                        report.epoch(),
                        "reason",
                        report.reason().name(),
                        "at",
                        report.endedAt().toEpochMilli())));
    }

    /** True if the application, and not a person, wants the account stopped. */
    public boolean isStoppedByApplication() {
        return "APPLICATION".equals(fields.get("stopped_by"));
    }

    /** The order by which the account is stopped. */
    public StopOrder stopOrder() {
        return new StopOrder(words(text("stop_by"), 128), words(text("stop_because"), 256), isStoppedByApplication());
    }

    /** Damage is absence: it must not keep a row from being read. */
    private static Optional<String> words(Optional<String> stored, int longest) {
        return stored.filter(text -> !text.isBlank() && text.length() <= longest);
    }

    /** True if the account is in no list any more. */
    public boolean isForgotten() {
        return fields.containsKey("forgotten");
    }

    Detail withOrder(StopOrder order) {
        return with(changed -> {
            changed.keySet().removeAll(ORDER);
            order.by().ifPresent(by -> changed.put("stop_by", by));
            order.because().ifPresent(why -> changed.put("stop_because", why));
            if (order.isByApplication()) {
                changed.put("stopped_by", "APPLICATION");
            }
        });
    }

    /** No order stands against the account. */
    Detail withoutOrder() {
        return with(changed -> changed.keySet().removeAll(ORDER));
    }

    /** All that is left of a forgotten account. */
    static Detail forgotten(StopOrder order, Instant now) {
        Map<String, @Nullable Object> mark = Json.map("at", now.toEpochMilli());
        order.by().ifPresent(by -> mark.put("by", by));
        order.because().ifPresent(why -> mark.put("because", why));
        return new Detail(Json.map("forgotten", mark));
    }

    /** Keeps only those fields of the worker before that this version does not know. */
    Detail forNextWorker() {
        return with(changed -> changed.keySet().removeAll(KNOWN));
    }

    Detail withClaim(WorkerSpec spec, RowChanges.Claim claim) {
        return with(changed -> {
                    changed.put("actor", map(claim.actor()));
                    changed.put("born_after", claim.bornAfter());
                    changed.put("grace_ms", spec.stopGrace().toMillis());
                    changed.put("start_grace_ms", spec.startGrace().toMillis());
                    changed.put(
                            "heartbeat_ms",
                            spec.heartbeat().map(Duration::toMillis).orElse(0L));
                    changed.put("log", claim.logFile());
                    int name = claim.actor().host().indexOf('/');
                    if (name > 0) {
                        changed.put("machine", claim.actor().host().substring(0, name));
                    }
                })
                .withLimits(Limits.of(spec), claim.epoch());
    }

    public Detail withIdentity(ProcessIdentity process) {
        return with(changed -> changed.put("identity", map(process)));
    }

    Detail withMemoryCounts(Map<String, @Nullable Object> counts) {
        return with(changed -> changed.put("oom", counts));
    }

    Detail withHeldLock() {
        return with(changed -> changed.put("holds_lock", true));
    }

    /** A stop that was asked for before stays the one that ended the worker, whoever goes on with it. */
    Detail withStop(Actor stopper, Instant now, StopPurpose cause) {
        return with(changed -> {
            changed.put("actor", map(stopper));
            if (changed.putIfAbsent("stop_at", now.toEpochMilli()) == null) {
                changed.put("stop_why", cause.name());
            }
        });
    }

    Detail withoutActor() {
        return with(changed -> changed.remove("actor"));
    }

    Detail withTerm(Instant now) {
        return with(changed -> changed.put("term_at", now.toEpochMilli()));
    }

    Detail withoutTerm() {
        return with(changed -> changed.remove("term_at"));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || (other instanceof Detail that && fields.equals(that.fields));
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
