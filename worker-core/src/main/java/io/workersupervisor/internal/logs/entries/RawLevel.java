package io.workersupervisor.internal.logs.entries;

import io.workersupervisor.LogLevel;

/** The level of lines that name none, by what runtimes print when something fails. Pure. */
final class RawLevel {
    private static final String[] FAILURES = ("Terminating due to java.lang.OutOfMemoryError|Unhandled exception"
                    + "|Uncaught exception|Segmentation fault|#\n# A fatal error has been detected by the Java Runtime Environment"
                    + "|#\n# java.lang.OutOfMemoryError|#\n# There is insufficient memory for the Java Runtime Environment"
                    + "|terminate called |Traceback (most recent call last)")
            .split("\\|", -1);
    /** What Telethon, Pyrogram and asyncio log as ERROR, and Python prints bare where logging is not set up. */
    private static final String[] LAST_RESORT_ERRORS =
            ("Automatic reconnection failed |Unexpected exception reconnecting on attempt "
                            + "|Task was destroyed but it is pending!|Unclosed client session|Unclosed connector")
                    .split("\\|", -1);

    private static final String[] LAST_RESORT_WARNINGS =
            ("Server closed the connection: |Server replied with a wrong session ID"
                            + "|Server sent a very old message|Server sent a very new message|Server indicated flood error at transport level"
                            + "|Security error while unpacking a received message|Could not find a matching Constructor ID for the TLObject"
                            + "|Too many messages had to be ignored consecutively|Error executing high-level request after reconnect"
                            + "|Cannot get difference since the account is likely misusing the session|Telegram is having internal issues "
                            + "|Unable to connect due to network issues: |Connection failed! Trying again...|(node:")
                    .split("\\|", -1);

    private RawLevel() {}

    /** The level of an entry that begins with such a line, in {@code text[from, first)}, and ends at {@code end}. */
    static LogLevel of(LineKind kind, byte[] text, int from, int first, int end, Before before) {
        return switch (kind) {
            case TRACEBACK, CHAIN, CAUSE, EXCEPTION, ANNOUNCED, PANIC, GOROUTINE, RUST_PANIC -> LogLevel.ERROR;
            case BLANK -> hasTraceback(text, from, end) ? LogLevel.ERROR : LogLevel.INFO;
            case INDENTED ->
                TraceLine.isFrame(text, from, first) || hasTraceback(text, from, end) ? LogLevel.ERROR : before.level();
            case NODE_PLACE -> first < end ? LogLevel.ERROR : LogLevel.INFO;
            default -> raw(text, from, first, end);
        };
    }

    private static LogLevel raw(byte[] text, int from, int first, int end) {
        boolean isError = TraceLine.startsAny(text, from, end, FAILURES)
                || TraceLine.startsAny(text, from, first, LAST_RESORT_ERRORS)
                || hasTraceback(text, from, end)
                || hasTrace(text, first, end);
        return isError ? LogLevel.ERROR : isWarning(text, from, first) ? LogLevel.WARNING : LogLevel.INFO;
    }

    /** {@code (node:12) Warning:}, {@code x.py:3: DeprecationWarning:}, {@code OpenJDK 64-Bit Server VM warning:}. */
    private static boolean isWarning(byte[] text, int from, int first) {
        boolean attempt = LineBytes.starts(text, from, first, "Attempt ")
                && LineBytes.contains(text, from, Math.min(first, from + 40), " at connecting failed: ");
        if (attempt || TraceLine.startsAny(text, from, first, LAST_RESORT_WARNINGS)) {
            return true;
        }
        int limit = Math.min(first, from + 200);
        for (int i = from; i < limit; i++) {
            if (text[i] == ':' && i - from > 8) {
                boolean python = LineBytes.starts(text, i - 7, first, "Warning:") && isCapital(text, from, i);
                boolean java = LineBytes.starts(text, i - 10, first, "VM warning:");
                if (python || java) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether the word that ends here begins with a capital, behind a colon and a space or at the begin of the line. */
    private static boolean isCapital(byte[] text, int from, int end) {
        int at = end;
        while (at > from && text[at - 1] != ' ') {
            at--;
        }
        return text[at] >= 'A' && text[at] <= 'Z' && (at == from || text[at - 2] == ':');
    }

    /** Whether a traceback of Python begins in these lines. */
    static boolean hasTraceback(byte[] text, int from, int end) {
        return LineBytes.contains(text, from, end, "Traceback (most recent call last):");
    }

    /** Whether frames of a stack trace or goroutine are among the lines behind the first. */
    static boolean hasTrace(byte[] text, int from, int end) {
        int at = from;
        while (at < end) {
            if (text[at++] == '\n') {
                int start = at;
                while (at < end && (text[at] == ' ' || text[at] == '\t')) {
                    at++;
                }
                boolean frame = LineBytes.starts(text, at, end, "at ") || isRubyFrame(text, at, end);
                if ((at > start && frame) || LineBytes.starts(text, start, end, "goroutine ")) {
                    return true;
                }
            }
        }
        return false;
    }

    /** {@code from worker.rb:12:in 'deliver'}. */
    private static boolean isRubyFrame(byte[] text, int from, int end) {
        return LineBytes.starts(text, from, end, "from ")
                && LineBytes.contains(text, from, Math.min(end, from + 200), ":in ");
    }
}
