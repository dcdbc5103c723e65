package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.diagnosis.Diagnosis;
import io.workersupervisor.internal.directory.Pauses;
import io.workersupervisor.internal.events.Events;
import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.liveness.LocalEvidence;
import io.workersupervisor.internal.liveness.RowJudge;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.DescriptorReserve;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.machine.ProcessProbe;
import io.workersupervisor.internal.registry.Actor;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RestartPlan;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * The collaborators that all protocols of one host share.
 *
 * @param self this host, as rows name it
 * @param points called between two effects
 */
public record ProtocolContext(
        String node,
        Actor self,
        WorkerRegistry registry,
        LocalEvidence local,
        RowJudge judge,
        Launcher launcher,
        Events events,
        Clocks timing,
        AccountMutex mutex,
        Diagnosis diagnosis,
        RestartRules restarts,
        CrashPoints points) {
    /** Longest wait of a call for another call of this host for the same account. */
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    /**
     * The supervisors that are open in this process. A row that names a host of this process is a living host's business
     * only while that host is open; a process number cannot tell this.
     */
    private static final Set<String> OPEN_HOSTS = ConcurrentHashMap.newKeySet();

    /** Names the points between two effects of a protocol, so that tests can end the host there. */
    @FunctionalInterface
    public interface CrashPoints {
        CrashPoints NONE = point -> {};

        void reached(String point);
    }

    public void opened() {
        OPEN_HOSTS.add(self.host());
        DescriptorReserve.OF_PROCESS.begin();
    }

    public void closed() {
        if (OPEN_HOSTS.remove(self.host())) {
            DescriptorReserve.OF_PROCESS.end();
        }
    }

    /** Marks a point between two effects. */
    public void reached(String point) {
        points.reached(point);
    }

    public Instant now() {
        return timing.now();
    }

    public long nanos() {
        return timing.nanos();
    }

    /** Waits for a future that never fails; false if the time is over, or the thread interrupted, before. */
    public static boolean await(Future<?> future, Duration patience) {
        try {
            future.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException late) {
            return false;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("this future contains what it throws", e);
        }
    }

    /** The data directory of this host. */
    public DataDirectory data() {
        return local.data();
    }

    /** The age of a process, by the clock that its start is counted with. */
    Duration age(ProcessIdentity worker) {
        long ticks = local.proc().uptimeTicks() - worker.startTicks();
        Duration age = worker.startTicks() > 0
                ? Duration.ofMillis(10 * ticks)
                : Duration.between(Instant.ofEpochMilli(worker.startMillis()), now());
        return age.isNegative() ? Duration.ZERO : age;
    }

    /** The pause of an account in words, if it is to be left alone. */
    public Optional<String> paused(AccountId account) {
        return new Pauses(local.data()).now(now()).of(account).map(Pauses.Pause::words);
    }

    /** True if a person, who named the account, waits for its start. */
    public static boolean isWished(WorkerRow row) {
        return row.state() == WorkerState.BACKING_OFF
                && RestartPlan.of(row).filter(RestartPlan::isByPerson).isPresent();
    }

    /** The row of an account while it is open and names this worker. */
    public Optional<WorkerRow> open(AccountId account, String workerId) {
        return registry.find(account)
                .filter(row -> row.state().isOpen() && row.workerId().equals(workerId));
    }

    /** Runs a call as the only one of this host for its account; refuses it where that takes too long. */
    <T> T alone(AccountId account, Supplier<T> call, BiFunction<RefusalReason, String, T> refused) {
        return mutex.call(account, PATIENCE, call)
                .orElseGet(() -> Thread.currentThread().isInterrupted()
                        ? refused.apply(RefusalReason.INTERRUPTED, "it had not begun to work on the account")
                        : refused.apply(RefusalReason.CONTENDED, "another call of this host works on the account"));
    }

    void trouble(AccountId account, String text) {
        events.trouble(Optional.of(account), text);
    }

    /** True if the host behind an intent can still go on with it; in doubt it cannot, which is manners and not safety. */
    boolean isActorAlive(WorkerRow row) {
        return Detail.of(row).actor().filter(this::isAlive).isPresent();
    }

    private boolean isAlive(Actor actor) {
        return actor.process().equals(self.process())
                ? !actor.host().equals(self.host()) && OPEN_HOSTS.contains(actor.host())
                : local.processes().probe(actor.process()).kind() == ProcessProbe.Kind.ALIVE;
    }
}
