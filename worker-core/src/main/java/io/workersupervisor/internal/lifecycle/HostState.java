package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.internal.directory.NodeStamp;
import io.workersupervisor.internal.liveness.LocalEvidence;
import io.workersupervisor.internal.machine.DescriptorReserve;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Says whether a host may work: open, closing (new calls are refused, those in flight and ladders go on) or closed, and with
 * its data directory in place. A directory that is replaced beneath a running host takes the locks and records of its workers
 * away: their absence proves nothing. Thread-safe.
 */
public final class HostState {
    private final NodeStamp stamp;
    private final LocalEvidence local;
    private final Consumer<String> trouble;
    private final ReentrantReadWriteLock calls = new ReentrantReadWriteLock();
    private final AtomicBoolean moved = new AtomicBoolean();
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile boolean closed;

    public HostState(NodeStamp stamp, LocalEvidence local, Consumer<String> trouble) {
        this.stamp = stamp;
        this.local = local;
        this.trouble = trouble;
    }

    /** Runs one call of the application, which may use the reserve of descriptors; close waits for it. */
    public <T> T call(Supplier<T> body) {
        calls.readLock().lock();
        try {
            requireOpen();
            return DescriptorReserve.OF_PROCESS.lend(body);
        } finally {
            calls.readLock().unlock();
        }
    }

    /** Runs work of the host's own, if it may go on by itself. */
    public void work(Runnable work) {
        if (isAtWork()) {
            DescriptorReserve.OF_PROCESS.lend(() -> {
                work.run();
                return true;
            });
        }
    }

    boolean isOpen() {
        return !closing.get();
    }

    void requireOpen() {
        if (!isOpen()) {
            throw new IllegalStateException("the supervisor is closed");
        }
    }

    public void requireIntact() {
        if (isMoved()) {
            throw new DataDirectoryException(replaced() + ": restart the host");
        }
    }

    /** True if the host may go on by itself: tick, and file ends. */
    public boolean isAtWork() {
        return !closed && !isMoved();
    }

    public boolean isMoved() {
        boolean intact = stamp.isIntact(local.data(), local.machine());
        if (!moved.getAndSet(!intact) && !intact) {
            trouble.accept(replaced() + ": nothing is started, stopped or filed until the host is restarted");
        }
        return !intact;
    }

    public String replaced() {
        return "data directory " + local.data() + " was replaced while this host runs";
    }

    /** Refuses new calls from now on; false if that was so before. */
    public boolean beginClosing() {
        return closing.compareAndSet(false, true);
    }

    /** True if the calls in flight are over in time. */
    public boolean awaitCalls(Duration patience) {
        try {
            boolean idle = calls.writeLock().tryLock(patience.toNanos(), TimeUnit.NANOSECONDS);
            if (idle) {
                calls.writeLock().unlock();
            }
            return idle;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    public void closed() {
        closed = true;
    }
}
