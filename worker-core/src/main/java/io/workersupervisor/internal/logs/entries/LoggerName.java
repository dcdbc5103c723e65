package io.workersupervisor.internal.logs.entries;

/** Finds the logger that stands between the last piece of a prefix and the message. */
final class LoggerName {
    private LoggerName() {}

    /** Takes the logger, if one is there, out of the message. */
    static void find(Prefix p) {
        LineBytes line = p.line;
        if (p.separator == '=') {
            spring(p);
            return;
        }
        if (p.loggerTo > p.loggerFrom || p.level == null) {
            return;
        }
        int end = line.name(p.at);
        if (line.get(p.at) == '[') {
            bracketed(p);
        } else if (end == p.at) {
            return;
        } else if (p.separator == ':') {
            int colon = line.find(':', p.at, end + 1 - p.at);
            if (colon > 0 && line.isUpper(p.message - 2, p.message - 1)) {
                take(p, p.at, colon, colon + 1);
            }
        } else if (p.tabbed && line.get(end) == '\t' && line.find(':', p.at, end - p.at) < 0) {
            take(p, p.at, end, end + 1);
        } else if (line.starts(end, " - ") || line.starts(end, " -- ")) {
            boolean dotted = line.find('.', p.at, end - p.at) > 0;
            if (dotted || p.separator == '|' || ((p.timed || p.bracketed) && p.separator == ' ' && !p.colon)) {
                take(p, p.at, end, line.get(end + 2) == '-' ? end + 3 : end + 2);
            }
        } else if (!p.colon && line.get(end) == ':' && line.get(end + 1) == ' ') {
            if (p.tagged || (looksLikeLogger(p, end) && (p.timed || line.find('.', p.at, end - p.at) > 0))) {
                take(p, p.at, end, end + 1);
            }
        }
    }

    /** A lower-case name, or one with dots or double colons, but no class of an exception. */
    private static boolean looksLikeLogger(Prefix p, int end) {
        LineBytes line = p.line;
        if (p.separator == '-' || ExceptionLine.isClass(line.bytes, p.at, end)) {
            return false;
        }
        return !LineBytes.isUpperCase(line.get(p.at))
                || line.find('.', p.at, end - p.at) > 0
                || line.find(':', p.at, end - p.at) > 0;
    }

    /** {@code [name]}, or {@code [thread] a.b.Name:}. */
    private static void bracketed(Prefix p) {
        LineBytes line = p.line;
        int close = line.find(']', p.at, LineBytes.LONGEST_TOKEN);
        if (close < 0 || !p.timed || line.name(p.at + 1) != close) {
            return;
        }
        int next = line.spaces(close + 1, 4);
        int end = line.name(next);
        if (line.starts(end, ": ") && line.find('.', next, end - next) > 0) {
            take(p, next, end, end + 1);
        } else {
            take(p, p.at + 1, close, line.starts(close + 1, " - ") ? close + 3 : close + 1);
        }
    }

    /** {@code INFO 12345 --- [app] [           main] c.e.Foo                  : text}. */
    private static void spring(Prefix p) {
        LineBytes line = p.line;
        int next = p.at;
        for (int bracket = 0; bracket < 3 && line.get(next) == '['; bracket++) {
            int close = line.find(']', next, LineBytes.LONGEST_TOKEN);
            if (close < 0) {
                return;
            }
            next = line.spaces(close + 1, 8);
        }
        int end = line.name(next);
        int colonAt = line.spaces(end, 60);
        if (end > next && colonAt > end && line.get(colonAt) == ':') {
            take(p, next, end, colonAt + 1);
        }
    }

    private static void take(Prefix p, int from, int end, int behind) {
        LineBytes line = p.line;
        p.loggerFrom = from;
        p.loggerTo = end;
        p.message = behind == line.to ? line.to : line.spaces(line.get(behind) == ':' ? behind + 1 : behind, 1);
    }
}
