package io.workersupervisor.internal.logs;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogFollower;
import io.workersupervisor.LogQuery;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.logs.SinkCheckpoints.Waiting;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.text.Text;
import io.workersupervisor.spi.LogPosition;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks entries up in the workers' own files, where no sink can be asked: the ends of the files, within a bound. */
public record FileSearch(DataDirectory data, KnownWorkers workers, EntryReader reader) {
    /** The most bytes that are read of all files together: what is found in them fits into a small heap, too. */
    private static final long MOST = Math.min(64 << 20, Runtime.getRuntime().maxMemory() / 8);

    private static final int LEAST_OF_A_FILE = 16 << 10;
    private static final int MOST_OF_A_FILE = 8 << 20;

    private static final int MOST_FILES = 1_000;

    /** So many workers are asked for one by one, and those behind them together. */
    private static final int FEW = 16;

    /** The last bytes of a file at which following it begins. */
    private static final int AT_FIRST = 256 << 10;

    /** Entries of another program have no position, and come behind those that workers wrote at the same time. */
    private static final Comparator<LogEntry> BY_POSITION = Comparator.comparing(
            entry -> entry.position().orElse(null), Comparator.nullsLast(Comparator.<LogPosition>naturalOrder()));

    /** Entries, and how many files were left out that may hold more. */
    record Found(List<LogEntry> entries, int left) {
        /** A sentence about the files that were left out, if there are any. */
        Optional<String> limit() {
            return left == 0
                    ? Optional.empty()
                    : Optional.of(left + (left == 1 ? " file was" : " files were") + " not searched, those that were"
                            + " written least lately: name accounts, or a later time");
        }
    }

    /** Oldest first, as a sink would answer; {@link LogSinkException} if files cannot be read. */
    Found find(LogQuery query) {
        try {
            List<Waiting> all = new ArrayList<>();
            WorkerLogFile.stats(data).forEach((file, stat) -> all.add(Waiting.of(file, stat, Optional.empty())));
            return search(query, all);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Searches the entries that a sink does not have yet. */
    Found findBehind(LogQuery query, String sink) {
        try {
            return search(query, SinkCheckpoints.waiting(data, sink));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Searches the file first that was written last: no entry is much later than the last writing of its file. */
    private Found search(LogQuery query, List<Waiting> parts) throws IOException {
        List<Waiting> asked = parts.stream()
                .filter(part -> isAsked(query, part.file()))
                .filter(part -> query.since()
                        .map(part.written().plus(EntryTimes.NEAR)::isAfter)
                        .orElse(true))
                .sorted(Comparator.comparing(Waiting::written).reversed())
                .toList();
        Map<String, List<LogProgress>> steps = asked.isEmpty() ? Map.of() : steps();
        int each = (int) Math.min(MOST_OF_A_FILE, Math.max(LEAST_OF_A_FILE, MOST / Math.max(1, asked.size())));
        List<LogEntry> found = List.of();
        KnownWorkers known = workers;
        List<Waiting> searched = asked.subList(0, (int) Math.min(Math.min(asked.size(), MOST_FILES), MOST / each));
        int together = FEW;
        for (int i = 0; i < searched.size(); i++) {
            Waiting part = searched.get(i);
            Instant latest = part.written().plus(EntryTimes.NEAR);
            if (found.size() == query.limit() && found.get(0).timestamp().isAfter(latest)) {
                return new Found(found, 0);
            }
            if (i == together) {
                together *= FEW;
                // A worker ends after its last line.
                known = known.notEndedBefore(searched.get(Math.min(together, searched.size()) - 1)
                        .written()
                        .minus(EntryTimes.NEAR));
            }
            KnownWorkers.Known worker =
                    known.of(part.file().account(), part.file().workerId());
            // The file may have grown since it was listed: the place to begin must not depend on its end.
            try (FollowedFile tail = part.progress().isPresent() && part.bytes() <= each
                    ? FollowedFile.searched(part.file(), part.progress(), reader, times(part, worker, steps))
                    : atEnd(part, each, times(part, worker, steps))) {
                found = last(
                        query,
                        Stream.concat(
                                        found.stream(),
                                        drain(tail, worker, 0, part.written(), true).stream()
                                                .filter(query::selects))
                                .toList());
            }
        }
        return new Found(found, asked.size() - searched.size());
    }

    private Map<String, List<LogProgress>> steps() throws IOException {
        return CheckpointJournal.steps(Layout.checkpoints(data).resolve(OperatorLogSink.NAME));
    }

    /** The arrival of the lines of a file, as far as a host noted it, and at last the time of the last writing. */
    private static EntryTimes times(Waiting part, KnownWorkers.Known known, Map<String, List<LogProgress>> steps) {
        EntryTimes times = new EntryTimes();
        Instant from = known.startedAt().orElse(Instant.EPOCH);
        long base = 0;
        for (LogProgress step : steps.getOrDefault(part.file().workerId(), List.of())) {
            if (step.base() != base) {
                times.restart();
                base = step.base();
            }
            times.arrived(step.offset(), from, step.time());
            from = step.time();
        }
        times.arrived(part.size(), from, part.written());
        return times;
    }

    /** The last entries of a query in the order of its answer. */
    static List<LogEntry> last(LogQuery query, List<LogEntry> found) {
        List<LogEntry> all = new ArrayList<>(found);
        all.sort(
                query.workerId().isPresent()
                        ? BY_POSITION
                        : Comparator.comparing(LogEntry::timestamp).thenComparing(BY_POSITION));
        return List.copyOf(all.subList(Math.max(0, all.size() - query.limit()), all.size()));
    }

    private static boolean isAsked(LogQuery query, WorkerLogFile file) {
        return query.account().map(file.account()::equals).orElse(true)
                && query.workerId().map(file.workerId()::equals).orElse(true);
    }

    private LogSinkException unreadable(IOException e) {
        return new LogSinkException("log files in " + data + " cannot be read: " + Text.reason(e), e);
    }

    /** Follows a file from the first whole line of its last bytes on. */
    private FollowedFile atEnd(Waiting part, int most, EntryTimes times) throws IOException {
        try (LogSource open = LogSource.open(part.file().path()).orElse(null)) {
            if (open == null) {
                return FollowedFile.searched(part.file(), Optional.empty(), reader, times);
            }
            long from = Math.max(0, open.size() - most);
            from = open.firstData(from).orElse(from);
            int skipped = from == 0 ? 0 : firstLine(open.read(from, most));
            LogProgress begin = LogProgress.begin(open.inode()).at(from + skipped);
            return FollowedFile.searched(part.file(), Optional.of(begin), reader, times);
        }
    }

    private static int firstLine(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                return i + 1;
            }
        }
        return 0;
    }

    /** All entries that are complete by now; with {@code over}, as the worker writes no more, also the last line. */
    private static List<LogEntry> drain(FollowedFile tail, KnownWorkers.Known known, long now, Instant at, boolean over)
            throws IOException {
        List<LogEntry> entries = new ArrayList<>();
        Optional<FollowedFile.Part> more;
        do {
            more = tail.next(now, at, () -> over, () -> known);
            more.ifPresent(part -> {
                entries.addAll(part.entries());
                tail.advance(part.piece().after());
            });
        } while (more.isPresent() || tail.hasMoved());
        return withoutFreed(tail, entries);
    }

    /** Leaves out bytes that were archived and freed while the file was read: they may have been read as NUL. */
    static List<LogEntry> withoutFreed(FollowedFile tail, List<LogEntry> entries) throws IOException {
        // Entries from before the file was cut or replaced were not freed.
        long base = tail.progress().base();
        OptionalLong begin = entries.stream()
                .mapToLong(entry -> entry.requirePosition().offset())
                .filter(position -> position >= base)
                .findFirst();
        if (begin.isEmpty()) {
            return entries;
        }
        long first = tail.firstData(begin.getAsLong());
        return entries.stream()
                .filter(entry -> entry.requirePosition().offset() < base
                        || entry.requirePosition().offset() >= first)
                .toList();
    }

    /** The files of an account, oldest worker first. */
    public static Stream<WorkerLogFile> of(DataDirectory data, AccountId account) throws IOException {
        return WorkerLogFile.list(data).stream()
                .filter(file -> file.account().equals(account))
                .sorted(Comparator.comparing(WorkerLogFile::workerId));
    }

    LogFollower follow(AccountId account, Clocks clocks) {
        return new Follower(account, clocks);
    }

    /** Follows the files of an account's workers, one after the other. */
    private final class Follower implements LogFollower {
        private final AccountId account;
        private final Clocks clocks;
        private @Nullable FollowedFile tail;

        Follower(AccountId account, Clocks clocks) {
            this.account = account;
            this.clocks = clocks;
        }

        @Override
        public List<LogEntry> poll() {
            try {
                List<LogEntry> entries = new ArrayList<>();
                List<WorkerLogFile> files = of(data, account).toList();
                if (tail == null && !files.isEmpty()) {
                    tail = begin(files.get(files.size() - 1));
                }
                for (WorkerLogFile next : files) {
                    if (tail != null && next.workerId().compareTo(tail.file().workerId()) > 0) {
                        drain(tail, true, entries);
                        tail.close();
                        tail = FollowedFile.searched(next, Optional.empty(), reader, new EntryTimes());
                    }
                }
                if (tail != null) {
                    drain(tail, false, entries);
                }
                return entries;
            } catch (IOException e) {
                throw unreadable(e);
            }
        }

        private @Nullable FollowedFile begin(WorkerLogFile file) throws IOException {
            Optional<WorkerLogFile.Stat> stat = WorkerLogFile.stat(file.path());
            if (stat.isEmpty()) {
                return null;
            }
            Waiting part = Waiting.of(file, stat.get(), Optional.empty());
            return atEnd(part, AT_FIRST, times(part, workers.of(account, file.workerId()), steps()));
        }

        private void drain(FollowedFile from, boolean over, List<LogEntry> entries) throws IOException {
            KnownWorkers.Known known = workers.of(account, from.file().workerId());
            entries.addAll(FileSearch.drain(from, known, clocks.nanos(), clocks.now(), over || known.over()));
        }

        @Override
        public void close() {
            try {
                if (tail != null) {
                    tail.close();
                }
            } catch (IOException e) {
                throw unreadable(e);
            }
            tail = null;
        }
    }
}
