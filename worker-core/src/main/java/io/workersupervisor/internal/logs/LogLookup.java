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
        LogSink from = sink.get();
        // Read before the sink is asked, an entry on its way is not missed, and may be found twice.
        Behind behind = behind(query, from.name());
        Asked asked = Asked.of(query, from);
        return asked.why().isPresent() ? instead(query, asked) : together(query, from.name(), asked.found(), behind);
    }

    /** Hands out what {@link #find} would find, in parts, each with its source; one without entries if there are none. */
    public void forEach(LogQuery query, Consumer<LogAnswer> part) {
        if (sink.isEmpty()) {
            part.accept(inFiles(query, withoutSink()));
            return;
        }
        LogSink from = sink.get();
        Behind behind = behind(query, from.name());
        Asked asked = Asked.of(query.limit(1), from);
        if (asked.why().isPresent()) {
            part.accept(instead(query, asked));
        } else {
            LogPages.forEach(query, page -> together(page, from.name(), from.find(page), behind), part);
        }
    }

    /** The answer of a sink, or why files are searched instead. */
    private record Asked(String name, List<LogEntry> found, boolean isDown, Optional<String> why) {
        static Asked of(LogQuery query, LogSink from) {
            String name = from.name();
            try {
                List<LogEntry> found = from.find(query);
                return new Asked(
                        name,
                        found,
                        false,
                        Optional.of("log sink " + name + " holds nothing of this yet")
                                .filter(nothing -> found.isEmpty()));
            } catch (LogSinkException down) {
                String why = "log sink " + name + " cannot be asked: " + down.getMessage();
                return new Asked(name, List.of(), true, Optional.of(why));
            }
        }
    }

    private LogAnswer instead(LogQuery query, Asked asked) {
        LogAnswer inFiles = inFiles(query, asked.why().orElseThrow());
        return asked.isDown() || !inFiles.entries().isEmpty()
                ? inFiles
                : new LogAnswer(List.of(), asked.name(), Optional.empty());
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
