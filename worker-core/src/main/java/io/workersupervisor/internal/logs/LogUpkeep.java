package io.workersupervisor.internal.logs;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogRetention;
import io.workersupervisor.internal.directory.HolePuncher;
import io.workersupervisor.internal.events.Guard;
import io.workersupervisor.internal.events.LastingTrouble;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Keeps logs within their bounds: archives what grew, removes what is old, and holds back a reserve of the disk. One thread
 * calls {@link #run}.
 */
final class LogUpkeep implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    /** Interval of turns without growth: others fill the disk, too. */
    private static final Duration LONGEST_INTERVAL = Duration.ofSeconds(15);

    private static final Duration DISPOSAL = Duration.ofMinutes(10);

    private final LogFeed feed;
    private final LogArchiving archiving;
    private final LogRemoval removal;
    private final DiskReserve reserve;
    private final Set<WorkerLogFile> grown = ConcurrentHashMap.newKeySet();
    private final Semaphore growth = new Semaphore(0);
    private final CountDownLatch ending = new CountDownLatch(1);
    private final Map<String, LastingTrouble> troubles = new HashMap<>();

    private long disposeAt;
    private long needed;
    private boolean ours;

    LogUpkeep(DataDirectory data, LogFeed feed, LogRetention retention, HolePuncher puncher) {
        this.feed = feed;
        this.archiving = new LogArchiving(data, feed, retention, puncher);
        this.removal = new LogRemoval(data, feed, retention);
        this.reserve = new DiskReserve(data, feed);
        this.disposeAt = feed.clocks().nanos();
    }

    void noticed(WorkerLogFile file) {
        if (grown.add(file)) {
            growth.release();
        }
    }

    /** Ticks until {@link #end}, and closes. */
    void run() {
        try {
            while (ending.getCount() > 0) {
                tick();
                // The next turn is later while no file grows.
                if (!ending.await(INTERVAL.toNanos(), TimeUnit.NANOSECONDS)) {
                    growth.tryAcquire(LONGEST_INTERVAL.minus(INTERVAL).toNanos(), TimeUnit.NANOSECONDS);
                    growth.drainPermits();
                }
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        guarded("the end of the archive's upkeep", this::close);
    }

    /** Ends {@link #run}, after the part that it archives: an interrupt would break that off. */
    void end() {
        archiving.end();
        ending.countDown();
        growth.release();
    }

    /** One turn of everything; a part that fails is reported and tried again, and stops no other. */
    void tick() {
        long now = feed.clocks().nanos();
        guarded("the reserve of the disk", () -> needed = reserve.tick());
        guarded("the archive of logs", () -> ours = archiving.tick(taken()));
        if (ours && (needed > 0 || now - disposeAt >= 0)) {
            disposeAt = now + DISPOSAL.toNanos();
            guarded("the removal of old logs", () -> removal.tick(needed));
        }
    }

    private Set<WorkerLogFile> taken() {
        Set<WorkerLogFile> files = new HashSet<>(grown);
        grown.removeAll(files);
        return files;
    }

    /** Work that reads and writes files. */
    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    private void guarded(String what, Work work) {
        Guard.run(what, Optional.empty(), () -> {
            try {
                work.run();
                troubles.remove(what);
            } catch (IOException failed) {
                String text = what + ": " + Text.reason(failed);
                if (troubles.computeIfAbsent(what, first -> new LastingTrouble())
                        .isNew(text)) {
                    feed.trouble(text);
                }
            }
        });
    }

    @Override
    public void close() throws IOException {
        archiving.close();
    }
}
