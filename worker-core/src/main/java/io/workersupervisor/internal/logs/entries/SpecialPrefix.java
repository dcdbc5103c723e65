package io.workersupervisor.internal.logs.entries;

import io.workersupervisor.LogLevel;

/** Reads prefixes that the first bytes of a line give away: syslog, glog, Android, Ruby, npm and TDLib. */
final class SpecialPrefix {
    private SpecialPrefix() {}

    /** Reads such a prefix; false where there is none, or where more may follow behind what was read. */
    static boolean read(Prefix p, int from) {
        LineBytes line = p.line;
        byte first = line.get(from);
        byte second = line.get(from + 1);
        if (first == '<' && LineBytes.isDigit(second)) {
            syslog(p, from);
            return false;
        }
        LogLevel letter = LevelWords.ofLetter(first);
        if (letter != null && LineBytes.isDigit(second)) {
            return glog(p, from, letter);
        }
        if (letter != null && second == '/') {
            return android(p, from, letter);
        }
        if (letter != null && second == ',' && line.get(from + 2) == ' ' && line.get(from + 3) == '[') {
            p.at = from + 3;
            p.level = letter;
            return ruby(p);
        }
        if (first == 'n' && line.starts(from, "npm ")) {
            return npm(p, from + 4);
        }
        if (first == '[' && line.starts(from, "[Nest] ")) {
            int dash = line.find('-', from, 24);
            p.at = dash < 0 ? from : dash + 1;
            return false;
        }
        if (LineBytes.isDigit(first)) {
            return access(p, from);
        }
        return first == '[' && (second == ' ' || LineBytes.isDigit(second)) && tdlib(p, from);
    }

    /** {@code 127.0.0.1 - - [24/Nov/2026:10:15:30 +0000] "GET / HTTP/1.1"}: the time stays in the message with all the rest. */
    private static boolean access(Prefix p, int from) {
        LineBytes line = p.line;
        int host = line.find(' ', from, 48);
        int open = host > 0 && line.starts(host, " - ") ? line.find('[', host, 64) : -1;
        int close = open > 0 ? line.find(']', open, 40) : -1;
        p.timed = close > 0 && p.time.scan(line.bytes, open + 1, close) == close;
        return p.timed;
    }

    private static void syslog(Prefix p, int from) {
        LineBytes line = p.line;
        int end = from + 1;
        int priority = 0;
        while (LineBytes.isDigit(line.get(end)) && end < from + 4) {
            priority = priority * 10 + (line.get(end++) - '0');
        }
        if (line.get(end) == '>' && priority < 192) {
            p.level = LevelWords.ofSyslog(priority & 7);
            boolean version = line.starts(end + 1, "1 ");
            p.at = version ? end + 3 : end + 1;
            p.message = p.at;
        }
    }

    private static boolean glog(Prefix p, int from, LogLevel letter) {
        LineBytes line = p.line;
        int end = p.time.scanGlog(line.bytes, from + 1, line.to);
        if (end < 0) {
            return false;
        }
        p.level = letter;
        p.timed = true;
        int source = line.spaces(end, 8);
        while (LineBytes.isDigit(line.get(source))) {
            source++;
        }
        source = line.spaces(source, 2);
        int close = line.find(']', source, LineBytes.LONGEST_TOKEN);
        if (close > 0 && line.get(close + 1) == ' ' && line.find(' ', source, close - source) < 0) {
            p.loggerFrom = source;
            p.loggerTo = close;
            end = close + 1;
        }
        p.message = line.spaces(end, 1);
        return true;
    }

    private static boolean android(Prefix p, int from, LogLevel letter) {
        LineBytes line = p.line;
        int end = line.name(from + 2);
        if (end == from + 2 || (line.get(end) != '(' && line.get(end) != ':')) {
            return false;
        }
        int close = line.get(end) == '(' ? line.find(')', end, 12) : end - 1;
        if (close < 0 || line.get(close + 1) != ':') {
            return false;
        }
        p.level = letter;
        p.loggerFrom = from + 2;
        p.loggerTo = end;
        p.message = line.spaces(close + 2, 1);
        return true;
    }

    /** {@code I, [2026-11-24T10:15:30.123456 #1234]  INFO -- prog: text}. */
    private static boolean ruby(Prefix p) {
        LineBytes line = p.line;
        int close = line.find(']', p.at, LineBytes.LONGEST_TOKEN);
        int end = close < 0 ? -1 : p.time.scan(line.bytes, p.at + 1, close);
        int dashes = close < 0 ? -1 : line.find('-', close, 12);
        if (end < 0 || dashes < 0 || !line.starts(dashes, "-- ")) {
            p.level = null;
            return false;
        }
        p.timed = true;
        p.message = dashes + 3;
        int name = line.name(p.message);
        if (name > p.message && line.get(name) == ':') {
            p.loggerFrom = p.message;
            p.loggerTo = name;
            p.message = name + 1;
        } else if (line.get(p.message) == ':') {
            p.message++;
        }
        p.message = line.spaces(p.message, 1);
        return true;
    }

    private static boolean npm(Prefix p, int from) {
        LineBytes line = p.line;
        int end = line.word(from);
        LogLevel named = LevelWords.of(line.bytes, from, end);
        if (named == null) {
            return false;
        }
        p.level = named;
        p.loggerFrom = from - 4;
        p.loggerTo = from - 1;
        p.message = line.spaces(line.get(end) == '!' ? end + 1 : end, 1);
        return true;
    }

    /** {@code [ 1][t 4][1795476671.123456][File.cpp:12][#1][!Client] text}: 0 fatal, 1 error, 2 warning, 3 info, above debug. */
    private static boolean tdlib(Prefix p, int from) {
        LineBytes line = p.line;
        int digit = line.spaces(from + 1, 1);
        int close = LineBytes.isDigit(line.get(digit)) ? line.find(']', digit, 5) : -1;
        if (close < 0 || !line.starts(close + 1, "[t")) {
            return false;
        }
        int verbosity = close == digit + 1 ? line.get(digit) - '0' : 9;
        p.level = switch (verbosity) {
            case 0 -> LogLevel.CRITICAL;
            case 1 -> LogLevel.ERROR;
            case 2 -> LogLevel.WARNING;
            case 3 -> LogLevel.INFO;
            default -> LogLevel.DEBUG;
        };
        int next = close + 1;
        for (int bracket = 0; bracket < 3 && line.get(next) == '['; bracket++) {
            int end = line.find(']', next, LineBytes.LONGEST_TOKEN);
            if (end < 0) {
                break;
            }
            if (bracket == 1) {
                p.timed = p.time.scanEpoch(line.bytes, next + 1, end) == end
                        || p.time.scan(line.bytes, next + 1, end) == end;
            } else if (bracket == 2) {
                p.loggerFrom = next + 1;
                p.loggerTo = end;
            }
            next = end + 1;
        }
        p.message = line.spaces(next, 1);
        return true;
    }
}
