package io.workersupervisor.internal.logs.entries;

/** Recognises the lines by which runtimes and libraries lay out tracebacks, and those that name an exception. Pure. */
final class TraceLine {
    private static final String[] FRAMES =
            ("File \";at ;... ;Caused by: ;Suppressed: ;| ;+ ;+-;^;~;[Previous line repeated " + ";from ;thrown in ")
                    .split(";", -1);
    private static final String[] ASYNCIO = ("future: <|task: <|handle: <|transport: <|protocol: <|source_traceback: "
                    + "|handle_traceback: |client_session: <|connector: <|connections: [")
            .split("\\|", -1);
    private static final String[] ENDINGS =
            "Error|Exception|ExceptionGroup|Throwable|Interrupt|Rejection|Failure|Fault".split("\\|", -1);
    private static final int LONGEST = 200;

    private TraceLine() {}

    /** Whether a line is indentation and one mark, repeated; the dashes that end an exception group follow a plus. */
    static boolean isMark(byte[] line, int from, int to, char mark) {
        int at = LineForm.firstOf(line, from, to);
        if (mark == '-') {
            if (line[at++] != '+' || to - at < 30) {
                return false;
            }
        }
        int start = at;
        while (at < to && line[at] == mark) {
            at++;
        }
        return at == to && at > start;
    }

    /** True if an indented line is one of a traceback or stack, of any runtime. */
    static boolean isFrame(byte[] line, int from, int to) {
        int at = LineForm.firstOf(line, from, to);
        return at > from && startsAny(line, at, to, FRAMES);
    }

    /** True if a line at the margin is a frame of a stack: {@code #0 /srv/x.php(12): f()}, {@code x.php(12):  f()}. */
    static boolean isFrameAtMargin(byte[] line, int from, int to) {
        int at = from;
        if (line[at] == '#') {
            return at + 1 < to && LineBytes.isDigit(line[at + 1]);
        }
        int limit = Math.min(to, from + LONGEST);
        while (at < limit && line[at] != '(' && line[at] != ' ') {
            at++;
        }
        int close = at;
        while (close + 1 < limit && LineBytes.isDigit(line[close + 1])) {
            close++;
        }
        return close > at && LineBytes.starts(line, close + 1, to, "):");
    }

    /** What asyncio's handler of exceptions writes between its message and the traceback. */
    static boolean isAsyncioDetail(byte[] line, int from, int to) {
        return startsAny(line, from, to, ASYNCIO);
    }

    static boolean startsAny(byte[] line, int from, int to, String[] texts) {
        for (String text : texts) {
            if (from < to && line[from] == text.charAt(0) && LineBytes.starts(line, from, to, text)) {
                return true;
            }
        }
        return false;
    }

    /**
     * True if a line begins with the class of an exception and ends there or goes on with a colon: {@code ValueError: x},
     * {@code java.lang.IllegalStateException}, {@code DiscordAPIError[50001]: x}, {@code TypeError [ERR_X]: x},
     * {@code Uncaught Error: x}.
     */
    static boolean isException(byte[] line, int from, int to) {
        int start = LineBytes.starts(line, from, to, "Uncaught ") ? from + 9 : from;
        int end = nameEnd(line, start, to);
        if (!isClass(line, start, end)) {
            return false;
        }
        if (end < to && line[end] == ' ' && end + 1 < to && line[end + 1] == '[') {
            end++;
        }
        if (end < to && line[end] == '[') {
            int limit = Math.min(to, end + 40);
            while (end < limit && line[end] != ']') {
                end++;
            }
            end++;
        }
        return end >= to ? end == to && end - start > 9 : line[end] == ':';
    }

    /** True if a dotted name ends in a class named like an exception. */
    static boolean isClass(byte[] line, int from, int to) {
        int last = to;
        while (last > from && line[last - 1] != '.' && line[last - 1] != '$' && line[last - 1] != ':') {
            last--;
        }
        if (last >= to || !LineBytes.isUpperCase(line[last])) {
            return false;
        }
        for (String ending : ENDINGS) {
            if (to - last >= ending.length() && LineBytes.starts(line, to - ending.length(), to, ending)) {
                return true;
            }
        }
        return false;
    }

    private static int nameEnd(byte[] line, int from, int to) {
        int end = from;
        int limit = Math.min(to, from + LONGEST);
        while (end < limit) {
            byte c = line[end];
            boolean isInner = c == '.' || LineBytes.isDigit(c) || (c == ':' && end + 1 < limit && line[end + 1] == ':');
            if (!LineBytes.isLetter(c)
                    && c != '_'
                    && c != '$'
                    && !(end > from && (isInner || (line[end - 1] == ':' && c == ':')))) {
                break;
            }
            end++;
        }
        return end;
    }
}
