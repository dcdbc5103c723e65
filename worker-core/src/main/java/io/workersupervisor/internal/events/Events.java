package io.workersupervisor.internal.events;

import io.workersupervisor.AccountId;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerListener;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.DaemonThreads;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries each event to {@code data/worker.log}, to slf4j with the account in the MDC, and to the listener. */
public final class Events {
    private static final Logger LOG = LoggerFactory.getLogger("io.workersupervisor.WorkerSupervisor");

    private static final Duration IDLE = Duration.ofSeconds(1);

    /** The number of ends that are remembered as reported. */
    private static final int MOST_ENDS = 1_000;

    /** The number of findings that are remembered as reported; beyond it they are reported once more. */
    private static final int MOST_FINDINGS = 10_000;

    private final Clocks clocks;
    private final OperatorLog file;
    private final WorkerListener listener;
    private final Consumer<StopReport> ended;
    private final ExecutorService dispatcher;
    private final Set<String> ends = new LinkedHashSet<>();
    private final Set<String> findings = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Thread thread;

    /**
     * The listener is called on one thread; {@code ended} gets each end on the caller's thread, after the listener, who may
     * have a restart to make.
     */
    public Events(Clocks clocks, OperatorLog file, WorkerListener listener, Consumer<StopReport> ended) {
        this.clocks = clocks;
        this.file = file;
        this.listener = listener;
        this.ended = ended;
        // One thread, which ends when it is idle: a host that could not be built leaves none.
        ThreadPoolExecutor one = DaemonThreads.pool(1, IDLE, work -> {
            Thread created = DaemonThreads.of("worker-events", work);
            thread = created;
            return created;
        });
        // Where no thread can be made, an event waits for the next one.
        one.setRejectedExecutionHandler((work, pool) -> pool.getQueue().add(work));
        this.dispatcher = one;
    }

    public void emit(WorkerEvent event) {
        log(event);
        hear(event);
    }

    public void trouble(String text) {
        trouble(Optional.empty(), text);
    }

    public void trouble(Optional<AccountId> account, String text) {
        emit(new WorkerEvent.Trouble(clocks.now(), account, text));
    }

    /** Reports once a finding that is met again and again. */
    public void troubleOnce(Optional<AccountId> account, String text) {
        if (findings.size() >= MOST_FINDINGS) {
            findings.clear();
        }
        if (findings.add(account + text)) {
            trouble(account, text);
        }
    }

    /** Writes the logs only: the listener has the event already. */
    public void log(WorkerEvent event) {
        Guard.named(event.account(), () -> write(event));
    }

    /** Reports to the listener only: the event is in the log, or comes there later. Each end is reported once. */
    public void hear(WorkerEvent event) {
        if (event instanceof WorkerEvent.Stopped stopped
                && !isNew(stopped.report().workerId())) {
            return;
        }
        try {
            dispatcher.execute(() -> Guard.run("listener", event.account(), () -> listener.onEvent(event)));
        } catch (RejectedExecutionException closed) {
            LOG.debug("the listener is closed and did not get: {}", event.describe());
        }
        if (event instanceof WorkerEvent.Stopped stopped) {
            Guard.run("the end of a log", event.account(), () -> ended.accept(stopped.report()));
        }
    }

    private synchronized boolean isNew(String workerId) {
        if (ends.size() >= MOST_ENDS) {
            ends.remove(ends.iterator().next());
        }
        return ends.add(workerId);
    }

    private void write(WorkerEvent event) {
        String account = Guard.name(event.account());
        if (event.isWarning()) {
            LOG.warn("{} {}", account, event.describe());
        } else {
            LOG.info("{} {}", account, event.describe());
        }
        try {
            file.append(event);
        } catch (IOException e) {
            LOG.warn("worker.log cannot be written: {}", Text.reason(e));
        }
    }

    /** Waits this long for the listener to finish its events. */
    public void close(Duration patience) {
        dispatcher.shutdown();
        if (Thread.currentThread() == thread) {
            // The listener closes the supervisor: it cannot wait for itself.
            return;
        }
        try {
            if (!dispatcher.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("the listener did not finish within {} and misses the rest", Text.words(patience));
                dispatcher.shutdownNow();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            dispatcher.shutdownNow();
        }
    }
}
