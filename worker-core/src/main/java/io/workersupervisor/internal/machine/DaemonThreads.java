package io.workersupervisor.internal.machine;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes threads that keep no JVM alive and whose names say what they are for. */
public final class DaemonThreads {
    private static final Duration IDLE = Duration.ofSeconds(60);

    private DaemonThreads() {}

    /** A thread that is not started yet. */
    public static Thread of(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Makes the threads of a pool: NAME-1, NAME-2 and so on. */
    public static ThreadFactory numbered(String name) {
        AtomicInteger number = new AtomicInteger();
        return work -> of(name + "-" + number.incrementAndGet(), work);
    }

    /** A pool of at most so many threads, which end when they are idle; more work waits. */
    public static ThreadPoolExecutor pool(int most, Duration idle, ThreadFactory threads) {
        return pool(most, idle, Integer.MAX_VALUE, threads);
    }

    /** A pool of at most so many threads, for which at most so much work waits; more is rejected. */
    public static ThreadPoolExecutor pool(int most, Duration idle, int waiting, ThreadFactory threads) {
        ThreadPoolExecutor pool = new Pool(most, most, idle, new LinkedBlockingQueue<>(waiting), threads);
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** A pool of as many threads as there is work. */
    public static ThreadPoolExecutor pool(String name) {
        return new Pool(0, Integer.MAX_VALUE, IDLE, new SynchronousQueue<>(), numbered(name));
    }

    /**
     * A pool where the system may refuse a further thread (limits of processes, memory): the work then waits for the
     * threads that are there; where there are none it is rejected, as by a pool that is shut down.
     */
    private static final class Pool extends ThreadPoolExecutor {
        Pool(int core, int most, Duration idle, BlockingQueue<Runnable> queue, ThreadFactory threads) {
            super(core, most, idle.toNanos(), TimeUnit.NANOSECONDS, queue, threads);
        }

        @Override
        public void execute(Runnable work) {
            try {
                super.execute(work);
            } catch (OutOfMemoryError noThread) {
                boolean waits = getPoolSize() > 0 && getQueue().offer(work);
                // Its last thread may have ended meanwhile.
                if (!waits || (getPoolSize() == 0 && remove(work))) {
                    getRejectedExecutionHandler().rejectedExecution(work, this);
                }
            }
        }
    }
}
