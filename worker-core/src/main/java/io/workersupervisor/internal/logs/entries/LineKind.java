package io.workersupervisor.internal.logs.entries;

import org.jspecify.annotations.Nullable;

/** What one line of a worker's output is, told from its bytes alone, without newline. */
public enum LineKind {
    /** Nothing but white space. */
    BLANK,
    /** Begins with a time or level. */
    RECORD,
    /** A JSON object, or {@code key=value} with a level: a record that no traceback belongs to. */
    STRUCTURED,
    /** The first of two lines by which java.util.logging writes a record; the level stands in the second. */
    JUL_HEAD,
    /** Ends with the words that open a Python traceback. */
    TRACEBACK,
    /** Begins with white space. */
    INDENTED,
    /** Closing brackets alone, as at the end of a printed object. */
    CLOSING,
    /** Joins two tracebacks of Python. */
    CHAIN,
    /** A further part of a Java stack trace. */
    CAUSE,
    /** Names an exception. */
    EXCEPTION,
    /** Announces an exception: {@code Exception in thread}, {@code Task exception was never retrieved}. */
    ANNOUNCED,
    /** A process of Go, Node or C++, or the Python interpreter, dies of this. */
    PANIC,
    /** The head of a goroutine's trace. */
    GOROUTINE,
    /** A Rust thread panics. */
    RUST_PANIC,
    /** What Rust adds to a panic. */
    RUST_NOTE,
    /** A number sign alone, as the JVM's last words begin. */
    HASH,
    /** The place at which Node threw: {@code /srv/worker.js:27}. */
    NODE_PLACE,
    /** Any other text. */
    RAW;

    private static final String TRACEBACK_HEAD = "Traceback (most recent call last):";
    private static final int FARTHEST_NAME = 512;

    /** The kind of a line, but for a carriage return and spaces at its begin; {@code prefix} holds its prefix afterwards for records and tracebacks. */
    public static LineKind of(byte[] line, int begin, int to, Prefix prefix) {
        int from = begin;
        while (from < to && line[from] == '\r') {
            from++;
        }
        int first = from;
        while (first < to && isSpace(line[first])) {
            first++;
        }
        if (first == to) {
            return BLANK;
        }
        if (from > begin) {
            from = first;
        }
        byte last = line[to - 1];
        if (last == ':' && endsWithTraceback(line, from, to)) {
            prefix.scan(line, from, to);
            return TRACEBACK;
        }
        if (last == '}' && line[first] == '{' && first == from && looksLikeObject(line, from + 1, to)) {
            return STRUCTURED;
        }
        if (first > from) {
            return indented(line, from, first, to, prefix);
        }
        LineKind plain = byFirst(line, from, to);
        if (plain != null) {
            return plain;
        }
        if (Logfmt.is(line, from, to)) {
            return STRUCTURED;
        }
        if (ExceptionLine.is(line, from, to)) {
            return EXCEPTION;
        }
        prefix.scan(line, from, to);
        if (prefix.isRecord()) {
            return prefix.level == null && isJulHead(line, from, to) ? JUL_HEAD : RECORD;
        }
        return RAW;
    }

    /** Right-aligned levels: up to four spaces, then a level in capitals. */
    private static LineKind indented(byte[] line, int from, int first, int to, Prefix prefix) {
        if (first - from <= 4 && line[first] >= 'A' && line[first] <= 'Z' && line[from] == ' ') {
            prefix.scan(line, from, to);
            if (prefix.level != null && !prefix.timed && prefix.message > first + 4) {
                return RECORD;
            }
        }
        return INDENTED;
    }

    private static @Nullable LineKind byFirst(byte[] line, int from, int to) {
        switch (line[from]) {
            case '}', ']', ')' -> {
                return isClosing(line, from, to) ? CLOSING : null;
            }
            case '#' -> {
                return to == from + 1 ? HASH : null;
            }
            case 'C' -> {
                return is(line, from, to, "Caused by: ") ? CAUSE : null;
            }
            case 'S' -> {
                return is(line, from, to, "Suppressed: ") ? CAUSE : null;
            }
            case '.' -> {
                return is(line, from, to, "... ") ? CAUSE : null;
            }
            case 'D' -> {
                return is(line, from, to, "During handling of the above exception, another exception occurred:")
                        ? CHAIN
                        : null;
            }
            case 'T' -> {
                return is(line, from, to, "The above exception was the direct cause of the following exception:")
                        ? CHAIN
                        : announcement(line, from, to);
            }
            case 'E', 'U' -> {
                return announcement(line, from, to);
            }
            case 'f' -> {
                return is(line, from, to, "fatal error: ") ? PANIC : null;
            }
            case 'F' -> {
                boolean panic = is(line, from, to, "FATAL ERROR: ") || is(line, from, to, "Fatal Python error: ");
                return panic ? PANIC : announcement(line, from, to);
            }
            case '<' -> {
                return is(line, from, to, "<--- Last few GCs --->") ? PANIC : null;
            }
            case 'p' -> {
                return is(line, from, to, "panic: ") ? PANIC : null;
            }
            case 'g' -> {
                return is(line, from, to, "goroutine ") && line[to - 1] == ':' ? GOROUTINE : null;
            }
            case 't' -> {
                if (is(line, from, to, "terminate called ")) {
                    return PANIC;
                }
                return is(line, from, to, "thread '") && isRustPanic(line, from, to) ? RUST_PANIC : null;
            }
            case 'u' -> {
                return is(line, from, to, "unexpected fault address ") ? PANIC : null;
            }
            case 'n' -> {
                return is(line, from, to, "note: ") ? RUST_NOTE : nodePlace(line, from, to);
            }
            case 's' -> {
                return is(line, from, to, "stack backtrace:") ? RUST_NOTE : null;
            }
            case '/' -> {
                return nodePlace(line, from, to);
            }
            default -> {
                return (line[from] >= 'A' && line[from] <= 'Z') || line[from] == '['
                        ? nodePlaceElsewhere(line, from, to)
                        : null;
            }
        }
    }

    private static @Nullable LineKind announcement(byte[] line, int from, int to) {
        return TraceLine.isAnnouncement(line, from, to) ? ANNOUNCED : null;
    }

    private static @Nullable LineKind nodePlaceElsewhere(byte[] line, int from, int to) {
        boolean drive = to - from > 3 && line[from + 1] == ':' && line[from + 2] == '\\';
        return drive || is(line, from, to, "[eval]:") ? nodePlace(line, from, to) : null;
    }

    /** A file of JavaScript or a module of Node, a colon and a line number. */
    private static @Nullable LineKind nodePlace(byte[] line, int from, int to) {
        int colon = to - 1;
        while (colon > from && colon > to - 9 && line[colon] >= '0' && line[colon] <= '9') {
            colon--;
        }
        if (colon == to - 1 || line[colon] != ':') {
            return null;
        }
        boolean node = is(line, from, colon, "node:") || is(line, from, colon, "[eval]");
        boolean script = ends(line, from, colon, "js")
                || ends(line, from, colon, "ts")
                || ends(line, from, colon, "jsx")
                || ends(line, from, colon, "tsx");
        return node || (script && colon - from > 4) ? NODE_PLACE : null;
    }

    private static boolean isRustPanic(byte[] line, int from, int to) {
        int limit = Math.min(to - 12, from + FARTHEST_NAME);
        for (int i = from + 8; i < limit; i++) {
            if (line[i] == '\'') {
                int next = i + 2;
                if (line[next] == '(') {
                    while (next < to - 12 && line[next] != ' ') {
                        next++;
                    }
                    next++;
                }
                if (is(line, next, to, "panicked at ")) {
                    return true;
                }
            }
        }
        return false;
    }

    /** {@code Nov 24, 2026 10:15:30 AM com.example.Foo bar}: a time that ends in AM or PM, a class and a method. */
    private static boolean isJulHead(byte[] line, int from, int to) {
        int comma = from;
        while (comma < to && comma < from + 8 && line[comma] != ',') {
            comma++;
        }
        int spaces = 0;
        for (int i = comma; i < to; i++) {
            spaces += line[i] == ' ' ? 1 : 0;
        }
        return comma < to && line[comma] == ',' && spaces >= 3 && spaces <= 5 && line[from] >= 'A';
    }

    private static boolean endsWithTraceback(byte[] line, int from, int to) {
        return ends(line, from, to, TRACEBACK_HEAD);
    }

    private static boolean looksLikeObject(byte[] line, int from, int to) {
        int i = from;
        while (i < to && i < from + 16 && isSpace(line[i])) {
            i++;
        }
        return line[i] == '"';
    }

    private static boolean isClosing(byte[] line, int from, int to) {
        for (int i = from; i < to; i++) {
            byte c = line[i];
            if (i - from > 16 || (c != '}' && c != ']' && c != ')' && c != ',' && c != ';' && c != ' ')) {
                return false;
            }
        }
        return true;
    }

    private static boolean is(byte[] line, int from, int to, String text) {
        return LineBytes.starts(line, from, to, text);
    }

    private static boolean ends(byte[] line, int from, int to, String text) {
        return to - from >= text.length() && LineBytes.starts(line, to - text.length(), to, text);
    }

    static boolean isSpace(byte c) {
        return c == ' ' || c == '\t' || c == '\r' || c == 0x0b || c == '\f';
    }
}
