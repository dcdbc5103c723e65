package io.workersupervisor.internal.logs.entries;

/** Recognises the line that names an exception, {@code package.Class: text}, as the runtimes print it. Pure. */
final class ExceptionLine {
    private static final String[] ENDINGS = {
        "Error", "Exception", "ExceptionGroup", "Throwable", "Interrupt", "Rejection"
    };

    private static final int LONGEST = 200;

    private ExceptionLine() {}

    /**
     * Whether a line begins with the class of an exception and ends there or goes on with a colon: {@code ValueError: x},
     * {@code java.lang.IllegalStateException}, {@code DiscordAPIError[50001]: x}, {@code TypeError [ERR_X]: x},
     * {@code Uncaught Error: x}.
     */
    static boolean is(byte[] line, int from, int to) {
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

    /** Whether a dotted name ends in a class named like an exception. */
    static boolean isClass(byte[] line, int from, int to) {
        int last = to;
        while (last > from && line[last - 1] != '.' && line[last - 1] != '$') {
            last--;
        }
        if (last >= to || line[last] < 'A' || line[last] > 'Z') {
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
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
            if (!letter && !(end > from && (c == '.' || (c >= '0' && c <= '9')))) {
                break;
            }
            end++;
        }
        return end;
    }
}
