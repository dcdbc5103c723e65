package io.workersupervisor.internal.events;

import io.workersupervisor.AccountId;
import io.workersupervisor.LogEntry;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.internal.directory.OwnFiles;
import io.workersupervisor.internal.directory.ProcessLock;
import io.workersupervisor.internal.text.Text;
import io.workersupervisor.spi.LogPosition;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code data/worker.log}, which an operator reads first: events, and the grave log entries of workers, one line each. Several processes append at once, each by one write to a file opened for append. When it is large it
 * becomes {@code worker.log.1}, and so on; the oldest goes.
 *
 * <pre>
 * 2026-11-24T02:00:00.123Z INFO  4711 started worker 01ja... pid 4242 epoch 3
 * 2026-11-24T02:00:07.456Z ERROR 4711 01ja...@8190 telethon.network: connection lost
 * </pre>
 *
 * Thread-safe.
 */
public final class OperatorLog {
    /** The size beyond which a file is moved aside. */
    static final long LARGEST = 10 << 20;

    /** The number of older files that are kept. */
    public static final int KEPT = 5;

    private static final int LONGEST_MESSAGE = 2_000;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private final Path file;
    private final long largest;
    private boolean failed;

    public OperatorLog(Path file) {
        this(file, LARGEST);
    }

    public OperatorLog(Path file, long largest) {
        this.file = file;
        this.largest = largest;
    }

    public void append(WorkerEvent event) throws IOException {
        append(line(event) + "\n");
    }

    /** Appends by one write, so that lines of several processes do not mix. */
    public synchronized void append(String lines) throws IOException {
        if (!Files.exists(file)) {
            create();
        } else if (Files.size(file) > largest) {
            rotate();
        }
        // Not a channel: an interrupt of the thread that reports must not lose the line.
        // Only behind a failure of our own: another process may be in the middle of its write.
        String whole = failed && isTorn() ? "\n" + lines : lines;
        failed = true;
        try (FileOutputStream out = new FileOutputStream(file.toFile(), true)) {
            out.write(whole.getBytes(StandardCharsets.UTF_8));
        }
        failed = false;
    }

    /** True if a full disk left the last line without its end. */
    private boolean isTorn() throws IOException {
        String last = OwnFiles.tail(file, 1);
        return !last.isEmpty() && !last.equals("\n");
    }

    private void create() throws IOException {
        try {
            OwnFiles.make(file);
        } catch (FileAlreadyExistsException another) {
            // Another process was faster.
            return;
        }
    }

    /** Moves files aside, one host at a time; another that has the file open finishes its line in the renamed one. */
    private void rotate() throws IOException {
        Optional<ProcessLock> lock =
                ProcessLock.tryLock(file.toAbsolutePath().resolveSibling("logs"), "worker-log.lock");
        if (lock.isEmpty()) {
            return;
        }
        try {
            if (Files.exists(file) && Files.size(file) > largest) {
                for (int i = KEPT - 1; i >= 1; i--) {
                    if (Files.exists(older(i))) {
                        Files.move(older(i), older(i + 1), StandardCopyOption.REPLACE_EXISTING);
                    }
                }
                Files.move(file, older(1), StandardCopyOption.REPLACE_EXISTING);
                create();
            }
        } finally {
            lock.get().close();
        }
    }

    public Path older(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    /** The last lines, also those of the file before where this one is short. */
    public List<String> lastLines(int bytes) throws IOException {
        return (OwnFiles.tail(older(1), bytes) + OwnFiles.tail(file, bytes))
                .lines()
                .toList();
    }

    public static String line(WorkerEvent event) {
        return TIME.format(event.at()) + (event.isWarning() ? " WARN  " : " INFO  ")
                + event.account().map(AccountId::toString).orElse("-") + " " + Text.oneLine(event.describe());
    }

    public static String line(LogEntry entry) {
        String level = switch (entry.level()) {
            case WARNING -> "WARN";
            case CRITICAL -> "CRIT";
            default -> entry.level().name();
        };
        return String.format(
                Locale.ROOT,
                "%s %-5s %s %s %s%s",
                TIME.format(entry.timestamp()),
                level,
                entry.account(),
                place(entry.requirePosition()),
                entry.logger().map(logger -> Text.oneLine(logger) + ": ").orElse(""),
                oneLine(entry.message()));
    }

    /** The place by which an entry is known in the file, and found in its worker's. */
    public static String place(LogPosition position) {
        return position.workerId() + "@" + position.offset();
    }

    /** Keeps the first line of a traceback and the last, which names the error. */
    private static String oneLine(String message) {
        List<String> lines = message.lines().filter(line -> !line.isBlank()).toList();
        String text = lines.size() < 2
                ? message
                : lines.get(0) + " ... " + lines.get(lines.size() - 1).strip() + " (" + lines.size() + " lines)";
        String cut = text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE) + "...";
        return Text.oneLine(cut);
    }
}
