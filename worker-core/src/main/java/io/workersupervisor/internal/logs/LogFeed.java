package io.workersupervisor.internal.logs;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogEntry;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.internal.machine.Clocks;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Chooses the files that are carried into sinks, archived and removed, and asks after their workers. Thread-safe. */
public final class LogFeed {
    /** A worker that lives is asked after again no sooner. */
    private static final Duration ASK_AGAIN = Duration.ofSeconds(5);

    private static final int MOST_KNOWN = 10_000;

    private final DataDirectory data;
    private final KnownWorkers workers;
    private final EntryReader reader;
    private final Predicate<String> fileOnly;
    private final OptionalInt budget;
    private final Clocks clocks;
    private final Consumer<WorkerEvent> events;
    private final Map<String, Asked> asked = new ConcurrentHashMap<>();

    /** An answer about a worker, and when it was given. */
    private record Asked(KnownWorkers.Known known, long at) {}

    public LogFeed(
            DataDirectory data,
            KnownWorkers workers,
            EntryReader reader,
            Predicate<String> fileOnly,
            OptionalInt budget,
            Clocks clocks,
            Consumer<WorkerEvent> events) {
        this.data = data;
        this.workers = workers;
        this.reader = reader;
        this.fileOnly = fileOnly;
        this.budget = budget;
        this.clocks = clocks;
        this.events = events;
    }

    Clocks clocks() {
        return clocks;
    }

    /** The files that are to be shipped. */
    List<WorkerLogFile> files() throws IOException {
        return WorkerLogFile.listRenamed(data).stream().filter(this::isShipped).toList();
    }

    /** False where the worker ships its lines itself. */
    boolean isShipped(WorkerLogFile file) {
        return !fileOnly.test(file.workerId());
    }

    /** The file, followed behind the progress that a sink has acknowledged. */
    FollowedFile follow(WorkerLogFile file, Optional<LogProgress> progress, HandedOn handedOn) {
        return new FollowedFile(
                file,
                progress,
                reader,
                new EntryBudget(budget),
                new EntryTimes(),
                handedOn,
                Optional.of(text -> trouble(file.account(), text)));
    }

    /** Reads on in a file; empty if there is no whole entry. */
    Optional<FollowedFile.Part> next(FollowedFile from, long now) throws IOException {
        return from.next(now, clocks.now(), () -> isOver(from.file(), now), () -> known(from.file(), now));
    }

    /** The entries of a batch that was announced before; bytes that are gone meanwhile are reported. */
    List<LogEntry> again(List<BatchPiece> batch) throws IOException {
        List<LogEntry> entries = new ArrayList<>();
        Map<String, WorkerLogFile> files = batch.isEmpty() ? Map.of() : WorkerLogFile.byWorker(data);
        for (BatchPiece piece : batch) {
            entries.addAll(again(piece, Optional.ofNullable(files.get(piece.workerId()))));
        }
        return entries;
    }

    private List<LogEntry> again(BatchPiece piece, Optional<WorkerLogFile> file) throws IOException {
        Optional<LogSource> source =
                file.isPresent() ? LogSource.of(piece.after(), file.get().path()) : Optional.empty();
        if (source.isEmpty()) {
            trouble(
                    file.map(WorkerLogFile::account),
                    "the file of worker " + piece.workerId() + " was deleted, cut or replaced by somebody: "
                            + piece.length() + " bytes of it may be lost to a log sink");
            return List.of();
        }
        try (LogSource open = source.get()) {
            KnownWorkers.Known known = known(file.get(), clocks.nanos());
            EntryTimes announced = new EntryTimes(piece.times());
            // A version before this one announced no times.
            announced.arrived(piece.after().offset(), piece.before().time(), clocks.now());
            return reader.read(file.get(), piece.before(), piece.cuts(), open::read, known, announced)
                    .entries();
        }
    }

    /** Workers that have ended and whose log file no longer exists. */
    Set<String> gone(Set<String> ids) throws IOException {
        if (ids.isEmpty()) {
            return Set.of();
        }
        Set<String> gone = new HashSet<>(ids);
        gone.removeAll(WorkerLogFile.byWorker(data).keySet());
        if (!gone.isEmpty()) {
            // Where it is not known who runs, any of them may.
            gone.removeAll(running().orElse(ids));
        }
        return gone;
    }

    /** The workers that may run; empty where that is not known. */
    Optional<Set<String>> running() {
        return workers.running();
    }

    /** Forgets the last answer about a worker, whose end was noticed. */
    void ended(String workerId) {
        asked.remove(workerId);
    }

    /** True once the worker is known to have ended. */
    boolean isOver(WorkerLogFile file, long now) {
        Asked last = asked.get(file.workerId());
        if (last != null && (last.known().over() || now - last.at() < ASK_AGAIN.toNanos())) {
            return last.known().over();
        }
        return ask(file, now).over();
    }

    private KnownWorkers.Known known(WorkerLogFile file, long now) {
        Asked last = asked.get(file.workerId());
        return last == null ? ask(file, now) : last.known();
    }

    private KnownWorkers.Known ask(WorkerLogFile file, long now) {
        if (asked.size() > MOST_KNOWN) {
            asked.clear();
        }
        KnownWorkers.Known known = workers.of(file.account(), file.workerId());
        asked.put(file.workerId(), new Asked(known, now));
        return known;
    }

    void trouble(String text) {
        trouble(Optional.empty(), text);
    }

    void trouble(AccountId account, String text) {
        trouble(Optional.of(account), text);
    }

    private void trouble(Optional<AccountId> account, String text) {
        report(new WorkerEvent.Trouble(clocks.now(), account, text));
    }

    void report(WorkerEvent event) {
        events.accept(event);
    }
}
