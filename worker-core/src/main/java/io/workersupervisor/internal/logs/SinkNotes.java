package io.workersupervisor.internal.logs;

import io.workersupervisor.WorkerInspector.Finding;
import io.workersupervisor.internal.directory.OwnFiles;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * The standing troubles of one sink, each a file of one line beside its checkpoints, so that the doctor of any process sees
 * them: {@code down} since when and why, and {@code warning}, which is what the sink reported last if it was no good news.
 * Thread-safe.
 */
final class SinkNotes {
    private static final String DOWN = "down";
    private static final String WARNING = "warning";

    private final Path directory;
    private final LogFeed feed;

    SinkNotes(Path directory, LogFeed feed) {
        this.directory = directory;
        this.feed = feed;
    }

    void down(String reason) {
        note(DOWN, Optional.of(reason));
    }

    void up() {
        note(DOWN, Optional.empty());
    }

    /** Good news take back a warning. */
    void reported(Finding finding) {
        note(WARNING, Optional.of(finding.text()).filter(text -> finding.level() != Finding.Level.OK));
    }

    private synchronized void note(String name, Optional<String> text) {
        Path file = directory.resolve(name);
        try {
            Files.deleteIfExists(file);
            if (text.isPresent()) {
                OwnFiles.make(file);
                Files.writeString(file, feed.clocks().now() + " " + Text.oneLine(text.get()));
            }
        } catch (IOException failed) {
            feed.trouble(file + ": " + Text.reason(failed));
        }
    }

    /** The time from which the sink is down, and the reason. */
    static Optional<Note> down(Path directory) throws IOException {
        return read(directory.resolve(DOWN));
    }

    /** The last report of the sink, if it was a warning. */
    static Optional<Note> warning(Path directory) throws IOException {
        return read(directory.resolve(WARNING));
    }

    private static Optional<Note> read(Path file) throws IOException {
        String[] parts = OwnFiles.tail(file, 16 * 1024).split(" ", 2);
        return parts.length < 2 ? Optional.empty() : Optional.of(new Note(Instant.parse(parts[0]), parts[1]));
    }

    /** A trouble, and its time. */
    record Note(Instant at, String text) {}
}
