package io.workersupervisor.internal.logs;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.internal.directory.FileOnlyMarks;
import io.workersupervisor.internal.directory.HolePuncher;
import io.workersupervisor.internal.events.Events;
import io.workersupervisor.internal.events.Guard;
import io.workersupervisor.internal.events.OperatorLog;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.DaemonThreads;
import io.workersupervisor.internal.machine.Descriptors;
import io.workersupervisor.spi.LogSink;
import io.workersupervisor.spi.WorkerRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The threads that carry logs: {@code worker-log-watch} notices what grows, {@code worker-log-SINK} runs the shipper of one
 * sink, so that a slow one delays no other; {@code worker-log-upkeep} archives and removes. None of them is waited for by a
 * worker or a start.
 */
public final class LogThreads implements AutoCloseable {
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(5);
    /** The most files of workers that are open at once for all sinks, where this process may open so many. */
    private static final int MOST_OPEN = 90;

    private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

    private final LogFeed feed;
    private final LogUpkeep upkeep;
    private final Consumer<WorkerLogFile> onGrowth;
    private final LogWatch watch;
    private final List<Runner> runners = new ArrayList<>();
    private final Thread watcher;
    private final Thread keeper;
    private volatile boolean begun;
    private volatile boolean closed;

    /** A shipper and its thread. */
    private final class Runner {
        final SinkShipper shipper;
        final Semaphore wake = new Semaphore(0);
        final Thread thread;

        Runner(LogSink sink, DataDirectory data, int mostOpen) {
            this.shipper = new SinkShipper(sink, data, feed, mostOpen);
            this.thread = DaemonThreads.of("worker-log-" + sink.name(), this::run);
        }

        private void run() {
            while (!closed) {
                try {
                    Duration pause = shipper.tick();
                    if (wake.tryAcquire(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                        wake.drainPermits();
                    }
                } catch (InterruptedException closing) {
                    break;
                }
            }
            Guard.run("closing a log sink's shipper", Optional.empty(), shipper::close);
        }
    }

    public LogThreads(
            DataDirectory data,
            LogSettings settings,
            WorkerRegistry known,
            WorkerRegistry registry,
            OperatorLog summary,
            Events events,
            HolePuncher puncher,
            Consumer<WorkerLogFile> onGrowth,
            Clocks clocks) {
        Function<WorkerRegistry, LogFeed> asking = asked -> new LogFeed(
                data,
                KnownWorkers.of(asked),
                new EntryReader(ZoneId.systemDefault(), settings.redaction()),
                new FileOnlyMarks(data)::isMarked,
                settings.budget(),
                clocks,
                events::emit);
        this.feed = asking.apply(known);
        this.onGrowth = onGrowth;
        // Removal asks the registry itself: an end that is not filed yet permits reading, not deleting.
        this.upkeep = new LogUpkeep(data, asking.apply(registry), settings.retention(), puncher);
        this.watch = new LogWatch(data, feed);
        this.keeper = DaemonThreads.of("worker-log-upkeep", upkeep::run);
        List<LogSink> sinks = new ArrayList<>(settings.sinks());
        sinks.add(new OperatorLogSink(summary, settings.summaryLevel()));
        // Starts, stops, records and the application need the other half.
        int open = Math.min(MOST_OPEN, Descriptors.left() / 2);
        sinks.forEach(sink -> runners.add(new Runner(sink, data, Math.max(1, open / sinks.size()))));
        this.watcher = DaemonThreads.of("worker-log-watch", this::watch);
    }

    public void begin() {
        begun = true;
        runners.forEach(runner -> Guard.run("the checkpoints of a log sink", Optional.empty(), runner.shipper::claim));
        runners.forEach(runner -> runner.thread.start());
        watcher.start();
        keeper.start();
    }

    private void watch() {
        while (!closed) {
            try {
                watch.await().forEach(this::noticed);
            } catch (InterruptedException closing) {
                break;
            } catch (IOException | RuntimeException failed) {
                Guard.run("watching logs", Optional.empty(), () -> {
                    throw failed;
                });
                feed.clocks().pause(AFTER_FAILURE);
            }
        }
        Guard.run("closing the watch", Optional.empty(), watch::close);
    }

    private void noticed(WorkerLogFile file) {
        onGrowth.accept(file);
        upkeep.noticed(file);
        if (feed.isShipped(file)) {
            runners.forEach(runner -> {
                runner.shipper.noticed(file);
                runner.wake.release();
            });
        }
    }

    /** A worker has ended: its text behind the last newline is an entry, too. */
    public void ended(WorkerLogFile file) {
        feed.ended(file.workerId());
        noticed(file);
    }

    /** Waits for batches in flight, within a bound; the next host appends again what is broken off. */
    @Override
    public void close() {
        closed = true;
        if (!begun) {
            return;
        }
        watcher.interrupt();
        upkeep.end();
        runners.forEach(runner -> runner.wake.release());
        long deadline = System.nanoTime() + LONGEST_CLOSE.toNanos();
        runners.forEach(runner -> join(runner.thread, deadline));
        join(watcher, deadline);
        join(keeper, deadline);
        runners.forEach(runner -> runner.thread.interrupt());
    }

    private static void join(Thread thread, long deadline) {
        try {
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
