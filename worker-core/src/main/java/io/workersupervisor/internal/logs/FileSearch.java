package io.workersupervisor.internal.logs;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogQuery;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.internal.registry.WorkerIds;
import io.workersupervisor.internal.text.Text;
import io.workersupervisor.spi.LogPosition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Looks entries up in the workers' own files, where no sink can be asked: the ends of the files, within a bound. */
public record FileSearch(DataDirectory data, KnownWorkers workers, EntryReader reader) {
    /** The most bytes that are read of all files together. */
    private static final long MOST = 64 << 20;

    private static final int LEAST_OF_A_FILE = 16 << 10;
    private static final int MOST_OF_A_FILE = 8 << 20;

    /** Entries of another program have no position, and come behind those that workers wrote at the same time. */
    private static final Comparator<LogEntry> BY_POSITION = Comparator.comparing(
            entry -> entry.position().orElse(null), Comparator.nullsLast(Comparator.<LogPosition>naturalOrder()));

    /** Oldest first, as a sink would answer; {@link LogSinkException} if files cannot be read. */
    List<LogEntry> find(LogQuery query) {
        try {
            List<WorkerLogFile> files = WorkerLogFile.list(data).stream()
                    .filter(file -> isAsked(query, file))
                    .toList();
            int each = share(files.size());
            List<LogEntry> found = new ArrayList<>();
            for (WorkerLogFile file : files) {
                try (FollowedFile tail = atEnd(file, each, reader)) {
                    all(tail).stream().filter(query::selects).forEach(found::add);
                }
            }
            return last(query, found);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Searches the entries that a sink does not have yet. */
    List<LogEntry> findBehind(LogQuery query, String sink) {
        try {
            List<SinkCheckpoints.Waiting> waiting = SinkCheckpoints.waiting(data, sink).stream()
                    .filter(one -> isAsked(query, one.file()))
                    .toList();
            int each = share(waiting.size());
            List<LogEntry> found = new ArrayList<>();
            for (SinkCheckpoints.Waiting one : waiting) {
                // The file may have grown since: the place to begin must not depend on its end.
                try (FollowedFile tail = one.bytes() <= each
                        ? FollowedFile.searched(one.file(), one.progress(), reader)
                        : atEnd(one.file(), each, reader)) {
                    all(tail).stream().filter(query::selects).forEach(found::add);
                }
            }
            return last(query, found);
        } catch (IOException e) {
            throw unreadable(e);
        }
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

    private static int share(int files) {
        return (int) Math.min(MOST_OF_A_FILE, Math.max(LEAST_OF_A_FILE, MOST / Math.max(1, files)));
    }

    private LogSinkException unreadable(IOException e) {
        return new LogSinkException("log files in " + data + " cannot be read: " + Text.reason(e), e);
    }

    /** Follows a file from the first whole line of its last bytes on. */
    static FollowedFile atEnd(WorkerLogFile file, int most, EntryReader reader) throws IOException {
        Optional<LogSource> source = LogSource.open(file.path());
        if (source.isEmpty()) {
            return FollowedFile.searched(file, Optional.empty(), reader);
        }
        try (LogSource open = source.get()) {
            long from = Math.max(0, open.size() - most);
            from = open.firstData(from).orElse(from);
            byte[] bytes = open.read(from, most);
            int skipped = from == 0 ? 0 : firstLine(bytes);
            LogProgress begin = LogProgress.begin(open.inode(), WorkerIds.timeOf(file.workerId()));
            return FollowedFile.searched(file, Optional.of(begin.at(from + skipped)), reader);
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

    /** All entries of the file now, its last line included. */
    private List<LogEntry> all(FollowedFile tail) throws IOException {
        WorkerLogFile file = tail.file();
        return drain(tail, workers.of(file.account(), file.workerId()), 0, true);
    }

    /** All entries that are complete by now; with {@code over}, as the worker writes no more, also the last line. */
    static List<LogEntry> drain(FollowedFile tail, KnownWorkers.Known known, long now, boolean over)
            throws IOException {
        List<LogEntry> entries = new ArrayList<>();
        Optional<FollowedFile.Part> more;
        do {
            more = tail.next(now, () -> over, () -> known);
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
}
