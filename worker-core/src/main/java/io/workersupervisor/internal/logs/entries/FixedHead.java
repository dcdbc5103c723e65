package io.workersupervisor.internal.logs.entries;

import io.workersupervisor.LogLevel;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads fronts that the first bytes of a line give away: syslog's number, glog, Android, npm, TDLib and web servers. Pure. */
final class FixedHead {
    private static final Pattern TDLIB =
            Pattern.compile("\\[ ?(\\d{1,2})]\\[t[^]]*](?:\\[([^]]{1,126})](?:\\[([^]]{1,126})])?)?[ \\t]?");

    private FixedHead() {}

    /** Null where the line has no such front. */
    static @Nullable LineHead of(LineBytes line, int from) {
        byte first = line.get(from);
        byte second = line.get(from + 1);
        LogLevel letter = LevelWords.ofLetter(first);
        if (first == '<' && LineBytes.isDigit(second)) {
            return syslog(line, from);
        } else if (letter != null && LineBytes.isDigit(second)) {
            return glog(line, from, letter);
        } else if (letter != null && second == '/') {
            return android(line, from, letter);
        } else if (first == 'n' && line.starts(from, "npm ")) {
            return npm(line, from + 4);
        } else if (LineBytes.isDigit(first)) {
            return access(line, from);
        }
        return first == '[' && (second == ' ' || LineBytes.isDigit(second)) ? tdlib(line, from) : null;
    }

    /** {@code 127.0.0.1 - - [24/Nov/2026:10:15:30 +0000] "GET / HTTP/1.1"}: the time stays in the message with all the rest. */
    private static @Nullable LineHead access(LineBytes line, int from) {
        int host = line.find(' ', from, 48);
        int open = host > 0 && line.starts(host, " - ") ? line.find('[', host, 64) : -1;
        TimeScanner time = new TimeScanner();
        boolean isTimed = open > 0 && line.is(time.scan(line.bytes, open + 1, line.to), ']');
        return isTimed ? new LineHead(null, time, from, from, from, false) : null;
    }

    private static @Nullable LineHead syslog(LineBytes line, int from) {
        int end = from + 1 + line.digits(from + 1);
        int priority = end - from <= 4 ? line.number(from + 1, end) : Integer.MAX_VALUE;
        if (line.get(end) != '>' || priority >= 192) {
            return null;
        }
        int next = line.starts(end + 1, "1 ") ? end + 3 : end + 1;
        LineHead behind = new HeadScanner(line, next).scan();
        return behind.level() == null
                ? new LineHead(
                        LevelWords.ofSyslog(priority & 7),
                        behind.time(),
                        behind.loggerFrom(),
                        behind.loggerTo(),
                        behind.message(),
                        false)
                : behind;
    }

    private static @Nullable LineHead glog(LineBytes line, int from, LogLevel letter) {
        TimeScanner time = new TimeScanner();
        int end = time.scanGlog(line.bytes, from + 1, line.to);
        if (end < 0) {
            return null;
        }
        int source = line.spaces(end, 8);
        source = line.spaces(source + line.digits(source), 2);
        int close = line.find(']', source, LineBytes.LONGEST_TOKEN);
        boolean isSource = close > 0 && line.get(close + 1) == ' ' && line.find(' ', source, close - source) < 0;
        int message = line.spaces(isSource ? close + 1 : end, 1);
        return new LineHead(letter, time, source, isSource ? close : source, message, false);
    }

    private static @Nullable LineHead android(LineBytes line, int from, LogLevel letter) {
        int end = line.name(from + 2);
        if (end == from + 2 || (line.get(end) != '(' && line.get(end) != ':')) {
            return null;
        }
        int close = line.get(end) == '(' ? line.find(')', end, 12) : end - 1;
        return close < 0 || line.get(close + 1) != ':'
                ? null
                : new LineHead(letter, null, from + 2, end, line.spaces(close + 2, 1), false);
    }

    private static @Nullable LineHead npm(LineBytes line, int from) {
        int end = line.word(from);
        LogLevel named = LevelWords.of(line.bytes, from, end);
        int message = line.spaces(line.get(end) == '!' ? end + 1 : end, 1);
        return named == null ? null : new LineHead(named, null, from - 4, from - 1, message, false);
    }

    /** {@code [ 1][t 4][1795476671.123456][File.cpp:12][#1][!Client] text}: 0 fatal, 1 error, 2 warning, 3 info, above debug. */
    private static @Nullable LineHead tdlib(LineBytes line, int from) {
        Matcher front = TDLIB.matcher(line.text(from));
        if (!front.lookingAt()) {
            return null;
        }
        LogLevel level = LevelWords.ofNumber(Math.max(20, 60 - 10 * Integer.parseInt(front.group(1))));
        TimeScanner time = new TimeScanner();
        int begin = front.start(2) < 0 ? line.to : from + front.start(2);
        int end = from + front.end(2);
        boolean isTimed =
                time.scanEpoch(line.bytes, begin, line.to) == end || time.scan(line.bytes, begin, line.to) == end;
        boolean isNamed = front.start(3) >= 0;
        return new LineHead(
                level,
                isTimed ? time : null,
                isNamed ? from + front.start(3) : from,
                isNamed ? from + front.end(3) : from,
                from + front.end(),
                false);
    }
}
