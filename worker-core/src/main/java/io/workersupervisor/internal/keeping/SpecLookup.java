package io.workersupervisor.internal.keeping;

import io.workersupervisor.AccountId;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSpecs;
import io.workersupervisor.internal.events.Events;
import io.workersupervisor.internal.machine.DaemonThreads;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Asks the application what is to be run, on threads of its own ({@code worker-specs-N}). No answer is not empty: a lookup
 * that throws or takes too long changes nothing and is reported, and is not made again while it hangs. Thread-safe.
 */
public final class SpecLookup {
    static final Duration LONGEST = Duration.ofSeconds(10);

    /** Lookups that hang hold a thread each; where so many hang, all others wait. */
    private static final int MOST_THREADS = 64;

    private static final Duration IDLE = Duration.ofSeconds(5);

    private static final Object ALL = new Object();

    private final WorkerSpecs specs;
    private final Consumer<WorkerSpec> found;
    private final Events events;
    private final Set<Object> asked = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads;

    /** Hands each spec that is found to {@code found}, too. */
    public SpecLookup(WorkerSpecs specs, Consumer<WorkerSpec> found, Events events) {
        this(specs, found, events, DaemonThreads.pool(MOST_THREADS, IDLE, DaemonThreads.numbered("worker-specs")));
    }

    SpecLookup(WorkerSpecs specs, Consumer<WorkerSpec> found, Events events, ExecutorService threads) {
        this.specs = specs;
        this.found = found;
        this.events = events;
        this.threads = threads;
    }

    /** An answer of the application; there is none where it threw, hangs, or is still asked for the same. */
    record Answer<T>(Optional<T> found) {}

    /** Asks for the spec of an account; never fails. */
    CompletableFuture<Answer<Optional<WorkerSpec>>> find(AccountId account) {
        return ask(account, Optional.of(account), "the spec of its worker", () -> {
            Optional<WorkerSpec> spec = specs.find(account);
            if (spec.filter(of -> !of.account().equals(account)).isPresent()) {
                throw new IllegalStateException(
                        "the spec is of account " + spec.get().account());
            }
            spec.ifPresent(found);
            return spec;
        });
    }

    /** The accounts that are to run; never fails. */
    CompletableFuture<Answer<List<AccountId>>> accounts() {
        return ask(ALL, Optional.empty(), "the accounts that are to run", () -> {
            Collection<AccountId> accounts = specs.accounts();
            specs.problems().forEach(problem -> events.troubleOnce(Optional.empty(), problem));
            return List.copyOf(accounts);
        });
    }

    private <T> CompletableFuture<Answer<T>> ask(
            Object key, Optional<AccountId> account, String what, Supplier<T> question) {
        if (!asked.add(key)) {
            return CompletableFuture.completedFuture(new Answer<>(Optional.empty()));
        }
        CompletableFuture<Answer<T>> answer = new CompletableFuture<>();
        try {
            threads.execute(() -> {
                answer.orTimeout(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
                try {
                    answer.complete(new Answer<>(Optional.of(question.get())));
                } catch (RuntimeException | Error thrown) {
                    answer.completeExceptionally(thrown);
                } finally {
                    asked.remove(key);
                }
            });
        } catch (RejectedExecutionException noThread) {
            asked.remove(key);
            answer.completeExceptionally(noThread);
        }
        return answer.exceptionally(thrown -> {
            events.troubleOnce(
                    account,
                    what + " cannot be looked up, so nothing changes: "
                            + (thrown instanceof TimeoutException
                                    ? "no answer within " + LONGEST.toSeconds() + " s"
                                    : thrown.toString()));
            return new Answer<>(Optional.empty());
        });
    }

    void close() {
        threads.shutdown();
    }
}
