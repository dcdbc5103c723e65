package io.workersupervisor.internal.logs.entries;

import java.io.ByteArrayOutputStream;

/**
 * Takes off what collectors of logs and process managers put before each line of a worker: {@code Nov 24 10:15:30 host
 * worker[12]: }, {@code 2026-11-24T10:15:30Z app[web.1]: }, {@code worker-1  | }, {@code 0|worker  | }, and, where the rest is
 * a line of a traceback or stack, a time, a tag in brackets or the name of a debug module alone. Pure.
 */
final class Collector {
    private static final int LONGEST = 120;

    private Collector() {}

    /** The form of what stands behind the prefix of a collector, or the form as it is. */
    static LineForm without(LineForm bare, byte[] line, int to) {
        LineBytes text = new LineBytes();
        text.set(line, to);
        LineHead head = bare.head();
        int named = head.time() != null && head.level() == null ? behindProcess(text, head.message()) : -1;
        if (named > 0) {
            int space = text.find(' ', head.message(), named - 2 - head.message());
            int process = space < 0 ? head.message() : space + 1;
            LineHead outer = new LineHead(null, head.time(), process, named - 2, named, false);
            LineForm inner = LineForm.bare(line, Math.min(to, named), to);
            return prefixed(inner, outer);
        }
        boolean isOpen = bare.kind() == LineKind.RAW || (bare.kind() == LineKind.TRACEBACK && !head.isRecord());
        int piped = isOpen ? behindPipe(text, bare.from()) : -1;
        if (piped > 0) {
            LineForm inner = LineForm.bare(line, Math.min(to, piped), to);
            return inner.kind() == LineKind.RAW || inner.kind() == LineKind.BLANK ? bare : prefixed(inner, head);
        }
        int tagged = head.isRecord() ? behindFront(text, head.message()) : behindTag(text, bare.from());
        if (tagged < 0 || tagged >= to) {
            return bare;
        }
        LineForm inner = LineForm.bare(line, tagged, to);
        boolean isPart = switch (inner.kind()) {
            case RECORD, RAW, STRUCTURED, BLANK, JUL_HEAD, CLOSING, HASH, RUST_NOTE -> false;
            case INDENTED ->
                TraceLine.isFrame(line, tagged, to)
                        || (head.level() == null && text.spaces(tagged, 5) >= tagged + 4 && head.isRecord());
            default -> head.level() == null;
        };
        return isPart ? prefixed(inner, head) : bare;
    }

    private static LineForm prefixed(LineForm inner, LineHead outer) {
        return new LineForm(inner.kind(), inner.head().behind(outer), inner.from(), true);
    }

    /** Behind {@code name[12]: } or {@code host name[web.1]: }, negative where neither stands there. */
    private static int behindProcess(LineBytes line, int from) {
        int at = from;
        for (int word = 0; word < 2; word++) {
            int end = line.find(' ', at, LONGEST);
            int open = line.find('[', at, LONGEST);
            if (end < 0) {
                return -1;
            } else if (open > at && open < end && line.starts(end - 2, "]:")) {
                return end + 1;
            }
            at = end + 1;
        }
        return -1;
    }

    /** Behind {@code name | } or {@code 0|name  | }. */
    private static int behindPipe(LineBytes line, int from) {
        int name = line.name(from);
        if (LineBytes.isDigit(line.get(from))) {
            int bar = from + line.digits(from);
            name = line.is(bar, '|') ? line.name(bar + 1) : from;
        }
        int bar = name == from ? -1 : line.spaces(name, 40);
        return line.is(bar, '|') && (line.is(bar + 1, ' ') || bar + 1 == line.to) ? bar + 2 : -1;
    }

    private static int behindFront(LineBytes line, int message) {
        int end = message;
        while (end > 0 && line.get(end - 1) == ' ') {
            end--;
        }
        return message - end <= 2 ? message : end + 1;
    }

    /** Behind {@code [tag] }, or behind {@code  name:part } as a debug module writes it. */
    private static int behindTag(LineBytes line, int from) {
        if (line.is(from, '[')) {
            int close = line.find(']', from, 48);
            return close > 0 && line.is(close + 1, ' ') ? close + 2 : -1;
        }
        int first = line.spaces(from, 2);
        int end = line.name(first);
        return first > from && line.find(':', first, end - first) > 0 && line.is(end, ' ') ? end + 1 : -1;
    }

    /** The lines without the prefix of each, where the first one has such a prefix. */
    static byte[] strip(byte[] lines, int to) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(to);
        int at = 0;
        while (at < to) {
            int end = LineBytes.lineEnd(lines, at, to);
            int from = LineForm.of(lines, at, end).from();
            out.write(lines, from, Math.min(to, end + 1) - from);
            at = end + 1;
        }
        return out.toByteArray();
    }
}
