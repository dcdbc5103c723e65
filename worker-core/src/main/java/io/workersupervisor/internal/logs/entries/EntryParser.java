package io.workersupervisor.internal.logs.entries;

import io.workersupervisor.LogLevel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads level, time, logger and message of one entry, as {@link EntryCutter} cut it. Stateless, pure and linear in the bytes:
 * the same bytes behind the same entry always read the same.
 *
 * <p><b>Level.</b> What the worker wrote in front of the message. An entry with a Python traceback is at least ERROR, since that
 * of an uncaught exception can follow any line. Without a level, ERROR is what the runtimes print when something fails:
 * tracebacks and their remaining lines, stack traces, panics, and a line that begins with the class of an exception,
 * {@code Error: x} or {@code sqlite3.OperationalError: x}; a program that prints such a line by itself is taken at its word.
 * Warnings of the Python, Node and Java runtimes are WARNING. Lines that Telethon, Pyrogram and asyncio log as WARNING or ERROR
 * have that level also where Python prints them bare, since logging is not set up. Anything else is INFO; indented lines, which go on with an entry
 * that was closed before its end, have its level.
 *
 * <p><b>Time.</b> That of the first line; where it gives none, that of the entry before, but never later than the worker's end.
 *
 * <p><b>Message.</b> The text behind the prefix, all lines of it. Colours are taken out, U+0000 and bytes that are no UTF-8
 * become U+FFFD, CR LF becomes LF, blank lines at the end are dropped. What is doubtful stays in the message.
 */
public final class EntryParser {
    private EntryParser() {}

    /** Reads the entry in {@code bytes[from, to)}. */
    public static Parsed parse(byte[] bytes, int from, int to, Before before) {
        byte[] text = Ansi.strip(bytes, from, to);
        int end = trimmed(text, text.length);
        if (before.midLine()) {
            return new Parsed(
                    before.level(), inferred(before), true, Optional.empty(), message(text, 0, end), Parsed.Form.PLAIN);
        }
        LineForm form = LineForm.of(text, 0, firstEnd(text, end));
        if (!form.isPrefixed()) {
            return parse(form, text, end, before);
        }
        byte[] bare = Collector.strip(text, end);
        int bareEnd = trimmed(bare, bare.length);
        Parsed inner = parse(LineForm.bare(bare, 0, firstEnd(bare, bareEnd)), bare, bareEnd, before);
        LineHead outer = form.head();
        Optional<Instant> time =
                inner.inferred() && outer.time() != null ? outer.time().instant(before) : Optional.empty();
        Optional<String> process = outer.loggerTo() > outer.loggerFrom()
                ? Optional.of(message(text, outer.loggerFrom(), outer.loggerTo()))
                : Optional.empty();
        return new Parsed(
                inner.level(),
                time.orElse(inner.timestamp()),
                inner.inferred() && time.isEmpty(),
                inner.logger().or(() -> process),
                inner.message(),
                inner.form());
    }

    private static int trimmed(byte[] text, int to) {
        int end = to;
        while (end > 0 && (text[end - 1] == '\n' || LineForm.isSpace(text[end - 1]))) {
            end--;
        }
        return end;
    }

    private static int firstEnd(byte[] text, int end) {
        int line = LineBytes.lineEnd(text, 0, end);
        return line > 0 && text[line - 1] == '\r' ? line - 1 : line;
    }

    private static Parsed parse(LineForm form, byte[] text, int end, Before before) {
        int first = firstEnd(text, end);
        LineKind kind = form.kind();
        if (kind == LineKind.STRUCTURED) {
            Optional<Parsed> structured =
                    StructuredLine.parse(string(text, 0, first), message(text, first, end), before);
            if (structured.isPresent()) {
                return structured.get();
            }
        }
        boolean record = kind == LineKind.RECORD || kind == LineKind.JUL_HEAD || kind == LineKind.TRACEBACK;
        if (!record || !form.head().isRecord()) {
            LogLevel level = RawLevel.of(kind, text, 0, first, end, before);
            return new Parsed(
                    level, inferred(before), true, Optional.empty(), message(text, 0, end), Parsed.Form.PLAIN);
        }
        return record(kind, form.head(), text, first, end, before);
    }

    private static Parsed record(LineKind kind, LineHead head, byte[] text, int first, int end, Before before) {
        Optional<Instant> time =
                head.time() == null ? Optional.empty() : head.time().instant(before);
        Optional<String> logger = head.loggerTo() > head.loggerFrom()
                ? Optional.of(message(text, head.loggerFrom(), head.loggerTo()))
                : Optional.empty();
        int from = head.time() != null && time.isEmpty() ? 0 : head.message();
        @Nullable LogLevel level = head.level();
        if (kind == LineKind.JUL_HEAD && first < end) {
            int next = LineBytes.nextLine(text, first, end);
            LineHead second = LineHead.of(text, next, Math.max(next, LineBytes.nextLine(text, next, end) - 1));
            level = second.level();
            if (level != null && second.time() == null) {
                logger = Optional.of(message(text, from, first));
                from = second.message();
            }
        }
        int category = dotnetCategory(head, text, first, end);
        if (category > 0) {
            logger = Optional.of(message(text, from, category));
            from = LineBytes.nextLine(text, first, end);
            while (from < end && text[from] == ' ') {
                from++;
            }
        }
        boolean traceback = RawLevel.hasTraceback(text, 0, end);
        Parsed.Form form = level == null ? Parsed.Form.RECORD : Parsed.Form.LEVELLED;
        if (level == null) {
            level = traceback || RawLevel.hasTrace(text, 0, end) ? LogLevel.ERROR : LogLevel.INFO;
        } else if (traceback && level.compareTo(LogLevel.ERROR) < 0) {
            level = LogLevel.ERROR;
        }
        return new Parsed(
                level, time.orElseGet(() -> inferred(before)), time.isEmpty(), logger, message(text, from, end), form);
    }

    /**
     * Where the category ends in {@code fail: My.Worker[12]}, behind which .NET writes the message in lines of their own;
     * negative for other lines.
     */
    private static int dotnetCategory(LineHead head, byte[] text, int first, int end) {
        LineBytes line = new LineBytes();
        line.set(text, end);
        int name = line.name(head.message());
        if (head.time() != null || !head.isColon() || first == end || name == head.message() || name >= first) {
            return -1;
        }
        int close = name + 1 + line.digits(name + 1);
        return line.is(name, '[') && close == first - 1 && line.is(close, ']') ? name : -1;
    }

    /** The time of an entry that gives none. */
    static Instant inferred(Before before) {
        Instant time = before.time();
        return before.end().isPresent() && time.isAfter(before.end().get())
                ? before.end().get()
                : time;
    }

    private static String message(byte[] text, int from, int to) {
        return clean(string(text, from, to));
    }

    private static String string(byte[] text, int from, int to) {
        return new String(text, Math.min(from, to), Math.max(0, to - from), StandardCharsets.UTF_8);
    }

    /** The text without what a store may refuse, each line ended by LF alone. */
    static String clean(String text) {
        return text.replace("\r\n", "\n").replace('\0', '\ufffd');
    }
}
