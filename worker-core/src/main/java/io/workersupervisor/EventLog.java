package io.workersupervisor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Set;

/**
 * Appends to {@code data/worker.log}, one line an event, each by one write to a file opened for append, so that several
 * processes may write at once.
 *
 * <pre>
 * 2026-11-24T02:00:00.123Z INFO  4711 started worker 01ja... pid 4242 epoch 3
 * </pre>
 */
final class EventLog {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final Path file;

    EventLog(Path file) {
        this.file = file;
    }

    void append(WorkerEvent event) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer line = ByteBuffer.wrap((line(event) + "\n").getBytes(StandardCharsets.UTF_8));
            while (line.hasRemaining()) {
                channel.write(line);
            }
        }
    }

    static String line(WorkerEvent event) {
        return TIME.format(event.at()) + (event.isWarning() ? " WARN  " : " INFO  ")
                + event.account().map(AccountId::toString).orElse("-") + " " + Text.oneLine(event.describe());
    }
}
