package io.workersupervisor.internal.logs;

import io.workersupervisor.internal.directory.OwnFiles;
import io.workersupervisor.internal.text.Json;
import io.workersupervisor.spi.LogPosition;
import io.workersupervisor.spi.LogSink;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Entries that a sink rejected, kept so that later entries can go on: one JSON object a line in
 * {@code checkpoints/SINK/refused.jsonl}, and the file before it. A crash may write one twice. Not thread-safe.
 */
final class RefusedEntries {
    static final String FILE = "refused.jsonl";
    private static final long LARGEST = 10 << 20;
    private static final Duration BETWEEN_REPORTS = Duration.ofMinutes(1);

    private final String sink;
    private final Path file;
    private final LogFeed feed;
    private long reportedAt;
    private int since;

    RefusedEntries(String sink, Path directory, LogFeed feed) {
        this.sink = sink;
        this.file = directory.resolve(FILE);
        this.feed = feed;
        this.reportedAt = feed.clocks().nanos() - BETWEEN_REPORTS.toNanos();
    }

    void put(List<LogSink.Rejected> refused) throws IOException {
        if (refused.isEmpty()) {
            return;
        }
        if (Files.exists(file) && Files.size(file) > LARGEST) {
            Files.move(file, file.resolveSibling("refused.1.jsonl"), StandardCopyOption.REPLACE_EXISTING);
        }
        boolean isNew = Files.notExists(file);
        if (isNew) {
            OwnFiles.make(file);
        }
        StringBuilder lines = new StringBuilder();
        refused.forEach(one -> lines.append(line(one)).append('\n'));
        try (FileOutputStream out = new FileOutputStream(file.toFile(), true)) {
            out.write(lines.toString().getBytes(StandardCharsets.UTF_8));
            // The sink never gets them: the batch is acknowledged without them.
            out.getFD().sync();
        }
        if (isNew) {
            OwnFiles.syncDirectoryOf(file);
        }
        since += refused.size();
        report(refused.get(0));
    }

    private void report(LogSink.Rejected first) {
        long now = feed.clocks().nanos();
        if (now - reportedAt >= BETWEEN_REPORTS.toNanos()) {
            LogPosition position = first.entry().requirePosition();
            feed.trouble(
                    first.entry().account(),
                    "log sink " + sink + " refuses " + since + (since == 1 ? " entry" : " entries")
                            + ", one of them at byte " + position.offset() + " of worker " + position.workerId() + ": "
                            + first.why() + "; kept in " + file);
            reportedAt = now;
            since = 0;
        }
    }

    private static String line(LogSink.Rejected refused) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("why", refused.why());
        fields.putAll(Json.object(refused.entry().toJson()));
        return Json.write(fields);
    }
}
