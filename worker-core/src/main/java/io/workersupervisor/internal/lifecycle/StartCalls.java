package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.Desired;
import io.workersupervisor.StartResult;
import io.workersupervisor.StartsFailedException;
import io.workersupervisor.StopResult;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.internal.launch.WorkerEnds;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowStatus;
import io.workersupervisor.internal.registry.StopPurpose;
import io.workersupervisor.spi.WorkerRow;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The starts that the application asks for, of one account or of many: one call at a time for an account, and the start
 * grace passes without holding up others. Walks {@link StartProtocol}. Thread-safe.
 */
public record StartCalls(
        ProtocolContext context,
        HostState state,
        Lifecycle.Threads threads,
        StartProtocol protocol,
        StartVerification verification,
        StopProtocol stops,
        SupervisedWorkers supervised,
        ReadinessWatch readiness,
        WorkerEnds ends) {
    /** The kinds of starts, and what each of them gives way to. */
    public enum Verb {
        /** A person's, who names the account. */
        START(false, false),
        /** A person's, of an account that is wanted. */
        RESTART(true, false),
        /** The application's. */
        ENSURE(true, true),
        /** The library's own, where an account is kept running. */
        KEEP(true, true);

        private final boolean respectsStop;
        private final boolean obeysPlan;

        Verb(boolean respectsStop, boolean obeysPlan) {
            this.respectsStop = respectsStop;
            this.obeysPlan = obeysPlan;
        }

        /** True if a start of this kind leaves a row as it is that was stopped: the application starts again what it stopped. */
        boolean givesWayTo(WorkerRow row) {
            boolean isIdle = this != KEEP && Detail.of(row).isStoppedByApplication();
            return respectsStop && row.desired() == Desired.STOPPED && !isIdle;
        }

        /** True if the plan for the next start counts, and goes on with this start. */
        boolean obeysPlan() {
            return obeysPlan;
        }
    }

    public StartResult start(WorkerSpec spec, Verb verb) {
        return await(begin(spec, verb));
    }

    public StartResult restart(WorkerSpec spec) {
        state.requireIntact();
        return await(alone(spec.account(), () -> endAndBegin(spec)));
    }

    private StartProtocol.Progress endAndBegin(WorkerSpec spec) {
        Optional<StopResult> ended = stops.stop(spec.account(), Optional.empty(), StopPurpose.RESTART);
        return ended.isPresent() && ended.get() instanceof StopResult.Refused refused
                ? StartProtocol.refused(spec.account(), refused.reason(), refused.evidence())
                : begin(spec, Verb.RESTART);
    }

    /** Begins a start as one of many; the future completes when the worker is verified, and the wait holds no thread. */
    public CompletableFuture<StartResult> startLater(WorkerSpec spec, Verb verb) {
        return submit(spec, verb)
                .thenCompose(progress -> progress instanceof StartProtocol.Born born
                        ? CompletableFuture.anyOf(
                                        born.over(),
                                        new CompletableFuture<>()
                                                .completeOnTimeout(
                                                        progress,
                                                        spec.startGrace().toMillis(),
                                                        TimeUnit.MILLISECONDS))
                                .thenComposeAsync(over -> finish(progress), threads.writers())
                        : finish(progress));
    }

    public Map<AccountId, StartResult> startMany(Map<AccountId, WorkerSpec> specs, Verb verb) {
        Map<AccountId, CompletableFuture<StartProtocol.Progress>> begun = new LinkedHashMap<>();
        specs.forEach((account, spec) -> begun.put(account, submit(spec, verb)));
        Map<AccountId, StartResult> results = new LinkedHashMap<>();
        Map<AccountId, RuntimeException> failures = new LinkedHashMap<>();
        begun.forEach((account, progress) -> {
            try {
                results.put(account, await(progress.join()));
            } catch (CompletionException failed) {
                failures.put(account, failed.getCause() instanceof RuntimeException cause ? cause : failed);
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
            return CompletableFuture.supplyAsync(() -> beginOpen(spec, verb), threads.starters())
                    .thenApplyAsync(this::recordAlone, threads.writers());
        } catch (RejectedExecutionException rejected) {
            return state.isOpen()
                    ? CompletableFuture.completedFuture(
                            StartProtocol.failed(spec.account(), "thread", "the system refuses a further thread"))
                    : CompletableFuture.failedFuture(new IllegalStateException("the supervisor is closed", rejected));
        }
    }

    /** One of many may still wait for a thread when the supervisor closes. */
    private StartProtocol.Progress beginOpen(WorkerSpec spec, Verb verb) {
        state.requireOpen();
        state.requireIntact();
        return alone(spec.account(), () -> protocol.begin(spec, verb));
    }

    /** Behind the launch, so that the next of many is not kept waiting; a change of the row by another call counts. */
    private StartProtocol.Progress recordAlone(StartProtocol.Progress begun) {
        return begun instanceof StartProtocol.Born born ? alone(born.row().account(), () -> record(born)) : begun;
    }

    /** The row says that the worker runs before another call has its account. */
    private StartProtocol.Progress begin(WorkerSpec spec, Verb verb) {
        state.requireIntact();
        return alone(spec.account(), () -> record(protocol.begin(spec, verb)));
    }

    private StartProtocol.Progress alone(AccountId account, Supplier<StartProtocol.Progress> call) {
        return context.alone(account, call, (reason, evidence) -> StartProtocol.refused(account, reason, evidence));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the listener contains what it throws
    private StartProtocol.Progress record(StartProtocol.Progress begun) {
        StartProtocol.Progress progress =
                begun instanceof StartProtocol.Born launched ? protocol.record(launched) : begun;
        if (progress instanceof StartProtocol.Born born) {
            String workerId = born.row().workerId();
            CompletableFuture<ReadinessWatch.Outcome> ready = readiness.await(born.row(), born.over());
            supervised.add(born.row().account(), workerId);
            born.over().thenRun(() -> ends.ended(workerId));
            return born.with(ready);
        }
        return progress;
    }

    /**
     * The start grace passes without holding up other calls for the account. A failed start that has a report was told as
     * the end of its worker.
     */
    private CompletableFuture<StartResult> finish(StartProtocol.Progress progress) {
        StartResult result = progress instanceof StartProtocol.Born born
                ? verification.verify(born)
                : ((StartProtocol.Decided) progress).result();
        return progress instanceof StartProtocol.Born born
                        && result instanceof StartResult.Started
                        && RowStatus.isUnready(born.row())
                ? born.ready()
                        .orElseThrow()
                        .thenApplyAsync(outcome -> told(verification.readied(born.row(), outcome)), threads.writers())
                : CompletableFuture.completedFuture(told(result));
    }

    /** An interrupt ends the wait, and the worker is waited for without the call. */
    private StartResult await(StartProtocol.Progress progress) {
        CompletableFuture<StartResult> result = finish(progress);
        try {
            return result.isDone() ? result.join() : result.get();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return told(StartVerification.leftUnready(((StartProtocol.Born) progress).row()));
        } catch (ExecutionException | CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : new CompletionException(failed);
        }
    }

    private StartResult told(StartResult result) {
        boolean isTold = result instanceof StartResult.Started
                || result instanceof StartResult.AlreadyRunning
                || (result instanceof StartResult.Failed failed
                        && failed.report().isPresent());
        if (!isTold) {
            context.events().emit(new WorkerEvent.NotStarted(context.now(), result));
        }
        return result;
    }
}
