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
    private static final char REPLACEMENT = '\ufffd';

    private EntryParser() {}

    /** Reads the entry in {@code bytes[from, to)}. */
    public static Parsed parse(byte[] bytes, int from, int to, Before before) {
        byte[] text = Ansi.strip(bytes, from, to);
        int end = text.length;
        while (end > 0 && (text[end - 1] == '\n' || LineKind.isSpace(text[end - 1]))) {
            end--;
        }
        if (before.midLine()) {
            return new Parsed(
                    before.level(), inferred(before), true, Optional.empty(), message(text, 0, end), Parsed.Form.PLAIN);
        }
        int lineEnd = 0;
        while (lineEnd < end && text[lineEnd] != '\n') {
            lineEnd++;
        }
        int first = lineEnd > 0 && text[lineEnd - 1] == '\r' ? lineEnd - 1 : lineEnd;
        Prefix prefix = new Prefix();
        LineKind kind = LineKind.of(text, 0, first, prefix);
        if (kind == LineKind.STRUCTURED) {
            Optional<Parsed> structured = StructuredLine.parse(string(text, 0, first), before);
            if (structured.isPresent()) {
                return withLines(structured.get(), message(text, first, end));
            }
        }
        boolean record = kind == LineKind.RECORD || kind == LineKind.JUL_HEAD || kind == LineKind.TRACEBACK;
        if (!record || !prefix.isRecord()) {
            LogLevel level = RawLevel.of(kind, text, 0, first, end, before);
            return new Parsed(
                    level, inferred(before), true, Optional.empty(), message(text, 0, end), Parsed.Form.PLAIN);
        }
        return record(kind, prefix, text, first, end, before);
    }

    private static Parsed record(LineKind kind, Prefix prefix, byte[] text, int first, int end, Before before) {
        Optional<Instant> time = prefix.timed ? prefix.time.instant(before) : Optional.empty();
        Optional<String> logger = prefix.loggerTo > prefix.loggerFrom
                ? Optional.of(message(text, prefix.loggerFrom, prefix.loggerTo))
                : Optional.empty();
        int from = prefix.timed && time.isEmpty() ? 0 : prefix.message;
        @Nullable LogLevel level = prefix.level;
        if (kind == LineKind.JUL_HEAD && first < end) {
            int next = nextLine(text, first, end);
            int nextEnd = next;
            while (nextEnd < end && text[nextEnd] != '\n') {
                nextEnd++;
            }
            prefix.scan(text, next, nextEnd);
            level = prefix.level;
            if (level != null && !prefix.timed) {
                logger = Optional.of(message(text, from, first));
                from = prefix.message;
            }
        }
        int category = dotnetCategory(prefix, text, first, end);
        if (category > 0) {
            logger = Optional.of(message(text, from, category));
            from = nextLine(text, first, end);
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
    private static int dotnetCategory(Prefix prefix, byte[] text, int first, int end) {
        int name = prefix.line.name(prefix.message);
        if (prefix.timed
                || !prefix.colon
                || first == end
                || name == prefix.message
                || name >= first
                || text[name] != '[') {
            return -1;
        }
        int close = name + 1 + prefix.line.digits(name + 1);
        return close == first - 1 && text[close] == ']' ? name : -1;
    }

    private static Parsed withLines(Parsed entry, String lines) {
        return lines.isEmpty()
                ? entry
                : new Parsed(
                        entry.level(),
                        entry.timestamp(),
                        entry.inferred(),
                        entry.logger(),
                        entry.message() + lines,
                        entry.form());
    }

    private static int nextLine(byte[] text, int from, int end) {
        int at = from;
        while (at < end && text[at] != '\n') {
            at++;
        }
        return Math.min(end, at + 1);
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
        String lines = text.indexOf('\r') < 0 ? text : text.replace("\r\n", "\n");
        boolean dirty = false;
        for (int i = 0; i < lines.length() && !dirty; i++) {
            char c = lines.charAt(i);
            dirty = c == 0 || Character.isSurrogate(c);
        }
        if (!dirty) {
            return lines;
        }
        StringBuilder clean = new StringBuilder(lines.length());
        for (int i = 0; i < lines.length(); i++) {
            char c = lines.charAt(i);
            if (Character.isHighSurrogate(c)
                    && i + 1 < lines.length()
                    && Character.isLowSurrogate(lines.charAt(i + 1))) {
                clean.append(c).append(lines.charAt(++i));
            } else {
                clean.append(c == 0 || Character.isSurrogate(c) ? REPLACEMENT : c);
            }
        }
        return clean.toString();
    }
}
