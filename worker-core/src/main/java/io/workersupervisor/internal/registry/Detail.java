package io.workersupervisor.internal.registry;

import io.workersupervisor.WorkerSpec;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.spi.RowDetail;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
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
 *  "log":        "worker_4711_....log",
 *  "oom":        {"machine":3,"group":1,"file":"/sys/fs/cgroup/.../memory.events"},   kills before it was started
 *  "stop_at":    1764000000000,    when the stop was first asked for
 *  "stop_why":   "PERSON",         PERSON, RESTART, CLOSE, LEFTOVERS
 *  "term_at":    1764000000000}    when a ladder was about to signal the worker itself for the first time
 * </pre>
 */
public final class Detail implements RowDetail {
    public static final Detail NONE = new Detail(new Fields());

    private final Fields fields;

    /** Changed only until the detail that owns it is made; the maps hold the fields that this version does not know. */
    static final class Fields implements Cloneable {
        public @Nullable ProcessIdentity identity;
        public @Nullable Actor actor;
        public @Nullable Long stopGrace;
        public @Nullable String log;
        public @Nullable Long stopAskedAt;
        public @Nullable String stopCause;
        public @Nullable Long termedAt;
        public boolean holdsLock;
        public long bornAfter;
        public long startGrace;
        public long heartbeat;
        public Map<String, @Nullable Object> memoryCounts = Map.of();
        public Map<String, @Nullable Object> moreOfIdentity = Map.of();
        public Map<String, @Nullable Object> moreOfActor = Map.of();
        public Map<String, @Nullable Object> others = Map.of();

        private Fields copy() {
            try {
                return (Fields) clone();
            } catch (CloneNotSupportedException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    private Detail(Fields fields) {
        this.fields = fields;
    }

    private Detail with(Consumer<Fields> change) {
        Fields changed = fields.copy();
        change.accept(changed);
        return new Detail(changed);
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
        return new Detail(DetailJson.parse(json));
    }

    @Override
    public String toJson() {
        return DetailJson.write(fields);
    }

    @Override
    public OptionalLong pid() {
        ProcessIdentity known = fields.identity;
        return known == null ? OptionalLong.empty() : OptionalLong.of(known.pid());
    }

    public Optional<ProcessIdentity> identity() {
        return Optional.ofNullable(fields.identity);
    }

    public Detail withIdentity(ProcessIdentity identity) {
        return with(changed -> {
            changed.identity = identity;
            changed.moreOfIdentity = Map.of();
        });
    }

    public Optional<Actor> actor() {
        return Optional.ofNullable(fields.actor);
    }

    public boolean holdsLock() {
        return fields.holdsLock;
    }

    public long bornAfter() {
        return fields.bornAfter;
    }

    public Duration stopGrace() {
        return fields.stopGrace == null ? WorkerSpec.DEFAULT_STOP_GRACE : Duration.ofMillis(fields.stopGrace);
    }

    /** The interval in which the worker promised to show that it works. */
    public Optional<Duration> heartbeat() {
        return fields.heartbeat > 0 ? Optional.of(Duration.ofMillis(fields.heartbeat)) : Optional.empty();
    }

    public Duration startGrace() {
        return Duration.ofMillis(fields.startGrace);
    }

    public Optional<String> log() {
        return Optional.ofNullable(fields.log);
    }

    public Optional<Instant> stopAskedAt() {
        return Optional.ofNullable(fields.stopAskedAt).map(Instant::ofEpochMilli);
    }

    /** Empty if no ladder was about to signal the worker: then no stop can have ended it. */
    public Optional<Instant> termedAt() {
        return Optional.ofNullable(fields.termedAt).map(Instant::ofEpochMilli);
    }

    public StopPurpose stopCause() {
        for (StopPurpose cause : StopPurpose.values()) {
            if (cause.name().equals(fields.stopCause)) {
                return cause;
            }
        }
        return StopPurpose.PERSON;
    }

    /** Keeps only those fields of the worker before that this version does not know. */
    Detail forNextWorker() {
        Fields kept = new Fields();
        kept.others = fields.others;
        return new Detail(kept);
    }

    Detail withClaim(WorkerSpec spec, RowChanges.Claim claim) {
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
    public Map<String, @Nullable Object> memoryCounts() {
        return fields.memoryCounts;
    }

    Detail withMemoryCounts(Map<String, @Nullable Object> counts) {
        return with(changed -> changed.memoryCounts = counts);
    }

    Detail withHeldLock() {
        return with(changed -> changed.holdsLock = true);
    }

    /** A stop that was asked for before stays the one that ended the worker, whoever goes on with it. */
    Detail withStop(Actor actor, Instant now, StopPurpose cause) {
        return with(changed -> {
            changed.actor = actor;
            changed.moreOfActor = Map.of();
            if (changed.stopAskedAt == null) {
                changed.stopAskedAt = now.toEpochMilli();
                changed.stopCause = cause.name();
            }
        });
    }

    Detail withTerm(Instant now) {
        return with(changed -> changed.termedAt = now.toEpochMilli());
    }

    Detail withoutTerm() {
        return with(changed -> changed.termedAt = null);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof Detail that && DetailJson.map(fields).equals(DetailJson.map(that.fields)));
    }

    @Override
    public int hashCode() {
        return DetailJson.map(fields).hashCode();
    }

    @Override
    public String toString() {
        return toJson();
    }
}
