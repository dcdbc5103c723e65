package io.workersupervisor.internal.logs;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogEntry;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.internal.logs.entries.EntryCutter;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.spi.LogSink;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** What the tailers of a host share: the files, what is known of their workers, and how bytes become entries. Thread-safe. */
public final class LogFeed {
    static final Duration FOR_EVER = Duration.ofDays(1);

    /** A worker that lives is asked after again no sooner. */
    private static final Duration ASK_AGAIN = Duration.ofSeconds(5);

    private static final int MOST_KNOWN = 10_000;

    private final DataDirectory data;
    private final KnownWorkers incarnations;
    private final EntryReader reader;
    private final Predicate<String> fileOnly;
    private final OptionalInt budget;
    private final Clocks timing;
    private final Consumer<WorkerEvent> events;
    private final Map<String, Asked> asked = new ConcurrentHashMap<>();

    /** An answer about a worker, and when it was given. */
    private record Asked(KnownWorkers.Known known, long at) {}

    /** A piece, and the entries that it holds. */
    record Part(BatchPiece piece, List<LogEntry> entries) {}

    public LogFeed(
            DataDirectory data,
            KnownWorkers incarnations,
            EntryReader reader,
            Predicate<String> fileOnly,
            OptionalInt budget,
            Clocks timing,
            Consumer<WorkerEvent> events) {
        this.data = data;
        this.incarnations = incarnations;
        this.reader = reader;
        this.fileOnly = fileOnly;
        this.budget = budget;
        this.timing = timing;
        this.events = events;
    }

    Clocks timing() {
        return timing;
    }

    EntryBudget budget() {
        return new EntryBudget(budget);
    }

    /** The files that are to be shipped. */
    List<WorkerLogFile> files() throws IOException {
        return WorkerLogFile.list(data).stream().filter(this::isShipped).toList();
    }

    /** Those of the workers that write no more and whose file is gone. */
    Set<String> gone(Set<String> workers) throws IOException {
        Set<String> gone = new HashSet<>(workers);
        WorkerLogFile.list(data).forEach(file -> gone.remove(file.workerId()));
        if (!gone.isEmpty()) {
            Optional<Set<String>> running = incarnations.running();
            if (running.isEmpty()) {
                return Set.of();
            }
            gone.removeAll(running.get());
        }
        return gone;
    }

    /** Not where the worker ships its lines itself. */
    boolean isShipped(WorkerLogFile file) {
        return !fileOnly.test(file.workerId());
    }

    /** The worker's end was noticed. */
    void ended(String workerId) {
        asked.remove(workerId);
    }

    /** Reads on in a file; empty if there is no whole entry. */
    Optional<Part> read(FollowedFile tail, EntryBudget left, long now) throws IOException {
        WorkerLogFile file = tail.file();
        boolean[] over = new boolean[1];
        List<EntryCutter.Span> spans = tail.poll(now, () -> over[0] = isOver(file, now));
        List<BatchPiece.Cut> cuts = left.admit(spans, now, over[0]);
        if (cuts.isEmpty()) {
            return Optional.empty();
        }
        LogProgress before = tail.progress();
        EntryReader.Page page = reader.read(file, before, cuts, tail::bytes, known(file, now));
        if (page.entries().size() < cuts.size()) {
            throw new IOException("it was cut while it was read");
        }
        long end = before.offset()
                + cuts.stream().mapToLong(BatchPiece.Cut::length).sum();
        int length = (int) Math.min(LogProgress.MARK, end);
        byte[] last = tail.bytes(end - length, length);
        LogProgress after = new LogProgress(
                before.inode(), before.base(), end, page.time(), page.level(), LogProgress.Mark.of(last, last.length));
        return Optional.of(new Part(new BatchPiece(file.workerId(), before, cuts, after), page.entries()));
    }

    /** The entries of a piece that was announced before; what is gone meanwhile is told. */
    List<LogEntry> entriesOf(BatchPiece piece) throws IOException {
        Optional<WorkerLogFile> file = WorkerLogFile.find(data, piece.workerId());
        if (file.isEmpty()) {
            lost(Optional.empty(), piece);
            return List.of();
        }
        Optional<LogSource> source = LogSource.open(file.get().path())
                .filter(open -> open.inode() == piece.after().inode());
        if (source.isEmpty()) {
            source = LogSource.renamed(file.get().path(), piece.after().inode());
        }
        if (source.isEmpty() || !source.get().continues(piece.after())) {
            lost(Optional.of(file.get().account()), piece);
            return List.of();
        }
        try (LogSource open = source.get()) {
            return reader.read(file.get(), piece.before(), piece.cuts(), open::read, known(file.get(), timing.nanos()))
                    .entries();
        }
    }

    private void lost(Optional<AccountId> account, BatchPiece piece) {
        long bytes = piece.after().offset() - piece.before().offset();
        trouble(
                account,
                "the file of worker " + piece.workerId() + " was deleted, cut or replaced by somebody: " + bytes
                        + " bytes of it may be lost to a log sink");
    }

    private KnownWorkers.Known known(WorkerLogFile file, long now) {
        Asked last = asked.get(file.workerId());
        return last == null ? ask(file, now) : last.known();
    }

    /** Whether its worker writes no more, as far as is known. */
    boolean isOver(WorkerLogFile file) {
        return isOver(file, timing.nanos());
    }

    private boolean isOver(WorkerLogFile file, long now) {
        Asked last = asked.get(file.workerId());
        if (last != null && (last.known().over() || now - last.at() < ASK_AGAIN.toNanos())) {
            return last.known().over();
        }
        return ask(file, now).over();
    }

    private KnownWorkers.Known ask(WorkerLogFile file, long now) {
        if (asked.size() > MOST_KNOWN) {
            asked.clear();
        }
        KnownWorkers.Known known = incarnations.of(file.account(), file.workerId());
        asked.put(file.workerId(), new Asked(known, now));
        return known;
    }

    /** How many bytes of all files a sink does not have. */
    long backlog(LogSink sink) throws IOException {
        return SinkBacklog.of(data, sink.name()).stream()
                .mapToLong(SinkBacklog.Waiting::bytes)
                .sum();
    }

    /** Something that an operator should know. */
    void trouble(String text) {
        trouble(Optional.empty(), text);
    }

    void trouble(AccountId account, String text) {
        trouble(Optional.of(account), text);
    }

    void trouble(Optional<AccountId> account, String text) {
        tell(new WorkerEvent.Trouble(timing.now(), account, text));
    }

    void tell(WorkerEvent event) {
        events.accept(event);
    }
}
