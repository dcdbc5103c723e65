package io.workersupervisor.internal.events;

import io.workersupervisor.AccountId;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerListener;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries each event to {@code data/worker.log}, to slf4j with the account in the MDC, and to each listener. */
public final class Events {
    private static final Logger LOG = LoggerFactory.getLogger("io.workersupervisor.WorkerSupervisor");

    /** The number of ends that are remembered as reported. */
    private static final int MOST_ENDS = 1_000;

    /** The number of findings that are remembered as reported; beyond it they are reported once more. */
    private static final int MOST_FINDINGS = 10_000;

    private final Clocks clocks;
    private final OperatorLog file;
    private final Consumer<StopReport> ended;
    private final List<Audience> audiences = new CopyOnWriteArrayList<>();
    private final Set<String> ends = new LinkedHashSet<>();
    private final Set<String> findings = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** {@code ended} gets each end on the caller's thread, after the listeners, who may have a restart to make. */
    public Events(Clocks clocks, OperatorLog file, Consumer<StopReport> ended) {
        this.clocks = clocks;
        this.file = file;
        this.ended = ended;
    }

    /** Adds a listener, which is called on a thread of its own from now on. */
    public void add(WorkerListener listener) {
        audiences.add(new Audience(listener, clocks, this::trouble));
    }

    /** Removes a listener once; false if it is none. Events that wait for it are still heard. */
    public boolean remove(WorkerListener listener) {
        Optional<Audience> found =
                audiences.stream().filter(audience -> audience.is(listener)).findFirst();
        // Another call may have removed it meanwhile.
        boolean removed = found.filter(audiences::remove).isPresent();
        if (removed) {
            found.orElseThrow().close();
        }
        return removed;
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

    /** Writes the logs only: the listeners have the event already. */
    public void log(WorkerEvent event) {
        Guard.named(event.account(), () -> write(event));
    }

    /** Reports to the listeners only: the event is in the log, or comes there later. Each end is reported once. */
    public void hear(WorkerEvent event) {
        if (event instanceof WorkerEvent.Stopped stopped
                && !isNew(stopped.report().workerId())) {
            return;
        }
        for (Audience audience : audiences) {
            if (!audience.hear(event) && closed) {
                LOG.debug("the listener is closed and did not get: {}", event.describe());
            }
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

    /** Waits this long for the listeners to finish their events. */
    public void close(Duration patience) {
        closed = true;
        audiences.forEach(Audience::close);
        long deadline = clocks.nanos() + patience.toNanos();
        boolean interrupted = Thread.interrupted();
        for (Audience audience : audiences) {
            try {
                if (interrupted || !audience.await(deadline - clocks.nanos())) {
                    LOG.warn("the listener did not finish within {} and misses the rest", Text.words(patience));
                    audience.abandon();
                }
            } catch (InterruptedException stop) {
                interrupted = true;
                audience.abandon();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
