package io.workersupervisor.mongo;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Kills and freezes primaries, in turn and at moments of a seed, until it is closed. */
final class Faults implements AutoCloseable {
    private final ReplicaSet set;
    private final int most;
    private final Random random;
    private final Thread thread;
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger kills = new AtomicInteger();
    private final AtomicInteger freezes = new AtomicInteger();
    private volatile @Nullable Throwable failure;

    private Faults(ReplicaSet set, int most, long seed) {
        this.set = set;
        this.most = most;
        this.random = new Random(seed);
        this.thread = new Thread(this::run, "faults");
    }

    static Faults begin(ReplicaSet set, int most, long seed) {
        Faults faults = new Faults(set, most, seed);
        faults.thread.start();
        return faults;
    }

    private void run() {
        try {
            while (!over.get() && happened() < most) {
                Thread.sleep(random.nextInt(1_500));
                begun.incrementAndGet();
                if (happened() % 2 == 0) {
                    set.replacePrimary();
                    kills.incrementAndGet();
                } else {
                    set.freezePrimary(Duration.ofMillis(500 + random.nextInt(6_000)));
                    freezes.incrementAndGet();
                }
                set.awaitWhole();
            }
        } catch (Exception | AssertionError e) {
            failure = e;
        }
    }

    int begun() {
        return begun.get();
    }

    int happened() {
        return kills.get() + freezes.get();
    }

    /** Whether those that were asked for have happened; fails where one could not be done. */
    boolean areOver() {
        if (failure != null) {
            throw new AssertionError("a fault could not be done", requireNonNull(failure));
        }
        return happened() >= most;
    }

    @Override
    public String toString() {
        return kills + " kills, " + freezes + " freezes";
    }

    @Override
    public void close() {
        over.set(true);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
