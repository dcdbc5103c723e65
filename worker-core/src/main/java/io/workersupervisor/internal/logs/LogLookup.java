package io.workersupervisor.internal.logs;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogAnswer;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogFollower;
import io.workersupervisor.LogQuery;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.Redaction;
import io.workersupervisor.WorkerInspector.Finding;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.text.Text;
import io.workersupervisor.spi.LogPosition;
import io.workersupervisor.spi.LogSink;
import io.workersupervisor.spi.WorkerRegistry;
import java.io.IOException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Answers queries from a sink, and from the workers' files where the sink cannot, or does not have all of it: while no host
 * ships, the last words of a worker stand in its file alone. Thread-safe.
 */
public final class LogLookup {
    private static final String FILES = "files";

    private final DataDirectory data;
    private final Optional<LogSink> sink;
    private final FileSearch files;
    private final Clocks clocks;

    public LogLookup(
            DataDirectory data, WorkerRegistry registry, Optional<LogSink> sink, Redaction redaction, Clocks clocks) {
        this.data = data;
        this.sink = sink;
        this.files =
                new FileSearch(data, KnownWorkers.of(registry), new EntryReader(ZoneId.systemDefault(), redaction));
        this.clocks = clocks;
    }

    public LogAnswer find(LogQuery query) {
        if (sink.isEmpty()) {
            return inFiles(query, withoutSink());
        }
        String name = sink.get().name();
        // Read before the sink is asked, an entry on its way is not missed, and may be found twice.
        Behind behind = behind(query, name);
        List<LogEntry> found;
        try {
            found = sink.get().find(query);
        } catch (LogSinkException down) {
            return inFiles(query, "log sink " + name + " cannot be asked: " + down.getMessage());
        }
        if (!found.isEmpty()) {
            return together(query, name, found, behind);
        }
        LogAnswer inFiles = inFiles(query, "log sink " + name + " holds nothing of this yet");
        return inFiles.entries().isEmpty() ? new LogAnswer(found, name, Optional.empty()) : inFiles;
    }

    /** Hands out what {@link #find} would find, in parts, each with its source; one without entries if there are none. */
    public void forEach(LogQuery query, Consumer<LogAnswer> part) {
        LogAnswer newest = find(sink.isEmpty() ? query : query.limit(1));
        if (sink.isEmpty() || newest.entries().isEmpty()) {
            part.accept(newest);
        } else if (newest.source().equals(FILES)) {
            part.accept(inFiles(query, newest.trouble().orElseThrow()));
        } else {
            LogSink from = sink.get();
            Behind behind = behind(query, from.name());
            LogPages.forEach(query, page -> together(page, from.name(), from.find(page), behind), part);
        }
    }

    /** The entries that a sink does not have yet, or the reason why they are not known. */
    private record Behind(List<LogEntry> entries, Optional<String> trouble) {}

    private Behind behind(LogQuery query, String name) {
        try {
            FileSearch.Found found = files.findBehind(query, name);
            return new Behind(found.entries(), found.limit());
        } catch (LogSinkException unreadable) {
            return new Behind(List.of(), Optional.of("the last entries may be missing: " + unreadable.getMessage()));
        }
    }

    private String withoutSink() {
        try {
            List<String> used = SinkCheckpoints.names(data);
            return used.isEmpty()
                    ? "no log sink is used"
                    : "no log sink is asked, and hosts have shipped to " + String.join(", ", used)
                            + ", which may hold more";
        } catch (IOException unreadable) {
            return "no log sink is asked, and " + Layout.checkpoints(data) + " cannot be read: "
                    + Text.reason(unreadable);
        }
    }

    private static LogAnswer together(LogQuery query, String name, List<LogEntry> found, Behind behind) {
        Set<Optional<LogPosition>> there =
                found.stream().map(LogEntry::position).collect(Collectors.toSet());
        Set<LogEntry> more = behind.entries().stream()
                .filter(query::selects)
                .filter(entry -> !there.contains(entry.position()))
                .collect(Collectors.toSet());
        if (more.isEmpty()) {
            return new LogAnswer(found, name, behind.trouble());
        }
        List<LogEntry> last = FileSearch.last(
                query, Stream.concat(found.stream(), more.stream()).toList());
        long shown = last.stream().filter(more::contains).count();
        List<String> notes = new ArrayList<>();
        if (shown > 0) {
            notes.add((shown == 1 ? "1 entry is" : shown + " entries are") + " from the workers' files: log sink "
                    + name + " does not have all yet");
        }
        behind.trouble().ifPresent(notes::add);
        return new LogAnswer(last, name, notes.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", notes)));
    }

    private LogAnswer inFiles(LogQuery query, String why) {
        FileSearch.Found found = files.find(query);
        return new LogAnswer(
                found.entries(),
                FILES,
                Optional.of(why + found.limit().map(limit -> "; " + limit).orElse("")));
    }

    /** The findings of the sink about its store; that it fails is one. */
    public List<Finding> examineSink() {
        try {
            return sink.map(LogSink::findings).orElse(List.of());
        } catch (LogSinkException down) {
            return List.of(new Finding(Finding.Level.ERROR, Text.oneLine(String.valueOf(down.getMessage()))));
        }
    }

    public LogFollower follow(AccountId account) {
        return files.follow(account, clocks);
    }
}
