package io.workersupervisor.internal.logs.entries;

import io.workersupervisor.LogEntry;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Cuts the bytes of a worker's file into entries: lines, with all the lines of a traceback, stack trace or panic in one. Made
 * for one file, at the begin of an entry; mutable and for one thread; does no I/O and never blocks. The spans handed out cover
 * the file without gap, in order, and do not depend on how the bytes are portioned. An entry ends when the next one begins, so
 * the last one stays open until it is closed by force.
 *
 * <p>No span is longer than {@link LogEntry#LONGEST}: an entry that would be is continued in the next span, from a line, or
 * within a line that alone is longer, from a character. Keeps at most one line of that length in memory.
 */
public final class EntryCutter {
    private final Joining joining = new Joining();
    private long openFrom;
    private int openLength;
    private boolean openBlank;
    private byte[] carry = new byte[512];
    private int carried;
    private boolean midLine;

    /**
     * A range of the file that makes one entry.
     *
     * @param offset where it begins in the file
     * @param length how many bytes it has, from 1 to {@link LogEntry#LONGEST}
     */
    public record Span(long offset, int length) {}

    /** Begins at the offset of the next byte, which begins an entry. */
    public EntryCutter(long offset) {
        if (offset < 0) {
            throw new IllegalArgumentException("offset must not be negative, was " + offset);
        }
        openFrom = offset;
    }

    /** Takes the next bytes of the file and hands out the entries that they close. */
    public void feed(byte[] bytes, int from, int to, Consumer<Span> closed) {
        int at = from;
        while (at < to) {
            int limit = Math.min(to, at + LogEntry.LONGEST - carried);
            int newline = LineBytes.lineEnd(bytes, at, limit);
            boolean complete = newline < limit;
            int next = complete ? newline + 1 : limit;
            if (complete && carried == 0) {
                line(bytes, at, next, closed);
            } else {
                carry(bytes, at, next);
                if (complete) {
                    int length = carried;
                    carried = 0;
                    line(carry, 0, length, closed);
                } else if (carried == LogEntry.LONGEST) {
                    piece(closed);
                }
            }
            at = next;
        }
    }

    /** The complete lines of the entry that is still open and may grow; empty where there is none. */
    public Optional<Span> openLines() {
        return openLength == 0 ? Optional.empty() : Optional.of(new Span(openFrom, openLength));
    }

    /** Whether the open entry is one of several lines that seem not to be all there, so that more patience is due. */
    public boolean isJoining() {
        return openLength > 0 && joining.inProgress();
    }

    /**
     * Closes the open entry by force, without the line that is not complete. What goes on with it later becomes an entry of its
     * own.
     */
    public Optional<Span> close() {
        Optional<Span> open = openLines();
        openFrom += openLength;
        openLength = 0;
        joining.closed();
        return open;
    }

    /** Closes all that is there, also a last line without newline: the file is at its end. Hands out none, one or two spans. */
    public void closeAll(Consumer<Span> closed) {
        if (carried > 0) {
            int length = carried;
            carried = 0;
            line(carry, 0, length, closed);
        }
        close().ifPresent(closed);
        midLine = false;
    }

    private void carry(byte[] bytes, int from, int to) {
        int length = to - from;
        if (carried + length > carry.length) {
            carry = Arrays.copyOf(carry, Math.min(LogEntry.LONGEST, Math.max(carried + length, carry.length * 2)));
        }
        System.arraycopy(bytes, from, carry, carried, length);
        carried += length;
    }

    /** Takes one line, from {@code from} to behind its newline. */
    private void line(byte[] bytes, int from, int to, Consumer<Span> closed) {
        boolean rest = midLine;
        midLine = false;
        boolean goesOn = !rest && classify(bytes, from, to);
        int length = to - from;
        if (!goesOn || openLength + length > LogEntry.LONGEST) {
            handOut(closed);
        }
        openLength += length;
    }

    private boolean classify(byte[] bytes, int from, int to) {
        int end = to;
        while (end > from && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) {
            end--;
        }
        byte[] line = bytes;
        int start = from;
        if (Ansi.isIn(bytes, from, end)) {
            line = Ansi.strip(bytes, from, end);
            start = 0;
            end = line.length;
        }
        LineForm form = LineForm.of(line, start, end);
        boolean goesOn = joining.continues(form, line, end);
        boolean blank = form.kind() == LineKind.BLANK;
        boolean ownBlank = openLength > 0 && openBlank && !blank;
        openBlank = blank && (openLength == 0 || openBlank);
        return goesOn && !ownBlank;
    }

    private void piece(Consumer<Span> closed) {
        if (!midLine) {
            classify(carry, 0, carried);
        }
        handOut(closed);
        openLength = characterBoundary();
        int rest = carried - openLength;
        handOut(closed);
        System.arraycopy(carry, carried - rest, carry, 0, rest);
        carried = rest;
        midLine = true;
    }

    /** The end of the last whole character of UTF-8 in the carried bytes; all of them where they are no UTF-8. */
    private int characterBoundary() {
        for (int back = 1; back <= 3; back++) {
            int lead = carry[carried - back] & 0xff;
            if (lead >= 0xc0) {
                int length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
                return length > back ? carried - back : carried;
            } else if (lead < 0x80) {
                return carried;
            }
        }
        return carried;
    }

    private void handOut(Consumer<Span> closed) {
        if (openLength > 0) {
            closed.accept(new Span(openFrom, openLength));
            openFrom += openLength;
            openLength = 0;
        }
    }
}
