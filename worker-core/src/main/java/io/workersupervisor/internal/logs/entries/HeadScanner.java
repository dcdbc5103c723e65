package io.workersupervisor.internal.logs.entries;

import io.workersupervisor.LogLevel;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the front of a line by its parts, so that orders that no one foresaw are read, too. For one line and one thread.
 *
 * <ol>
 *   <li>A part is a bracket, a word, a number or a time; separators stand between parts.
 *   <li>A thing that is a time is the time, a word that is a level is the level; within brackets both may stand in any order.
 *   <li>Brackets and numbers that are neither are passed where a time or level follows; else the message begins there.
 *   <li>The name between the last part and the message is the logger.
 * </ol>
 */
final class HeadScanner {
    private static final int MOST_PARTS = 12;
    private static final int MOST_UNKNOWN = 3;
    private static final String NAME = "([A-Za-z_@](?:[\\w.$/<>@#-]|:(?=[\\w.$/<>@#:-])){0,127})";
    /** {@code INFO 12345 --- [app] [           main] c.e.Foo                  : text}. */
    private static final Pattern SPRING = Pattern.compile("(?:\\[[^]]*] {0,8}){0,3}" + NAME + " +:");
    /** {@code [thread] a.b.Name:}, or {@code [name]}. */
    private static final Pattern BRACKETED = Pattern.compile(
            "\\[[^] ]+] {0,4}([A-Za-z_@][\\w$/<>@#-]*\\.[\\w.$/<>@#-]*):(?= )|\\[" + NAME + "](?: -(?= )|:)?");

    private static final Pattern JOINED = Pattern.compile("([^:]+):");
    private static final Pattern TABBED = Pattern.compile("([^:\\s]+)\t");
    private static final Pattern DASHED = Pattern.compile(NAME + " --?(?= )");
    private static final Pattern COLON = Pattern.compile(NAME + ":(?= )");

    private final LineBytes line;
    private final int from;
    private TimeScanner spare = new TimeScanner();
    private int at;
    private @Nullable LogLevel level;
    private @Nullable TimeScanner time;
    private int loggerFrom;
    private int loggerTo;
    private int message;
    private int unknown;
    private boolean isBracketed;
    private boolean isTabbed;
    private boolean isColon;
    private boolean isTagged;
    private char separator = ' ';

    HeadScanner(LineBytes line, int from) {
        this.line = line;
        this.from = from;
        this.at = line.spaces(from, 4);
    }

    LineHead scan() {
        char last = separator;
        for (int part = 0; part < MOST_PARTS && at < line.to && part(); part++) {
            skipSeparator();
            if (unknown == 0 && isRecord()) {
                message = at;
                last = separator;
            }
        }
        if (!isRecord()) {
            return LineHead.none(from);
        }
        at = message;
        separator = last;
        findLogger();
        return new LineHead(level, time, loggerFrom, loggerTo, message, isColon);
    }

    private boolean isRecord() {
        return time != null || level != null;
    }

    private boolean part() {
        byte c = line.get(at);
        int close = c == '[' ? ']' : c == '(' ? ')' : c == '<' ? '>' : 0;
        if (close > 0) {
            return bracket((char) close);
        } else if (LineBytes.isDigit(c)) {
            return takeTime(at, line.to) || number();
        } else if (LineBytes.isLetter(c)) {
            return (time == null && takeTime(at, line.to)) || levelWord() || (unknown == 0 && named());
        }
        return false;
    }

    /** A second time before any level is that of the worker, behind one of a collector. */
    private boolean takeTime(int start, int end) {
        if (time != null && level != null) {
            return false;
        }
        int stop = spare.scan(line.bytes, start, end);
        return stop > 0 && taken(stop);
    }

    private boolean taken(int stop) {
        time = spare;
        spare = new TimeScanner();
        unknown = 0;
        at = stop;
        return true;
    }

    private boolean pass(int stop) {
        at = stop;
        return ++unknown <= MOST_UNKNOWN;
    }

    private boolean number() {
        int end = at + Math.min(line.digits(at), 10);
        if (level != null && time != null && line.starts(line.spaces(end, 1), "--- ")) {
            at = end;
            return true;
        }
        if (time == null && at == from) {
            int epoch = spare.scanEpoch(line.bytes, at, line.to);
            int word = line.spaces(epoch, 4);
            boolean isLed = line.is(epoch, ' ') && LevelWords.of(line.bytes, word, line.word(word)) != null;
            return epoch > 0 && (isLed || line.is(end, '.')) && taken(epoch);
        }
        if (level != null || (time == null && unknown == 0)) {
            return false;
        }
        return androidThread(end) || (line.is(end, ' ') && pass(end));
    }

    /** {@code 11-24 10:15:30.123  1234  1240 E Tag: text}. */
    private boolean androidThread(int end) {
        int thread = line.spaces(end, 5);
        int threadEnd = thread + Math.min(line.digits(thread), 10);
        int letter = line.spaces(threadEnd, 5);
        LogLevel named = LevelWords.ofLetter(line.get(letter));
        if (threadEnd == thread || letter == threadEnd || named == null || line.get(letter + 1) != ' ') {
            return false;
        }
        level = named;
        isTagged = true;
        at = letter + 1;
        return true;
    }

    private boolean bracket(char closing) {
        int close = line.find(closing, at, LineBytes.LONGEST_TOKEN);
        if (close < 0 || (time != null && level != null)) {
            return false;
        }
        int end = close;
        while (end > at + 1 && line.get(end - 1) == ' ') {
            end--;
        }
        if (inside(line.spaces(at + 1, 16), end)) {
            isBracketed = true;
            unknown = 0;
            at = close + 1;
            return true;
        }
        boolean isTag = closing == ']' || (closing == ')' && line.name(at + 1) == close);
        return isTag && pass(close + 1);
    }

    /** Time, level and name within brackets, in any order; anything else in there is passed over. */
    private boolean inside(int begin, int end) {
        boolean isFound = false;
        int names = 0;
        int nameFrom = begin;
        int nameTo = begin;
        int next = begin;
        for (int part = 0; part < MOST_PARTS && next < end; part++) {
            int stop = time == null ? timeWithin(begin, next, end) : -1;
            isFound |= stop > 0;
            if (stop < 0) {
                stop = next;
                while (stop < end && "/:|,@; ".indexOf(line.get(stop)) < 0) {
                    stop++;
                }
                LogLevel named = level == null ? levelWithin(begin, next, stop, end) : null;
                if (named != null) {
                    level = named;
                    isFound = true;
                    names = line.is(next - 1, '/') ? 0 : names;
                } else if (line.name(next) > next) {
                    boolean goesOn = names == 1 && line.is(next - 1, '/') && nameTo == next - 1;
                    names += goesOn ? 0 : 1;
                    nameFrom = goesOn ? nameFrom : next;
                    nameTo = stop;
                }
            }
            next = stop;
            while (next < end && "/:|,@; -".indexOf(line.get(next)) >= 0) {
                next++;
            }
        }
        if (isFound && names == 1 && level != null && (time != null || line.is(nameTo, ':'))) {
            loggerFrom = nameFrom;
            loggerTo = nameTo;
        }
        return isFound;
    }

    private int timeWithin(int begin, int next, int end) {
        int stop = spare.scan(line.bytes, next, end);
        if (stop < 0 && next == begin) {
            stop = spare.scanEpoch(line.bytes, next, end);
            stop = stop == end ? stop : -1;
        } else if (stop < 0) {
            stop = spare.scanGlog(line.bytes, next, end);
        }
        if (stop < 0) {
            return -1;
        }
        taken(stop);
        return stop;
    }

    private @Nullable LogLevel levelWithin(int begin, int next, int stop, int end) {
        boolean isWhole = next == begin && stop == end;
        if (stop == next + 1) {
            boolean isEdge = isWhole || (next == begin && line.get(stop) == ' ');
            return isEdge ? LevelWords.ofLetter(line.get(next)) : null;
        }
        boolean isJoined =
                ":/@|".indexOf(line.get(next - 1)) >= 0 || (stop < end && "/@|".indexOf(line.get(stop)) >= 0);
        return isWhole || isJoined || line.isUpper(next, stop) ? LevelWords.of(line.bytes, next, stop) : null;
    }

    private boolean levelWord() {
        int end = line.word(at);
        if (end == at + 1) {
            return at == from && level == null && letter(end);
        }
        LogLevel named = LevelWords.of(line.bytes, at, end);
        if (named == null || (level != null && (named != level || !isBracketed || !line.starts(end, " -")))) {
            return false;
        }
        byte next = line.get(end);
        boolean isUpper = line.isUpper(at, end);
        if (next == ':') {
            boolean isSpaced = line.get(end + 1) == ' ' || line.get(end + 1) == '\0';
            if (!isUpper && !(isSpaced && (time != null || LevelWords.isPlain(line.bytes, at, end)))) {
                return false;
            }
            isColon = true;
        } else if (next == '[' && isUpper && time == null && LineBytes.isDigit(line.get(end + 1))) {
            int close = line.find(']', end, 12);
            end = close > 0 ? close + 1 : end;
        } else if (next == ' ' || next == '\0') {
            int separated = line.spaces(end, 8);
            boolean isBetween = (line.is(separated, '-') && line.is(separated + 1, ' ')) || line.is(separated, '|');
            boolean isSeparate = isBetween && (time != null || separator == '-' || separator == '|');
            boolean isAlone = time != null
                    || unknown > 0
                    || isBetween
                    || LevelWords.isCommon(line.bytes, at, end)
                    || leadsToTime(separated);
            if (!(isUpper || isSeparate) || !isAlone) {
                return false;
            }
        } else if (next != '\t' && next != '|' && !(isUpper && (next == ';' || (next == '/' && time != null)))) {
            return false;
        }
        level = named;
        unknown = 0;
        at = end;
        return true;
    }

    private boolean leadsToTime(int next) {
        return spare.scan(line.bytes, line.is(next, '[') ? next + 1 : next, line.to) > 0;
    }

    /** {@code I 2026-11-24 10:15:30 text}, {@code I, [2026-11-24T10:15:30 #1234]  INFO -- prog: text}. */
    private boolean letter(int end) {
        int next = line.spaces(line.is(end, ',') ? end + 1 : end, 1);
        LogLevel named = LevelWords.ofLetter(line.get(at));
        if (named == null || next == end || !leadsToTime(next)) {
            return false;
        }
        level = named;
        at = next;
        return true;
    }

    /** A logger before the level: {@code name - LEVEL -}, {@code name LEVEL}, {@code name.LEVEL:}. */
    private boolean named() {
        int end = line.name(at);
        if (level != null || end == at) {
            return false;
        } else if (line.get(end) == ':' && dottedLevel(end)) {
            return true;
        } else if (line.get(end) != ' ') {
            return false;
        }
        int next = line.spaces(end, 40);
        boolean isSeparate = (line.is(next, '-') || line.is(next, '|')) && line.is(next + 1, ' ');
        next = isSeparate ? line.spaces(next + 1, 8) : next;
        boolean isOpened = line.is(next, '[');
        int word = isOpened ? line.spaces(next + 1, 4) : next;
        int last = line.word(word);
        LogLevel named = LevelWords.of(line.bytes, word, last);
        byte behind = line.get(isOpened ? line.spaces(last, 4) : last);
        boolean isEnded = isOpened ? behind == ']' : behind == ' ' || behind == ':' || behind == '\0';
        if (named == null || !isEnded || (!isOpened && !line.isUpper(word, last))) {
            return false;
        }
        boolean isWord = LineBytes.isUpperCase(line.get(at)) && line.find('.', at, end - at) < 0;
        if (!isSeparate && (time == null || isWord)) {
            return false;
        }
        loggerFrom = at;
        loggerTo = end;
        at = end;
        return true;
    }

    private boolean dottedLevel(int end) {
        int dot = end - 1;
        while (dot > at && line.get(dot) != '.') {
            dot--;
        }
        LogLevel named = dot > at && line.isUpper(dot + 1, end) ? LevelWords.of(line.bytes, dot + 1, end) : null;
        if (named == null || time == null) {
            return false;
        }
        level = named;
        loggerFrom = at;
        loggerTo = dot;
        at = end;
        isColon = true;
        return true;
    }

    private void skipSeparator() {
        separator = ' ';
        if ((isRecord() || unknown > 0) && (line.is(at, ':') || line.is(at, ';') || line.is(at, '/'))) {
            at++;
            if (line.get(at) != ' ' && line.get(at) != '\0') {
                separator = ':';
                return;
            }
        }
        int start = at;
        while (at < line.to && at < start + 40 && (line.get(at) == ' ' || line.get(at) == '\t')) {
            isTabbed |= line.get(at) == '\t';
            at++;
        }
        boolean isDash = line.is(at, '-') && at > start;
        if (isDash && line.starts(at, "--- ")) {
            separator = '=';
            at += 4;
        } else if (isDash && line.starts(at, "-- ")) {
            at = line.spaces(line.starts(at, "-- : ") ? at + 4 : at + 3, 1);
        } else if ((isDash && (line.is(at + 1, ' ') || line.is(at + 1, '\t'))) || (line.is(at, '|') && isBar())) {
            separator = (char) line.get(at);
            at = line.spaces(at + 1, 8);
        }
    }

    private boolean isBar() {
        return isRecord() || line.is(at + 1, ' ') || line.is(at + 1, '\t');
    }

    private void findLogger() {
        if (separator == '=') {
            take(SPRING);
        } else if (loggerTo > loggerFrom
                || level == null
                || !(LineBytes.isLetter(line.get(at)) || "[_@".indexOf(line.get(at)) >= 0)) {
            return;
        } else if (line.is(at, '[')) {
            if (time != null) {
                take(BRACKETED);
            }
        } else if (separator == ':' && (line.is(line.name(at), ':') || line.find(':', at, line.name(at) - at) > 0)) {
            if (line.isUpper(message - 2, message - 1)) {
                take(JOINED);
            }
        } else if (!(isTabbed && take(TABBED))) {
            int end = line.name(at);
            boolean isDotted = line.find('.', at, end - at) > 0;
            boolean isNext = separator == '|' || separator == ':' || (isBracketed && separator == '-');
            boolean isFirst = (time != null || isBracketed) && separator == ' ' && !isColon;
            boolean isLogger = separator != '-'
                    && !TraceLine.isClass(line.bytes, at, end)
                    && (isDotted || !LineBytes.isUpperCase(line.get(at)) || line.find(':', at, end - at) > 0);
            boolean isDashed = (isDotted || isNext || isFirst) && take(DASHED);
            if (!isDashed && !isColon && (isTagged || (isLogger && (time != null || isDotted)))) {
                take(COLON);
            }
        }
    }

    private boolean take(Pattern pattern) {
        Matcher logger = pattern.matcher(line.text(at));
        if (!logger.lookingAt()) {
            return false;
        }
        int group = logger.start(1) >= 0 ? 1 : 2;
        loggerFrom = at + logger.start(group);
        loggerTo = at + logger.end(group);
        message = line.spaces(at + logger.end(), 1);
        return true;
    }
}
