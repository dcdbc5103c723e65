package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.LogEntry;
import io.workersupervisor.LogLevel;
import io.workersupervisor.internal.logs.entries.Ansi;
import io.workersupervisor.internal.logs.entries.Before;
import io.workersupervisor.internal.logs.entries.EntryCutter;
import io.workersupervisor.internal.logs.entries.EntryParser;
import io.workersupervisor.internal.logs.entries.LineBytes;
import io.workersupervisor.internal.logs.entries.LineForm;
import io.workersupervisor.internal.logs.entries.LineKind;
import io.workersupervisor.internal.logs.entries.Parsed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The end of one worker's log, in the entries that also go to the sinks. Pure but for {@link #read}.
 *
 * @param size the length of the whole file
 * @param isWhole whether the entries begin at the beginning of the file
 * @param entries in order; a first line that was cut is left out
 */
public record TailOfLog(long size, boolean isWhole, List<Entry> entries) {
    /** The most bytes of a log that are read: 256 KiB. */
    public static final int LONGEST = 256 * 1024;

    /** What is read first, and mostly is enough: 16 KiB. */
    static final int SHORT = 16 * 1024;

    /** The zone of times that name none: they are compared with one another only. */
    static final ZoneOffset ZONE = ZoneOffset.UTC;

    private static final Before FIRST = Before.first(Instant.EPOCH, ZONE, Optional.empty());

    /**
     * A line without colours and without what a collector put before it.
     *
     * @param offset the byte at which it begins
     * @param kind what it is
     * @param text without its line break
     */
    record Line(long offset, LineKind kind, String text) {
        /** A line of the file, or one that another line carries. */
        static Line of(long offset, byte[] bytes, int from, int to) {
            byte[] plain = Ansi.strip(bytes, from, to);
            int end = plain.length;
            while (end > 0 && plain[end - 1] == '\r') {
                end--;
            }
            LineForm form = LineForm.of(plain, 0, end);
            int begin = form.isPrefixed() ? form.from() : 0;
            return new Line(offset, form.kind(), new String(plain, begin, end - begin, StandardCharsets.UTF_8));
        }

        static Line of(long offset, String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return of(offset, bytes, 0, bytes.length);
        }
    }

    /**
     * Lines that belong together.
     *
     * @param parsed what they say
     * @param crash the kind of traceback or crash in them
     * @param lines at least one
     */
    public record Entry(Parsed parsed, Crash crash, List<Line> lines) {
        long offset() {
            return lines.get(0).offset();
        }

        public String first() {
            return lines.get(0).text();
        }

        /** True if the worker gave it a level below this one. */
        boolean isBelow(LogLevel level) {
            return level().filter(known -> known.compareTo(level) < 0).isPresent();
        }

        boolean isCrash() {
            return crash != Crash.NONE;
        }

        /** True if frames of a stack are among its lines. */
        boolean hasStack() {
            return lines.stream()
                    .skip(1)
                    .map(line -> line.text().stripLeading())
                    .anyMatch(text -> text.startsWith("at ") || text.startsWith("from "));
        }

        /** Whether a logging framework wrote it. */
        boolean isRecord() {
            return parsed.form() != Parsed.Form.PLAIN;
        }

        /** The level that the worker gave it. */
        Optional<LogLevel> level() {
            return parsed.form() == Parsed.Form.LEVELLED ? Optional.of(parsed.level()) : Optional.empty();
        }
    }

    /** The kinds of text that runtimes print when a program goes wrong; each names the cause in its own place. */
    public enum Crash {
        NONE,
        /** A Python traceback, alone or in a chain or group: frames are indented, the class stands at the margin. */
        PYTHON,
        /** The last words of another runtime. */
        OTHER;

        /** The first kind that begins in an entry; a place of Node counts with the source line and a mark beneath it. */
        static Crash in(List<Line> lines) {
            for (Line line : lines) {
                boolean isOther = switch (line.kind()) {
                    case ANNOUNCED -> line.text().startsWith("Exception in thread \"");
                    case RUST_PANIC, HASH, PANIC -> true;
                    case NODE_PLACE -> lines.size() > 2;
                    default -> false;
                };
                if (isOther || line.kind() == LineKind.TRACEBACK) {
                    return isOther ? OTHER : PYTHON;
                }
            }
            return NONE;
        }
    }

    /** The end of a file, at most so many bytes; a symbolic link is not followed. */
    public static TailOfLog read(Path file, int most) throws IOException {
        try (SeekableByteChannel channel = opened(file)) {
            long from = Math.max(0, channel.size() - most);
            return of(bytes(channel.position(from), most), from);
        }
    }

    /** The beginning of a file, as {@link #read}. */
    static byte[] bytes(Path file, int most) throws IOException {
        try (SeekableByteChannel channel = opened(file)) {
            return bytes(channel, most);
        }
    }

    static SeekableByteChannel opened(Path file) throws IOException {
        return Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    }

    static byte[] bytes(SeekableByteChannel channel, int most) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(most, channel.size() - channel.position()));
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    /** Text from a place of a file on; what stands before the first line break of a later place is left out. */
    static TailOfLog of(byte[] bytes, long from) {
        int begin = from == 0 ? 0 : LineBytes.nextLine(bytes, 0, bytes.length);
        List<EntryCutter.Span> spans = new ArrayList<>();
        EntryCutter cutter = new EntryCutter(begin);
        cutter.feed(bytes, begin, bytes.length, spans::add);
        cutter.closeAll(spans::add);
        List<Entry> entries = new ArrayList<>();
        Before before = FIRST;
        for (int i = 0; i < spans.size(); i++) {
            int start = (int) spans.get(i).offset();
            int end = start + spans.get(i).length();
            while (i + 1 < spans.size() && isCut(bytes, spans.get(i), end)) {
                i++;
                end += spans.get(i).length();
            }
            Parsed parsed = EntryParser.parse(bytes, start, end, before);
            before = before.then(parsed, true);
            List<Line> lines = lines(bytes, from, start, end);
            entries.add(new Entry(parsed, Crash.in(lines), lines));
        }
        return new TailOfLog(from + bytes.length, from == 0, entries);
    }

    private static boolean isCut(byte[] bytes, EntryCutter.Span span, int end) {
        if (bytes[end - 1] != '\n') {
            return true;
        }
        int next = LineBytes.nextLine(bytes, end, bytes.length);
        if (span.length() + next - end <= LogEntry.LONGEST) {
            return false;
        }
        LineKind kind = Line.of(end, bytes, end, bytes[next - 1] == '\n' ? next - 1 : next)
                .kind();
        return kind == LineKind.INDENTED || kind == LineKind.EXCEPTION || kind == LineKind.CAUSE;
    }

    private static List<Line> lines(byte[] bytes, long from, int begin, int to) {
        List<Line> lines = new ArrayList<>();
        int at = begin;
        while (at < to) {
            int next = LineBytes.nextLine(bytes, at, to);
            lines.add(Line.of(from + at, bytes, at, bytes[next - 1] == '\n' ? next - 1 : next));
            at = next;
        }
        return lines;
    }
}
