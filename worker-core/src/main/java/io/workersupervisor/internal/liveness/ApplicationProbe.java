package io.workersupervisor.internal.liveness;

import io.workersupervisor.AccountId;
import io.workersupervisor.Liveness;
import io.workersupervisor.LivenessProbe;
import io.workersupervisor.internal.machine.DaemonThreads;
import io.workersupervisor.internal.text.Text;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The application's probe, called on threads of its own ({@code worker-probe-N}) so that one that hangs holds up nobody. An
 * answer that does not come in time is doubt, and the account's probe is not called again before it has returned.
 */
final class ApplicationProbe {
    static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final String HANGS =
            "the application's probe hangs: it gave no answer within " + Text.words(PATIENCE);

    private final LivenessProbe probe;
    private final Map<AccountId, CompletableFuture<Liveness>> hanging = new ConcurrentHashMap<>();
    private final ExecutorService threads = DaemonThreads.pool("worker-probe");

    ApplicationProbe(LivenessProbe probe) {
        this.probe = probe;
    }

    /** The objection of the application's probe to a verdict of the machine; empty if it has none. */
    Optional<String> doubt(WorkerRow row) {
        if (hanging.containsKey(row.account())) {
            return Optional.of(HANGS);
        }
        CompletableFuture<Liveness> call;
        try {
            call = CompletableFuture.supplyAsync(
                    () -> Objects.requireNonNull(probe.probe(row), "it answered null"), threads);
        } catch (RejectedExecutionException noThread) {
            return Optional.of("there is no thread to ask the application's probe: " + noThread.getMessage());
        }
        try {
            Liveness opinion = call.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
            return opinion.verdict() == Liveness.Verdict.UNKNOWN ? Optional.of(opinion.evidence()) : Optional.empty();
        } catch (TimeoutException late) {
            waitFor(row.account(), call);
            return Optional.of(HANGS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            waitFor(row.account(), call);
            return Optional.of("the wait for the application's probe was interrupted");
        } catch (ExecutionException failed) {
            return Optional.of("the application's probe failed: " + failed.getCause());
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a late answer is dropped
    private void waitFor(AccountId account, CompletableFuture<Liveness> call) {
        hanging.put(account, call);
        call.whenComplete((late, thrown) -> hanging.remove(account, call));
    }
}
