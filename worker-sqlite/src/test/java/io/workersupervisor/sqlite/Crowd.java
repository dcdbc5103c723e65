package io.workersupervisor.sqlite;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Calls that find the connection of a store in use, so that they meet. */
final class Crowd<T> {
    private final CountDownLatch release = new CountDownLatch(1);
    private final Thread holder;
    private final List<Thread> threads = new ArrayList<>();
    private final List<FutureTask<T>> calls = new ArrayList<>();

    private Crowd(Store store) throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        holder = new Thread(() -> store.read("holding it", session -> {
            held.countDown();
            return await(release);
        }));
        holder.start();
        held.await();
    }

    /** Holds the connection from now on. */
    static <T> Crowd<T> before(Store store) throws InterruptedException {
        return new Crowd<>(store);
    }

    /** Starts a call, and returns when it waits. */
    Crowd<T> call(Callable<T> call) throws InterruptedException {
        FutureTask<T> task = new FutureTask<>(call);
        Thread thread = new Thread(task);
        calls.add(task);
        threads.add(thread);
        thread.start();
        while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.sleep(1);
        }
        return this;
    }

    /** What a call returned or threw. */
    Object outcome(int call) throws InterruptedException {
        try {
            return calls.get(call).get();
        } catch (ExecutionException e) {
            return Objects.requireNonNull(e.getCause());
        }
    }

    /** Lets go of the connection; the outcomes in the order of the calls. */
    List<Object> outcomes() throws InterruptedException {
        release.countDown();
        holder.join();
        List<Object> outcomes = new ArrayList<>();
        for (int call = 0; call < calls.size(); call++) {
            outcomes.add(outcome(call));
        }
        return outcomes;
    }

    private static boolean await(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
