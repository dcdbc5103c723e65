package io.workersupervisor.internal.logs;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.Redaction;
import io.workersupervisor.SetTiming;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.internal.directory.FileOnlyMarks;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.spi.LogSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** A data directory whose files the test itself writes, and tailers that it ticks by hand. */
final class TailedDirectory implements AutoCloseable {
    final DataDirectory data;
    final SetTiming timing = new SetTiming();
    final List<WorkerEvent> events = Collections.synchronizedList(new ArrayList<>());
    final Map<String, KnownWorkers.Known> known = new HashMap<>();
    /** Asking after these workers fails. */
    final Set<String> broken = new HashSet<>();

    Optional<Set<String>> running = Optional.empty();
    ZoneId zone = ZoneOffset.UTC;
    OptionalInt budget = OptionalInt.empty();
    private final List<SinkShipper> tailers = new ArrayList<>();

    TailedDirectory(Path directory) {
        this.data = DataDirectory.open(directory);
    }

    LogFeed feed() {
        return feed(timing);
    }

    LogFeed feed(Clocks time) {
        return new LogFeed(
                data,
                new KnownWorkers() {
                    @Override
                    public Known of(AccountId account, String workerId) {
                        if (broken.contains(workerId)) {
                            throw new IllegalStateException("a defect");
                        }
                        return known.getOrDefault(
                                workerId, new Known(false, Optional.empty(), Optional.empty(), Optional.of("user-a")));
                    }

                    @Override
                    public Optional<Set<String>> running() {
                        return running;
                    }
                },
                new EntryReader(zone, Redaction.standard()),
                new FileOnlyMarks(data)::isMarked,
                budget,
                time,
                events::add);
    }

    SinkShipper tailer(LogSink sink) {
        SinkShipper tailer = new SinkShipper(sink, data, feed(), 50);
        tailers.add(tailer);
        return tailer;
    }

    /** A worker id that sorts behind those with a lower number. */
    static String worker(int number) {
        return String.format(java.util.Locale.ROOT, "01kas9g4bv%016d", number);
    }

    WorkerLogFile file(int number) {
        AccountId account = AccountId.of(number);
        return new WorkerLogFile(data.path().resolve(Layout.logName(account, worker(number))), account, worker(number));
    }

    WorkerLogFile write(int number, String text) throws IOException {
        WorkerLogFile file = file(number);
        Files.write(
                file.path(),
                text.getBytes(StandardCharsets.UTF_8),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        Files.setLastModifiedTime(file.path(), FileTime.from(timing.now()));
        return file;
    }

    void end(int number) {
        known.put(
                worker(number),
                new KnownWorkers.Known(true, Optional.empty(), Optional.of(timing.now()), Optional.of("user-a")));
    }

    /** Ticks until there is nothing to do but wait for more. */
    void drain(SinkShipper tailer) throws IOException {
        WorkerLogFile.list(data).forEach(tailer::noticed);
        for (int quiet = 0; quiet < 4; ) {
            Duration pause = tailer.tick();
            quiet = pause.isZero() ? 0 : quiet + 1;
            timing.pass(FollowedFile.JOINING);
        }
    }

    List<String> told() {
        return List.copyOf(events).stream().map(WorkerEvent::describe).toList();
    }

    /** As if the process had ended: locks and files are let go. */
    void kill(SinkShipper tailer) throws IOException {
        tailer.close();
        tailers.remove(tailer);
    }

    @Override
    public void close() throws IOException {
        for (SinkShipper tailer : tailers) {
            tailer.close();
        }
    }
}
