package io.workersupervisor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The end of one worker's log, cut into entries: a line with those that belong to it, above all a traceback or the text of a
 * crash. Pure but for {@link #read}.
 *
 * @param size the length of the whole file
 * @param isWhole whether the entries begin at the beginning of the file
 * @param entries in order; a first line that was cut is left out
 */
record TailOfLog(long size, boolean isWhole, List<Entry> entries) {
    /** The most bytes of a log that are read: 256 KiB. */
    static final int LONGEST = 256 * 1024;

    /** What is read first, and mostly is enough: 16 KiB. */
    static final int SHORT = 16 * 1024;

    /** A line, and the byte at which it begins. */
    record Line(long offset, String text) {}

    /**
     * Lines that belong together.
     *
     * @param head what the first line looks like; empty level and place for plain output
     * @param isStructured whether a logging framework wrote it
     * @param crash the kind of traceback or crash in it
     * @param lines at least one
     */
    record Entry(LineHead head, boolean isStructured, Crash crash, List<Line> lines) {
        long offset() {
            return lines.get(0).offset();
        }

        String first() {
            return lines.get(0).text();
        }
    }

    /** The end of a file, at most so many bytes; a symbolic link is not followed. */
    static TailOfLog read(Path file, int most) throws IOException {
        try (SeekableByteChannel channel =
                Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            long size = channel.size();
            long from = Math.max(0, size - most);
            ByteBuffer bytes = ByteBuffer.allocate((int) (size - from));
            channel.position(from);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
            byte[] read = new byte[bytes.position()];
            bytes.flip().get(read);
            return of(read, from);
        }
    }

    /** Text from a place of a file on; what stands before the first line break of a later place is left out. */
    static TailOfLog of(byte[] bytes, long from) {
        int at = 0;
        if (from > 0) {
            while (at < bytes.length && bytes[at] != '\n') {
                at++;
            }
            at++;
        }
        List<Line> lines = new ArrayList<>();
        while (at < bytes.length) {
            int end = at;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            int last = end > at && bytes[end - 1] == '\r' ? end - 1 : end;
            lines.add(new Line(from + at, new String(bytes, at, last - at, StandardCharsets.UTF_8)));
            at = end + 1;
        }
        return new TailOfLog(from + bytes.length, from == 0, LogCutter.cut(lines));
    }

    /** Whether the worker's ordinary lines come from a logging framework. */
    boolean isStructured() {
        return entries.stream().anyMatch(Entry::isStructured);
    }
}
