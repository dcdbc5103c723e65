package io.workersupervisor.sqlite;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs many cases side by side, and fails with all that failed. */
final class AtOnce {
    private AtOnce() {}

    static <T> List<T> run(int threads, List<Callable<T>> cases) throws InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<T> results = new ArrayList<>();
        List<Throwable> failures = new ArrayList<>();
        try {
            for (Future<T> one : pool.invokeAll(cases)) {
                try {
                    results.add(one.get());
                } catch (ExecutionException e) {
                    failures.add(e.getCause());
                }
            }
        } finally {
            pool.shutdownNow();
        }
        if (!failures.isEmpty()) {
            AssertionError all = new AssertionError(
                    failures.size() + " of " + cases.size() + " failed, the first: " + failures.get(0));
            failures.forEach(all::addSuppressed);
            throw all;
        }
        return results;
    }
}
