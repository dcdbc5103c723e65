package io.workersupervisor;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

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
        if (!Files.exists(file)) {
            create();
        }
        // Not a channel: an interrupt of the thread that reports must not lose the line.
        try (FileOutputStream out = new FileOutputStream(file.toFile(), true)) {
            out.write((line(event) + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    private void create() throws IOException {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException another) {
            // Another process was faster.
            return;
        }
    }

    static String line(WorkerEvent event) {
        return TIME.format(event.at()) + (event.isWarning() ? " WARN  " : " INFO  ")
                + event.account().map(AccountId::toString).orElse("-") + " " + Text.oneLine(event.describe());
    }
}
