package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.StopOrder;
import io.workersupervisor.StopResult;
import io.workersupervisor.StopsFailedException;
import io.workersupervisor.spi.WorkerRow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;

/** The stops that a person or the application asks for, of one account or of many. Walks {@link StopProtocol}. Thread-safe. */
public record StopCalls(HostState state, StopProtocol protocol, Executor threads) {
    /** Each waits for the grace of its worker. */
    private static final int SIDE_BY_SIDE = 64;

    public StopResult stop(AccountId account, StopOrder order) {
        return end(protocol.ask(account, order), order);
    }

    /** All wishes are stored before the first worker is waited for: what is slow, or far away, delays none. */
    public Map<AccountId, StopResult> stopMany(Collection<AccountId> accounts, StopOrder order) {
        Map<AccountId, RuntimeException> failures = new ConcurrentHashMap<>();
        Map<AccountId, WorkerRow> asked =
                sideBySide(new LinkedHashSet<>(accounts), account -> protocol.ask(account, order), failures);
        Map<AccountId, StopResult> ended =
                sideBySide(asked.keySet(), account -> end(Objects.requireNonNull(asked.get(account)), order), failures);
        Map<AccountId, StopResult> results = new LinkedHashMap<>();
        accounts.stream().filter(ended::containsKey).forEach(account -> results.put(account, ended.get(account)));
        if (!failures.isEmpty()) {
            throw new StopsFailedException(results, failures);
        }
        return results;
    }

    private StopResult end(WorkerRow asked, StopOrder order) {
        return state.isMoved()
                ? protocol.refuse(asked.account(), RefusalReason.DIRECTORY_REPLACED, state.replaced())
                : protocol.end(asked, order);
    }

    private <T> Map<AccountId, T> sideBySide(
            Collection<AccountId> accounts, Function<AccountId, T> work, Map<AccountId, RuntimeException> failures) {
        Map<AccountId, T> results = new ConcurrentHashMap<>();
        Consumer<AccountId> one = account -> {
            try {
                results.put(account, work.apply(account));
            } catch (RuntimeException failed) {
                failures.put(account, failed);
            }
        };
        Queue<AccountId> left = new ConcurrentLinkedQueue<>(accounts);
        Runnable all = () -> {
            for (AccountId account = left.poll(); account != null; account = left.poll()) {
                one.accept(account);
            }
        };
        List<CompletableFuture<Void>> running = new ArrayList<>();
        try {
            while (running.size() < Math.min(SIDE_BY_SIDE, accounts.size())) {
                running.add(CompletableFuture.runAsync(all, threads));
            }
        } catch (RejectedExecutionException noThread) {
            // The threads that run, and this one, do it all.
            all.run();
        }
        running.forEach(CompletableFuture::join);
        return results;
    }
}
