package io.workersupervisor.internal.logs.entries;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The form of one line of a worker's output, told from its bytes alone, without newline. Immutable.
 *
 * @param kind what the line is
 * @param head its front, of records, tracebacks and lines behind the prefix of a collector
 * @param from where the line begins, behind the prefix of a collector and carriage returns
 * @param isPrefixed whether a collector has prefixed it
 */
public record LineForm(LineKind kind, LineHead head, int from, boolean isPrefixed) {
    private static final int FARTHEST = 640;
    private static final Pattern NODE_PLACE =
            Pattern.compile("(?:node:.*|\\[eval\\]|/.{2,}[jt]sx?|[A-Za-z]:\\\\.*[jt]sx?|[\\w/-]{2,60}\\.js):\\d{1,8}");
    /** {@code worker.rb:1:in 'f': boom (RuntimeError)}. */
    private static final Pattern RUBY = Pattern.compile("\\S.*:in [`'].*");

    private static final Pattern RUST = Pattern.compile("thread '.{0,512}?' (?:\\(\\d+\\) )?panicked at .*");
    /** {@code Nov 24, 2026 10:15:30 AM com.example.Foo bar}: a time that ends in AM or PM, a class and a method. */
    private static final Pattern JUL = Pattern.compile("[A-Z][^, ]{0,6} ?\\d{0,2}, [^ ]+(?: [^ ]+){2,4}");

    private static final Head[][] HEADS = heads(
            "CAUSE|Caused by: |Suppressed: |... |[stacktrace]|Stack trace:|Stacktrace:|TL trace:|TL Trace:| ---> ",
            "CHAIN|During handling of the above exception, another exception occurred:"
                    + "|The above exception was the direct cause of the following exception:",
            "PANIC|fatal error: |FATAL ERROR: |Fatal Python error: |<--- Last few GCs --->|panic: |terminate called "
                    + "|unexpected fault address ",
            "RUST_NOTE|note: |stack backtrace:",
            "ANNOUNCED|Exception in |Exception ignored |Unhandled exception on |Fatal error handling updates "
                    + "|Task exception was never retrieved|Future exception was never retrieved",
            "EXCEPTION|PHP Fatal error: |Fatal error: |Unhandled exception. |Unhandled Exception: |Uncaught exception"
                    + "|** (|#<Thread:");

    private record Head(String text, LineKind kind) {}

    private static Head[][] heads(String... table) {
        List<List<Head>> byFirst = new ArrayList<>();
        for (int i = 0; i < 128; i++) {
            byFirst.add(new ArrayList<>());
        }
        for (String row : table) {
            String[] texts = row.split("\\|", -1);
            for (int i = 1; i < texts.length; i++) {
                byFirst.get(texts[i].charAt(0)).add(new Head(texts[i], LineKind.valueOf(texts[0])));
            }
        }
        return byFirst.stream().map(heads -> heads.toArray(Head[]::new)).toArray(Head[][]::new);
    }

    /** The form of a line, but for carriage returns and spaces at its begin. */
    public static LineForm of(byte[] line, int begin, int to) {
        int from = begin;
        while (from < to && line[from] == '\r') {
            from++;
        }
        from = from > begin ? firstOf(line, from, to) : from;
        LineForm bare = bare(line, from, to);
        return switch (bare.kind) {
            case RECORD, RAW, INDENTED, TRACEBACK -> Collector.without(bare, line, to);
            default -> bare;
        };
    }

    static int firstOf(byte[] line, int from, int to) {
        int first = from;
        while (first < to && isSpace(line[first])) {
            first++;
        }
        return first;
    }

    /** The form of a line that no collector has prefixed. */
    static LineForm bare(byte[] line, int from, int to) {
        int first = firstOf(line, from, to);
        if (first == to) {
            return of(LineKind.BLANK, from);
        }
        byte last = line[to - 1];
        if (last == ':' && ends(line, from, to, "Traceback (most recent call last):")) {
            return new LineForm(LineKind.TRACEBACK, LineHead.of(line, from, to), from, false);
        }
        if (last == '}' && line[first] == '{' && first == from && looksLikeObject(line, from + 1, to)) {
            return of(LineKind.STRUCTURED, from);
        }
        if (first > from) {
            return indented(line, from, first, to);
        }
        LineKind kind = byFirst(line, from, to);
        if (kind == null) {
            kind = Logfmt.is(line, from, to)
                    ? LineKind.STRUCTURED
                    : TraceLine.isException(line, from, to) ? LineKind.EXCEPTION : null;
        }
        if (kind != null) {
            return of(kind, from);
        }
        LineHead head = LineHead.of(line, from, to);
        if (head.isRecord()) {
            boolean isFirstOfTwo = head.level() == null && is(JUL, line, from, to);
            return new LineForm(isFirstOfTwo ? LineKind.JUL_HEAD : LineKind.RECORD, head, from, false);
        }
        return new LineForm(LineKind.RAW, head, from, false);
    }

    private static LineForm of(LineKind kind, int from) {
        return new LineForm(kind, LineHead.none(from), from, false);
    }

    private static LineForm indented(byte[] line, int from, int first, int to) {
        if (first - from <= 4 && LineBytes.isUpperCase(line[first]) && line[from] == ' ') {
            LineHead head = LineHead.of(line, from, to);
            if (head.level() != null && head.time() == null && head.message() > first + 4) {
                return new LineForm(LineKind.RECORD, head, from, false);
            }
        }
        return of(LineBytes.starts(line, from, to, " ---> ") ? LineKind.CAUSE : LineKind.INDENTED, from);
    }

    private static @Nullable LineKind byFirst(byte[] line, int from, int to) {
        byte first = line[from];
        byte last = line[to - 1];
        for (Head head : first > 0 ? HEADS[first] : HEADS[0]) {
            if (LineBytes.starts(line, from, to, head.text)) {
                return head.kind;
            }
        }
        if (first == '}' || first == ']' || first == ')' || first == '"') {
            return isClosing(line, from, to) ? LineKind.CLOSING : null;
        } else if (first == '#') {
            return to == from + 1 ? LineKind.HASH : null;
        } else if (first == 'g' && LineBytes.starts(line, from, to, "goroutine ")) {
            return last == ':' ? LineKind.GOROUTINE : null;
        } else if (first == 't' && LineBytes.starts(line, from, to, "thread '")) {
            return is(RUST, line, from, to) ? LineKind.RUST_PANIC : null;
        } else if (LineBytes.isDigit(last) && ("/[_".indexOf(first) >= 0 || LineBytes.isLetter(first))) {
            return is(NODE_PLACE, line, from, to) ? LineKind.NODE_PLACE : null;
        }
        return last == ')' && is(RUBY, line, from, to) ? LineKind.EXCEPTION : null;
    }

    private static boolean is(Pattern pattern, byte[] line, int from, int to) {
        String text = new String(line, from, Math.min(to - from, FARTHEST), StandardCharsets.ISO_8859_1);
        return pattern.matcher(text).matches();
    }

    private static boolean looksLikeObject(byte[] line, int from, int to) {
        int first = firstOf(line, from, Math.min(to, from + 16));
        return first < to && line[first] == '"';
    }

    private static boolean isClosing(byte[] line, int from, int to) {
        for (int i = from; i < to; i++) {
            if (i - from > 16 || "}]),; \"".indexOf(line[i]) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean ends(byte[] line, int from, int to, String text) {
        return to - from >= text.length() && LineBytes.starts(line, to - text.length(), to, text);
    }

    static boolean isSpace(byte c) {
        return c == ' ' || c == '\t' || c == '\r' || c == 0x0b || c == '\f';
    }
}
