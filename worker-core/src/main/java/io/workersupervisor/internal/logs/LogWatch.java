package io.workersupervisor.internal.logs;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.internal.events.LastingTrouble;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Observes which workers' files grow: by the kernel's events while little happens, by looks at the files where much does,
 * and at all files now and then. One thread uses it.
 *
 * <p>Each write is an event, and many a second cost more than a look at the files: above a number of them the kernel is
 * asked no more for a while.
 */
public final class LogWatch implements AutoCloseable {
    /** Interval of looks at all files: events may be missed, and some file systems have none. */
    static final Duration SWEEP = Duration.ofMinutes(5);

    /** Interval of looks at the files that grew lately, while the kernel is not asked. */
    private static final Duration BUSY = Duration.ofMillis(250);

    /** Time before the kernel is asked again, and interval of looks at all files meanwhile. */
    private static final Duration STORM = Duration.ofSeconds(5);

    private static final int MANY_A_TURN = 256;

    /** The number of files that are looked at before the kernel is asked again. */
    private static final int PART = 500;

    private static final Duration TURN = Duration.ofMillis(50);

    private final DataDirectory data;
    private final LogFeed feed;
    private final Kernel kernel;
    private final Map<WorkerLogFile, WorkerLogFile.Stat> seen = new HashMap<>();
    /** Files that grew lately. */
    private final Set<WorkerLogFile> busy = new LinkedHashSet<>();

    /** The rest of a look at all files. */
    private final Deque<WorkerLogFile> rest = new ArrayDeque<>();

    private final LastingTrouble refusal = new LastingTrouble();
    private @Nullable WatchService service;
    private long stormUntil;
    private long sweepAt;

    /** Begins a watch of a directory. */
    @FunctionalInterface
    interface Kernel {
        WatchService watch(Path directory) throws IOException;
    }

    LogWatch(DataDirectory data, LogFeed feed) {
        this(data, feed, LogWatch::register);
    }

    LogWatch(DataDirectory data, LogFeed feed, Kernel kernel) {
        this.data = data;
        this.feed = feed;
        this.kernel = kernel;
        this.sweepAt = feed.clocks().nanos();
    }

    /** Waits for files to grow, and returns those that did or may have; there may be none. */
    Set<WorkerLogFile> await() throws IOException, InterruptedException {
        long now = feed.clocks().nanos();
        if (service == null && now - stormUntil >= 0) {
            begin();
        }
        WatchService asked = service;
        if (!rest.isEmpty()) {
            return part(asked);
        }
        if (asked == null && now - sweepAt < 0) {
            TimeUnit.NANOSECONDS.sleep(BUSY.toNanos());
            return look(List.copyOf(busy));
        }
        WatchKey key = asked == null || now - sweepAt >= 0 ? null : asked.poll(sweepAt - now, TimeUnit.NANOSECONDS);
        return asked == null || key == null ? sweep() : drain(asked, key);
    }

    private void begin() throws IOException {
        try {
            service = kernel.watch(data.path());
        } catch (IOException refused) {
            // No more watches for this user: look at all files instead.
            stormUntil = feed.clocks().nanos() + SWEEP.toNanos();
            if (refusal.begins()) {
                feed.trouble(data + " cannot be watched, its log files are looked at every " + Text.words(STORM) + ": "
                        + Text.reason(refused));
            }
            return;
        }
        refusal.ends();
        // Files may have grown before the watch began.
        sweepAt = feed.clocks().nanos();
    }

    private static WatchService register(Path directory) throws IOException {
        WatchService begun = directory.getFileSystem().newWatchService();
        try {
            directory.register(begun, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
            return begun;
        } catch (IOException refused) {
            begun.close();
            throw refused;
        }
    }

    private Set<WorkerLogFile> drain(WatchService asked, WatchKey first) throws IOException, InterruptedException {
        // Lines that come together are reported together.
        TimeUnit.NANOSECONDS.sleep(TURN.toNanos());
        Set<WorkerLogFile> grown = new LinkedHashSet<>();
        int events = 0;
        for (WatchKey key = first; key != null; key = asked.poll()) {
            int more = take(key, grown);
            if (more < 0) {
                return sweep();
            }
            events += more;
        }
        if (events > MANY_A_TURN) {
            busy.addAll(grown);
            close();
            stormUntil = feed.clocks().nanos() + STORM.toNanos();
            sweepAt = stormUntil;
        }
        return grown;
    }

    /** The number of events; negative if some were lost. */
    private int take(WatchKey key, Set<WorkerLogFile> grown) {
        List<WatchEvent<?>> events = key.pollEvents();
        key.reset();
        int count = 0;
        for (WatchEvent<?> event : events) {
            if (event.kind() == StandardWatchEventKinds.OVERFLOW) {
                return -1;
            }
            count += event.count();
            if (event.context() instanceof Path name) {
                WorkerLogFile.renamed(data.path().resolve(name)).ifPresent(grown::add);
            }
        }
        return count;
    }

    /** Begins a look at all files, and returns those that have another name since the last one. */
    private Set<WorkerLogFile> sweep() throws IOException {
        rest.clear();
        rest.addAll(WorkerLogFile.list(data));
        Set<WorkerLogFile> renamed = new LinkedHashSet<>(seen.keySet());
        rest.forEach(renamed::remove);
        seen.keySet().removeAll(renamed);
        busy.removeAll(renamed);
        sweepAt = feed.clocks().nanos() + (service == null ? STORM : SWEEP).toNanos();
        return renamed;
    }

    /** Goes on looking at all files; returns what has changed since the last look, and what the kernel says meanwhile. */
    private Set<WorkerLogFile> part(@Nullable WatchService asked) throws IOException, InterruptedException {
        List<WorkerLogFile> next = new ArrayList<>();
        while (next.size() < PART && !rest.isEmpty()) {
            next.add(rest.remove());
        }
        Set<WorkerLogFile> grown = look(asked == null ? List.copyOf(busy) : List.of());
        next.forEach(busy::remove);
        Set<WorkerLogFile> more = look(next);
        busy.addAll(more);
        grown.addAll(more);
        WatchKey key = asked == null ? null : asked.poll();
        if (asked != null && key != null) {
            grown.addAll(drain(asked, key));
        }
        return grown;
    }

    private Set<WorkerLogFile> look(List<WorkerLogFile> files) throws IOException {
        Set<WorkerLogFile> grown = new LinkedHashSet<>();
        for (WorkerLogFile file : files) {
            WorkerLogFile.stat(file.path())
                    .filter(stat -> !stat.equals(seen.put(file, stat)))
                    .ifPresent(stat -> grown.add(file));
        }
        return grown;
    }

    @Override
    public void close() throws IOException {
        if (service != null) {
            service.close();
            service = null;
        }
    }
}
