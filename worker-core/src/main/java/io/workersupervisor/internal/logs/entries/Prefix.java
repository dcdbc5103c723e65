package io.workersupervisor.internal.logs.entries;

import io.workersupervisor.LogLevel;
import org.jspecify.annotations.Nullable;

/**
 * What stands before the message of a line: time, level, thread, process and logger, in any of the orders that logging
 * libraries use. Mutable and for one thread: the fields hold what the last {@link #scan} found, so that a line costs no object.
 *
 * <p>A level counts only here, never within the message: alone in brackets or between separators in any case, before a colon
 * in any case, else in capitals only. Reads a bounded number of bytes of a line.
 */
public final class Prefix {
    private static final int MOST_TOKENS = 12;

    final TimeScanner time = new TimeScanner();

    /** The level, or null where the line names none. */
    @Nullable
    LogLevel level;

    /** Whether {@link #time} holds the time of the line. */
    boolean timed;

    /** Where the logger stands; an empty range where the line names none. */
    int loggerFrom;

    int loggerTo;

    /** Where the message begins. */
    int message;

    final LineBytes line = new LineBytes();

    /** Where the next piece begins. */
    int at;

    /** Whether time or level stood in brackets. */
    boolean bracketed;

    /** Whether a tab stood between pieces. */
    boolean tabbed;

    /** Whether a colon stands behind the level. */
    boolean colon;

    /** Whether the next word is a tag of Android. */
    boolean tagged;

    /** What stood between the last two pieces, an equals sign for three dashes. */
    byte separator;

    /** Whether the line begins a record: it has a time or a level in front. */
    boolean isRecord() {
        return timed || level != null;
    }

    /** Reads the front of a line without its newline; {@link #message} is {@code from} where there is no prefix. */
    void scan(byte[] bytes, int from, int end) {
        line.set(bytes, end);
        clear(from);
        at = from;
        if (SpecialPrefix.read(this, from)) {
            return;
        }
        at = line.spaces(at, 4);
        for (int token = 0; token < MOST_TOKENS && at < line.to && token(); token++) {
            skipSeparator();
            if (isRecord()) {
                message = at;
            }
        }
        if (isRecord()) {
            message = at;
            LoggerName.find(this);
        } else {
            clear(from);
        }
    }

    private void clear(int from) {
        level = null;
        timed = false;
        loggerFrom = from;
        loggerTo = from;
        message = from;
        bracketed = false;
        tabbed = false;
        colon = false;
        tagged = false;
        separator = ' ';
    }

    /** Takes the next piece of the prefix; false where the message begins. */
    private boolean token() {
        byte c = line.get(at);
        if (c == '[' || c == '(') {
            return BracketPrefix.read(this, c == '[' ? ']' : ')');
        }
        if (LineBytes.isDigit(c)) {
            return number();
        }
        if (!LineBytes.isLetter(c)) {
            return false;
        }
        return (!timed && takeTime(at)) || levelWord() || named();
    }

    private boolean takeTime(int from) {
        int end = time.scan(line.bytes, from, line.to);
        if (end < 0) {
            return false;
        }
        timed = true;
        at = end;
        return true;
    }

    private boolean number() {
        if (!timed && takeTime(at)) {
            return true;
        }
        int end = at;
        while (LineBytes.isDigit(line.get(end)) && end < at + 10) {
            end++;
        }
        if (level != null && timed && line.starts(line.spaces(end, 1), "--- ")) {
            at = end;
            return true;
        }
        return timed && level == null && androidThread(end);
    }

    /** {@code 11-24 10:15:30.123  1234  1240 E Tag: text}. */
    private boolean androidThread(int end) {
        int thread = line.spaces(end, 5);
        int threadEnd = thread;
        while (LineBytes.isDigit(line.get(threadEnd)) && threadEnd < thread + 10) {
            threadEnd++;
        }
        int letter = line.spaces(threadEnd, 5);
        LogLevel named = LevelWords.ofLetter(line.get(letter));
        if (threadEnd == thread || letter == threadEnd || named == null || line.get(letter + 1) != ' ') {
            return false;
        }
        level = named;
        tagged = true;
        at = letter + 1;
        return true;
    }

    /** A level outside brackets. */
    private boolean levelWord() {
        int end = line.word(at);
        LogLevel named = level == null ? LevelWords.of(line.bytes, at, end) : null;
        if (named == null) {
            return false;
        }
        byte next = line.get(end);
        boolean upper = line.isUpper(at, end);
        if (next == ':') {
            boolean spaced = line.get(end + 1) == ' ' || line.get(end + 1) == '\0';
            if (!upper && !(spaced && (timed || LevelWords.isPlain(line.bytes, at, end)))) {
                return false;
            }
            colon = true;
        } else if (next == '[' && upper && !timed && LineBytes.isDigit(line.get(end + 1))) {
            int close = line.find(']', end, 12);
            end = close > 0 ? close + 1 : end;
        } else if (next == ' ' || next == '\0') {
            int separated = line.spaces(end, 8);
            boolean between =
                    (line.get(separated) == '-' && line.get(separated + 1) == ' ') || line.get(separated) == '|';
            if (!upper && !(between && (timed || separator == '-' || separator == '|'))) {
                return false;
            }
            if (!timed && !between && !isCommon(named, at, end)) {
                return false;
            }
        } else if (next != '\t' && next != '|') {
            return false;
        }
        level = named;
        at = end;
        return true;
    }

    /** Words that stand alone at the begin of a line only as a level. */
    private boolean isCommon(LogLevel named, int from, int end) {
        int length = end - from;
        return switch (named) {
            case DEBUG -> length == 5 && line.get(from) != 'F';
            case INFO -> (length == 4 && line.get(from) == 'I') || length == 6;
            case WARNING -> length != 3;
            case ERROR -> length == 5 || length == 6;
            case CRITICAL -> length == 8 || line.get(from) == 'F';
        };
    }

    /** A logger before the level: {@code name - LEVEL -}, {@code name LEVEL}, {@code name.LEVEL:}. */
    private boolean named() {
        if (level != null) {
            return false;
        }
        int end = line.name(at);
        if (line.get(end) == ':' && dottedLevel(end)) {
            return true;
        }
        if (line.get(end) != ' ' || end == at) {
            return false;
        }
        int next = line.spaces(end, 40);
        boolean dashed = line.get(next) == '-' && line.get(next + 1) == ' ';
        boolean piped = line.get(next) == '|' && line.get(next + 1) == ' ';
        next = dashed || piped ? line.spaces(next + 1, 8) : next;
        boolean opened = line.get(next) == '[';
        int word = opened ? line.spaces(next + 1, 4) : next;
        int last = line.word(word);
        LogLevel named = LevelWords.of(line.bytes, word, last);
        byte behind = line.get(opened ? line.spaces(last, 4) : last);
        boolean ends = opened ? behind == ']' : behind == ' ' || behind == ':' || behind == '\0';
        boolean separate = dashed || piped;
        if (named == null || !ends || (!opened && !line.isUpper(word, last))) {
            return false;
        }
        if (!separate && (!timed || (LineBytes.isUpperCase(line.get(at)) && line.find('.', at, end - at) < 0))) {
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
        if (named == null || !timed) {
            return false;
        }
        level = named;
        loggerFrom = at;
        loggerTo = dot;
        at = end;
        colon = true;
        return true;
    }

    private void skipSeparator() {
        separator = ' ';
        if (line.get(at) == ':' && level != null) {
            at++;
            if (line.get(at) != ' ' && line.get(at) != '\0') {
                separator = ':';
                return;
            }
        }
        int from = at;
        while (at < line.to && at < from + 40 && (line.get(at) == ' ' || line.get(at) == '\t')) {
            tabbed |= line.get(at) == '\t';
            at++;
        }
        byte c = line.get(at);
        if (at > from && line.starts(at, "--- ")) {
            separator = '=';
            at += 4;
        } else if (((c == '-' && at > from) || c == '|') && (line.get(at + 1) == ' ' || line.get(at + 1) == '\t')) {
            separator = c;
            at = line.spaces(at + 1, 8);
        }
    }
}
