package io.workersupervisor.internal.logs;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogEntry;
import io.workersupervisor.WorkerInspector.Finding;
import io.workersupervisor.WorkerInspector.Finding.Level;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Examines what log sinks lack, and changes nothing: checkpoints and files alone count, whether or not a host runs. */
public final class LogCheckup {
    /** Lines beyond a budget wait for the end of their minute. */
    private static final Duration STILL = Duration.ofMinutes(2);

    /** The longest that a line is on its way. */
    private static final Duration ON_ITS_WAY = Duration.ofSeconds(10);

    private static final long MUCH = 1 << 20;

    /** More files than this are not looked into: they are no mere lines without an end. */
    private static final int MANY = 500;

    private final DataDirectory data;
    private final KnownWorkers workers;
    private final Instant now;
    private final List<Finding> findings = new ArrayList<>();

    public LogCheckup(DataDirectory data, KnownWorkers workers, Instant now) {
        this.data = data;
        this.workers = workers;
        this.now = now;
    }

    public List<Finding> examine() throws IOException {
        for (Path directory : SinkCheckpoints.directories(data)) {
            sink(directory);
            warned(directory);
            refused(directory);
        }
        reserve(Files.getFileStore(data.path()).getUsableSpace()).ifPresent(text -> add(Level.WARNING, text));
        return findings;
    }

    private void sink(Path directory) throws IOException {
        String name = String.valueOf(directory.getFileName());
        Instant moved = Files.getLastModifiedTime(directory.resolve("journal")).toInstant();
        long bytes = 0;
        int files = 0;
        boolean late = false;
        List<SinkCheckpoints.Waiting> all = SinkCheckpoints.waiting(data, name);
        for (SinkCheckpoints.Waiting waiting : all) {
            long whole = all.size() > MANY ? waiting.bytes() : wholeLines(waiting);
            if (whole > 0) {
                bytes += whole;
                files++;
                late |= waiting.written().isBefore(now.minus(ON_ITS_WAY));
            }
        }
        if (files == 0) {
            add(Level.OK, "log sink " + name + " has all that workers wrote");
            return;
        }
        String what =
                "log sink " + name + ": " + Text.bytes(bytes) + (files == 1 ? " of a file" : " of " + files + " files");
        Optional<SinkNotes.Note> down = SinkNotes.down(directory);
        if (down.isPresent()) {
            add(
                    Level.WARNING,
                    what + " wait. It is down for "
                            + Text.words(Duration.between(down.get().at(), now)) + ", since "
                            + down.get().at() + ": " + down.get().text());
        } else if (moved.isBefore(now.minus(STILL)) && (late || bytes >= MUCH)) {
            add(
                    Level.WARNING,
                    what + " wait, and its checkpoints have not moved for " + Text.words(Duration.between(moved, now))
                            + ": no host serves it, or it is down (see worker.log). "
                            + (name.equals(OperatorLogSink.NAME)
                                    ? "Start a host"
                                    : "Start a host that uses it; if it is out of use delete " + directory
                                            + ", as lines that it lacks are neither archived nor removed"));
        } else {
            add(Level.OK, what + " wait");
        }
    }

    /** A line without an end is no entry before its worker has ended. */
    private long wholeLines(SinkCheckpoints.Waiting waiting) throws IOException {
        if (waiting.bytes() >= LogEntry.LONGEST
                || workers.of(waiting.file().account(), waiting.file().workerId())
                        .over()) {
            return waiting.bytes();
        }
        try (LogSource open = LogSource.open(waiting.file().path()).orElse(null)) {
            byte[] bytes = open == null ? new byte[0] : open.read(waiting.offset(), (int) waiting.bytes());
            int length = bytes.length;
            while (length > 0 && bytes[length - 1] != '\n') {
                length--;
            }
            return length;
        }
    }

    private void warned(Path directory) throws IOException {
        SinkNotes.warning(directory)
                .ifPresent(note -> add(
                        Level.WARNING,
                        "log sink " + directory.getFileName() + " reported at " + note.at() + ": " + note.text()));
    }

    private void refused(Path directory) throws IOException {
        Path refused = directory.resolve(RefusedEntries.FILE);
        if (Files.exists(refused)) {
            add(
                    Level.WARNING,
                    "log sink " + directory.getFileName() + " refused entries, the last at "
                            + Files.getLastModifiedTime(refused) + ": they stand with the reason in " + refused + " ("
                            + Text.bytes(Files.size(refused)) + "). Delete it when you have looked at them");
        }
    }

    /** A host makes the reserve when there is room, so one that is missing for want of room was given up. */
    Optional<String> reserve(long usable) {
        boolean used = Files.exists(Layout.checkpoints(data));
        return used && usable <= DiskReserve.ROOM && Files.notExists(data.path().resolve(DiskReserve.FILE))
                ? Optional.of("the disk of " + data + " is full (" + Text.bytes(usable)
                        + " left) and the reserve for starts and reports is given up: what workers write to their logs may"
                        + " be lost to them. Make room")
                : Optional.empty();
    }

    private void add(Level level, String text) {
        findings.add(new Finding(level, text));
    }
}
