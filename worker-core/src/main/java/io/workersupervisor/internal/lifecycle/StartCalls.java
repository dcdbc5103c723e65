package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.StartResult;
import io.workersupervisor.StartsFailedException;
import io.workersupervisor.StopResult;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSupervisorException;
import io.workersupervisor.internal.registry.StopPurpose;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * The starts that the application asks for, of one account or of many: one call at a time for an account, and the start
 * grace passes without holding up others. Thread-safe.
 */
public final class StartCalls {
    /** How long a call waits for another call of this host for the same account. */
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ProtocolContext context;
    private final HostState state;
    private final Executor starters;
    private final Executor writers;
    private final StartProtocol starts;
    private final WorkerLaunch launch;
    private final StartVerification verification;
    private final StopProtocol stops;
    private final SupervisedWorkers supervised;
    private final BiConsumer<AccountId, String> ended;

    /** Whether a start is a person's or the application's. */
    public enum Verb {
        START,
        ENSURE
    }

    /**
     * Starts.
     *
     * @param context what the protocols work with
     * @param state whether the host may work
     * @param starters run the starts of many
     * @param writers record what was launched
     * @param starts steps 1 to 3 of {@link StartProtocol}
     * @param launch its step 4
     * @param verification its step 5
     * @param stops ends the worker before, where a restart is asked for
     * @param supervised takes up what was started
     * @param ended is told when the launcher of a worker has ended
     */
    public StartCalls(
            ProtocolContext context,
            HostState state,
            Executor starters,
            Executor writers,
            StartProtocol starts,
            WorkerLaunch launch,
            StartVerification verification,
            StopProtocol stops,
            SupervisedWorkers supervised,
            BiConsumer<AccountId, String> ended) {
        this.context = context;
        this.state = state;
        this.starters = starters;
        this.writers = writers;
        this.starts = starts;
        this.launch = launch;
        this.verification = verification;
        this.stops = stops;
        this.supervised = supervised;
        this.ended = ended;
    }

    public StartResult start(WorkerSpec spec, Verb verb) {
        return finish(begin(spec, verb));
    }

    public StartResult restart(WorkerSpec spec) {
        state.requireIntact();
        return finish(alone(spec.account(), () -> endAndBegin(spec)));
    }

    private StartProtocol.Progress endAndBegin(WorkerSpec spec) {
        Optional<StopResult> ended = stops.endOnly(spec.account(), Optional.empty(), StopPurpose.RESTART);
        return ended.isPresent() && ended.get() instanceof StopResult.Refused refused
                ? new StartProtocol.Decided(
                        new StartResult.Refused(spec.account(), refused.reason(), refused.evidence()))
                : begin(spec, Verb.ENSURE);
    }

    public Map<AccountId, StartResult> startMany(Map<AccountId, WorkerSpec> specs, Verb verb) {
        Map<AccountId, CompletableFuture<StartProtocol.Progress>> begun = new LinkedHashMap<>();
        specs.forEach((account, spec) -> begun.put(account, submit(spec, verb)));
        Map<AccountId, StartResult> results = new LinkedHashMap<>();
        Map<AccountId, RuntimeException> failures = new LinkedHashMap<>();
        begun.forEach((account, progress) -> {
            try {
                results.put(account, finish(progress.join()));
            } catch (CompletionException failed) {
                failures.put(
                        account,
                        failed.getCause() instanceof RuntimeException cause
                                ? cause
                                : new WorkerSupervisorException("start of account " + account + " failed", failed));
            } catch (RuntimeException failed) {
                failures.put(account, failed);
            }
        });
        if (!failures.isEmpty()) {
            throw new StartsFailedException(results, failures);
        }
        return results;
    }

    private CompletableFuture<StartProtocol.Progress> submit(WorkerSpec spec, Verb verb) {
        try {
            return CompletableFuture.supplyAsync(() -> beginOpen(spec, verb), starters)
                    .thenApplyAsync(this::recordAlone, writers);
        } catch (RejectedExecutionException overtaken) {
            return CompletableFuture.failedFuture(new IllegalStateException("the supervisor is closed", overtaken));
        }
    }

    /** One of many may still wait for a thread when the supervisor closes. */
    private StartProtocol.Progress beginOpen(WorkerSpec spec, Verb verb) {
        state.requireOpen();
        state.requireIntact();
        return alone(spec.account(), () -> starts.begin(spec, verb == Verb.ENSURE));
    }

    /** Behind the launch, so that the next of many is not kept waiting; what another call makes of the row meanwhile counts. */
    private StartProtocol.Progress recordAlone(StartProtocol.Progress begun) {
        return begun instanceof StartProtocol.Launched launched
                ? alone(launched.row().account(), () -> record(launched))
                : begun;
    }

    private StartProtocol.Progress begin(WorkerSpec spec, Verb verb) {
        state.requireIntact();
        return alone(spec.account(), () -> beginAlone(spec, verb));
    }

    private StartProtocol.Progress alone(AccountId account, Supplier<StartProtocol.Progress> call) {
        return context.mutex().call(account, PATIENCE, call).orElseGet(() -> contended(account));
    }

    /** That the worker runs is written before another call has its account. */
    private StartProtocol.Progress beginAlone(WorkerSpec spec, Verb verb) {
        return record(starts.begin(spec, verb == Verb.ENSURE));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what follows an end contains what it throws
    private StartProtocol.Progress record(StartProtocol.Progress begun) {
        StartProtocol.Progress progress =
                begun instanceof StartProtocol.Launched launched ? launch.record(launched) : begun;
        if (progress instanceof StartProtocol.Born born) {
            AccountId account = born.row().account();
            String workerId = born.row().workerId();
            supervised.add(account, workerId);
            born.over().thenRun(() -> ended.accept(account, workerId));
        }
        return progress;
    }

    private static StartProtocol.Progress contended(AccountId account) {
        return new StartProtocol.Decided(
                new StartResult.Refused(account, RefusalReason.CONTENDED, "another call of this host is at it"));
    }

    /** The start grace passes without holding up other calls for the account. */
    private StartResult finish(StartProtocol.Progress progress) {
        StartResult result = progress instanceof StartProtocol.Born born
                ? verification.verify(born)
                : ((StartProtocol.Decided) progress).result();
        if (result instanceof StartResult.Started started) {
            context.events().emit(new WorkerEvent.Started(context.timing().now(), started));
        } else if (!(result instanceof StartResult.AlreadyRunning)) {
            context.events().emit(new WorkerEvent.NotStarted(context.timing().now(), result));
        }
        return result;
    }
}
