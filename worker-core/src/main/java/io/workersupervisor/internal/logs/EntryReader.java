package io.workersupervisor.internal.logs;

import io.workersupervisor.LogEntry;
import io.workersupervisor.LogLevel;
import io.workersupervisor.Redaction;
import io.workersupervisor.internal.logs.entries.Before;
import io.workersupervisor.internal.logs.entries.EntryParser;
import io.workersupervisor.internal.logs.entries.Parsed;
import io.workersupervisor.spi.LogPosition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes entries of the bytes of a piece. The same bytes, cuts and announced times of a worker give the same entries. */
public record EntryReader(ZoneId zone, Redaction redaction) {
    /** The number of bytes that are read at once. */
    private static final int RUN = 1 << 20;

    /** The mark of the byte order, with which some programs begin a file. */
    private static final byte[] ORDER = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private static final Logger LOG = LoggerFactory.getLogger("io.workersupervisor.WorkerSupervisor");

    /** Reads bytes of a file; fewer than asked for where they are gone. */
    @FunctionalInterface
    interface Bytes {
        byte[] at(long offset, int length) throws IOException;
    }

    /** Entries in order, and the time and level of the last one, which the next piece inherits. */
    record Page(List<LogEntry> entries, Instant time, LogLevel level) {
        List<EntryTimes.Stamp> stamps() {
            return entries.stream()
                    .map(entry -> new EntryTimes.Stamp(entry.timestamp(), entry.inferred()))
                    .toList();
        }
    }

    /** The entries of cuts that follow each other; where bytes are gone there are fewer. */
    Page read(
            WorkerLogFile file,
            LogProgress before,
            List<BatchPiece.Cut> cuts,
            Bytes bytes,
            KnownWorkers.Known known,
            EntryTimes times)
            throws IOException {
        times.begin(before);
        // An entry of many pieces goes on where the one before it had no newline.
        byte[] preceding = before.offset() == 0 ? new byte[0] : bytes.at(before.offset() - 1, 1);
        boolean midLine = preceding.length == 1 && preceding[0] != '\n';
        Reading reading = new Reading(file, before, midLine, known, times);
        for (int first = 0; first < cuts.size(); ) {
            int last = first + 1;
            int length = cuts.get(first).length();
            boolean leftOut = cuts.get(first).leftOut() != 0;
            while (!leftOut
                    && last < cuts.size()
                    && cuts.get(last).leftOut() == 0
                    && length + cuts.get(last).length() <= RUN) {
                length += cuts.get(last++).length();
            }
            if (leftOut) {
                reading.pass(cuts.get(first));
            } else if (!reading.parse(cuts.subList(first, last), bytes.at(reading.offset, length), length)) {
                break;
            }
            first = last;
        }
        return new Page(reading.entries, reading.time, reading.level);
    }

    /** The state of a reading. */
    private final class Reading {
        private final WorkerLogFile file;
        private final long base;
        private final KnownWorkers.Known known;
        private final EntryTimes times;
        private final List<LogEntry> entries = new ArrayList<>();
        private long offset;
        private Instant time;
        private LogLevel level;
        private boolean midLine;

        Reading(WorkerLogFile file, LogProgress before, boolean midLine, KnownWorkers.Known known, EntryTimes times) {
            this.file = file;
            this.base = before.base();
            this.known = known;
            this.times = times;
            this.offset = before.offset();
            this.time = before.time();
            this.level = before.level();
            this.midLine = midLine;
        }

        void pass(BatchPiece.Cut cut) {
            midLine = false;
            if (cut.isBefore()) {
                offset += cut.length();
                return;
            }
            LogLevel inherited = level;
            add(
                    cut,
                    plain(
                            LogLevel.WARNING,
                            cut.leftOut()
                                    + " entries are left out, more than the budget of a minute: they stand in "
                                    + file.path().getFileName() + " from byte " + offset));
            level = inherited;
        }

        boolean parse(List<BatchPiece.Cut> cuts, byte[] bytes, int length) {
            if (bytes.length < length) {
                return false;
            }
            int from = 0;
            for (BatchPiece.Cut cut : cuts) {
                int to = from + cut.length();
                add(cut, parse(bytes, from, to));
                midLine = bytes[to - 1] != '\n';
                from = to;
            }
            return true;
        }

        /** Takes bytes that the parser cannot read as text, so that they hold up nothing behind them. */
        private Parsed parse(byte[] bytes, int from, int to) {
            try {
                Before before = new Before(times.near(offset + to - from), level, midLine, zone, Optional.empty());
                int begin = offset == 0 && Arrays.equals(bytes, from, Math.min(to, from + 3), ORDER, 0, 3)
                        ? from + 3
                        : from;
                return EntryParser.parse(bytes, begin, to, before);
            } catch (RuntimeException defect) {
                LOG.error("bytes {} to {} of {} are taken as text", offset, offset + (to - from), file.path(), defect);
                return plain(LogLevel.INFO, new String(bytes, from, to - from, StandardCharsets.UTF_8).strip());
            }
        }

        private Parsed plain(LogLevel as, String message) {
            return new Parsed(as, time, true, Optional.empty(), message, Parsed.Form.PLAIN);
        }

        private void add(BatchPiece.Cut cut, Parsed parsed) {
            EntryTimes.Stamp stamp = times.of(offset + cut.length(), parsed, known);
            time = stamp.time();
            level = parsed.level();
            entries.add(new LogEntry(
                    Optional.of(new LogPosition(file.workerId(), base + offset)),
                    file.account(),
                    known.userId(),
                    level,
                    time,
                    stamp.inferred(),
                    parsed.logger().map(redaction::apply),
                    redaction.apply(parsed.message())));
            offset += cut.length();
        }
    }
}
