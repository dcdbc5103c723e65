package io.workersupervisor;

import org.jspecify.annotations.Nullable;

/**
 * What stands before the message of a line: time, level, thread, process and logger, in any of the orders that logging
 * libraries use. Mutable and for one thread: the fields hold what the last {@link #scan} found, so that a line costs no object.
 *
 * <p>A level counts only here, never within the message: alone in brackets or between separators in any case, before a colon
 * in any case, else in capitals only. Reads a bounded number of bytes of a line.
 */
final class Prefix {
    private static final int LONGEST_TOKEN = 128;
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

    private byte[] b = new byte[0];
    private int to;
    private int at;
    private boolean bracketed;
    private boolean tabbed;
    private boolean colon;
    private boolean tagged;
    private byte separator;

    /** Whether the line begins a record: it has a time or a level in front. */
    boolean isRecord() {
        return timed || level != null;
    }

    /** Reads the front of a line without its newline; {@link #message} is {@code from} where there is no prefix. */
    void scan(byte[] line, int from, int end) {
        b = line;
        to = end;
        clear(from);
        at = from;
        if (special(from)) {
            return;
        }
        at = spaces(at, 4);
        for (int token = 0; token < MOST_TOKENS && at < to && token(); token++) {
            skipSeparator();
            if (isRecord()) {
                message = at;
            }
        }
        if (isRecord()) {
            message = at;
            logger();
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

    /** Formats whose first bytes give them away. */
    private boolean special(int from) {
        byte first = get(from);
        byte second = get(from + 1);
        if (first == '<' && isDigit(second)) {
            syslog(from);
            return false;
        }
        LogLevel letter = LevelWords.ofLetter(first);
        if (letter != null && isDigit(second)) {
            return glog(from, letter);
        }
        if (letter != null && second == '/') {
            return android(from, letter);
        }
        if (letter != null && second == ',' && get(from + 2) == ' ' && get(from + 3) == '[') {
            at = from + 3;
            level = letter;
            return ruby();
        }
        if (first == 'n' && starts(from, "npm ")) {
            return npm(from + 4);
        }
        return first == '[' && (second == ' ' || isDigit(second)) && tdlib(from);
    }

    private void syslog(int from) {
        int end = from + 1;
        int priority = 0;
        while (isDigit(get(end)) && end < from + 4) {
            priority = priority * 10 + (b[end++] - '0');
        }
        if (get(end) == '>' && priority < 192) {
            level = LevelWords.ofSyslog(priority & 7);
            at = end + 1;
            message = at;
        }
    }

    private boolean glog(int from, LogLevel letter) {
        int end = time.scanGlog(b, from + 1, to);
        if (end < 0) {
            return false;
        }
        level = letter;
        timed = true;
        int source = spaces(end, 8);
        while (isDigit(get(source))) {
            source++;
        }
        source = spaces(source, 2);
        int close = find(']', source, LONGEST_TOKEN);
        if (close > 0 && get(close + 1) == ' ' && find(' ', source, close - source) < 0) {
            loggerFrom = source;
            loggerTo = close;
            end = close + 1;
        }
        message = spaces(end, 1);
        return true;
    }

    private boolean android(int from, LogLevel letter) {
        int end = name(from + 2);
        if (end == from + 2 || (get(end) != '(' && get(end) != ':')) {
            return false;
        }
        int close = get(end) == '(' ? find(')', end, 12) : end - 1;
        if (close < 0 || get(close + 1) != ':') {
            return false;
        }
        level = letter;
        loggerFrom = from + 2;
        loggerTo = end;
        message = spaces(close + 2, 1);
        return true;
    }

    /** {@code I, [2026-11-24T10:15:30.123456 #1234]  INFO -- prog: text}. */
    private boolean ruby() {
        int close = find(']', at, LONGEST_TOKEN);
        int end = close < 0 ? -1 : time.scan(b, at + 1, close);
        int dashes = close < 0 ? -1 : find('-', close, 12);
        if (end < 0 || dashes < 0 || !starts(dashes, "-- ")) {
            level = null;
            return false;
        }
        timed = true;
        message = dashes + 3;
        int name = name(message);
        if (name > message && get(name) == ':') {
            loggerFrom = message;
            loggerTo = name;
            message = name + 1;
        } else if (get(message) == ':') {
            message++;
        }
        message = spaces(message, 1);
        return true;
    }

    private boolean npm(int from) {
        int end = word(from);
        LogLevel named = LevelWords.of(b, from, end);
        if (named == null) {
            return false;
        }
        level = named;
        loggerFrom = from - 4;
        loggerTo = from - 1;
        message = spaces(get(end) == '!' ? end + 1 : end, 1);
        return true;
    }

    /** {@code [ 1][t 4][1795476671.123456][File.cpp:12][#1][!Client] text}: 0 fatal, 1 error, 2 warning, 3 info, above debug. */
    private boolean tdlib(int from) {
        int digit = spaces(from + 1, 1);
        int close = isDigit(get(digit)) ? find(']', digit, 5) : -1;
        if (close < 0 || !starts(close + 1, "[t")) {
            return false;
        }
        int verbosity = close == digit + 1 ? b[digit] - '0' : 9;
        level = switch (verbosity) {
            case 0 -> LogLevel.CRITICAL;
            case 1 -> LogLevel.ERROR;
            case 2 -> LogLevel.WARNING;
            case 3 -> LogLevel.INFO;
            default -> LogLevel.DEBUG;
        };
        int next = close + 1;
        for (int bracket = 0; bracket < 3 && get(next) == '['; bracket++) {
            int end = find(']', next, LONGEST_TOKEN);
            if (end < 0) {
                break;
            }
            if (bracket == 1) {
                timed = time.scanEpoch(b, next + 1, end) == end || time.scan(b, next + 1, end) == end;
            } else if (bracket == 2) {
                loggerFrom = next + 1;
                loggerTo = end;
            }
            next = end + 1;
        }
        message = spaces(next, 1);
        return true;
    }

    /** Takes the next piece of the prefix; false where the message begins. */
    private boolean token() {
        byte c = b[at];
        if (c == '[' || c == '(') {
            return bracket(c == '[' ? ']' : ')');
        }
        if (isDigit(c)) {
            return number();
        }
        if (!isLetter(c)) {
            return false;
        }
        return (!timed && takeTime(at)) || word() || named();
    }

    private boolean takeTime(int from) {
        int end = time.scan(b, from, to);
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
        while (isDigit(get(end)) && end < at + 10) {
            end++;
        }
        if (level != null && timed && starts(spaces(end, 1), "--- ")) {
            at = end;
            return true;
        }
        return timed && level == null && androidThread(end);
    }

    /** {@code 11-24 10:15:30.123  1234  1240 E Tag: text}. */
    private boolean androidThread(int end) {
        int thread = spaces(end, 5);
        int threadEnd = thread;
        while (isDigit(get(threadEnd)) && threadEnd < thread + 10) {
            threadEnd++;
        }
        int letter = spaces(threadEnd, 5);
        LogLevel named = LevelWords.ofLetter(get(letter));
        if (threadEnd == thread || letter == threadEnd || named == null || get(letter + 1) != ' ') {
            return false;
        }
        level = named;
        tagged = true;
        at = letter + 1;
        return true;
    }

    private boolean bracket(char closing) {
        int close = find(closing, at, LONGEST_TOKEN);
        if (close < 0) {
            return false;
        }
        int from = spaces(at + 1, 16);
        int end = close;
        while (end > from && b[end - 1] == ' ') {
            end--;
        }
        if (inBrackets(from, end)) {
            bracketed = true;
        } else if (isRecord() && !leadsToLevel(close + 1)) {
            return false;
        }
        at = close + 1;
        return true;
    }

    /** Reads time and level within brackets, in either order; what else stands there is passed over. */
    private boolean inBrackets(int from, int end) {
        int outer = to;
        to = end;
        boolean found = false;
        int next = from;
        for (int part = 0; part < 3 && next < end; part++) {
            int start = next;
            if (!timed) {
                int scanned = time.scan(b, next, end);
                if (scanned < 0 && part == 0) {
                    scanned = time.scanEpoch(b, next, end);
                    scanned = scanned == end ? scanned : -1;
                }
                if (scanned > 0) {
                    timed = true;
                    next = scanned;
                }
            }
            if (next == start && level == null) {
                next = levelInBrackets(next, end);
            }
            found |= next > start;
            if (next == start) {
                break;
            }
            while (next < end
                    && (b[next] == ' ' || b[next] == '/' || b[next] == ':' || b[next] == '|' || b[next] == ',')) {
                next++;
            }
        }
        if (found && level != null && timed && next < end && name(next) == end) {
            loggerFrom = next;
            loggerTo = end;
        }
        to = outer;
        return found;
    }

    private int levelInBrackets(int from, int end) {
        int last = word(from);
        LogLevel named = last == from + 1 ? LevelWords.ofLetter(b[from]) : LevelWords.of(b, from, last);
        boolean alone = last == end || b[last] == ' ' || b[last] == '/' || b[last] == ':' || b[last] == '|';
        if (named == null || !alone || (last < end && !isUpper(from, last))) {
            int colonAt = find(':', from, end - from);
            LogLevel second = colonAt < 0 ? null : LevelWords.of(b, colonAt + 1, end);
            if (second != null) {
                level = second;
                loggerFrom = from;
                loggerTo = colonAt;
                return end;
            }
            return from;
        }
        level = named;
        return last;
    }

    /** Whether a level or a bracket with one comes next, so that what stands here is a thread or process before it. */
    private boolean leadsToLevel(int from) {
        if (level != null && timed) {
            return false;
        }
        int next = from;
        for (int bracket = 0; bracket < 3; bracket++) {
            next = spaces(next, 4);
            if (get(next) == '-' && get(next + 1) == ' ') {
                next = spaces(next + 1, 4);
            }
            if (get(next) != '[') {
                break;
            }
            int close = find(']', next, LONGEST_TOKEN);
            int word = spaces(next + 1, 4);
            if (close < 0 || LevelWords.of(b, word, word(word)) != null) {
                return close > 0;
            }
            next = close + 1;
        }
        int end = word(next);
        return LevelWords.of(b, next, end) != null && isUpper(next, end);
    }

    /** A level outside brackets. */
    private boolean word() {
        int end = word(at);
        LogLevel named = level == null ? LevelWords.of(b, at, end) : null;
        if (named == null) {
            return false;
        }
        byte next = get(end);
        boolean upper = isUpper(at, end);
        if (next == ':') {
            boolean spaced = get(end + 1) == ' ' || get(end + 1) == '\0';
            if (!upper && !(spaced && (timed || LevelWords.isPlain(b, at, end)))) {
                return false;
            }
            colon = true;
        } else if (next == '[' && upper && !timed && isDigit(get(end + 1))) {
            int close = find(']', end, 12);
            end = close > 0 ? close + 1 : end;
        } else if (next == ' ' || next == '\0') {
            int separated = spaces(end, 8);
            boolean between = (get(separated) == '-' && get(separated + 1) == ' ') || get(separated) == '|';
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
            case DEBUG -> length == 5 && b[from] != 'F';
            case INFO -> (length == 4 && b[from] == 'I') || length == 6;
            case WARNING -> length != 3;
            case ERROR -> length == 5 || length == 6;
            case CRITICAL -> length == 8 || b[from] == 'F';
        };
    }

    /** A logger before the level: {@code name - LEVEL -}, {@code name LEVEL}, {@code name.LEVEL:}. */
    private boolean named() {
        if (level != null) {
            return false;
        }
        int end = name(at);
        if (get(end) == ':' && dottedLevel(end)) {
            return true;
        }
        if (get(end) != ' ' || end == at) {
            return false;
        }
        int next = spaces(end, 40);
        boolean dashed = get(next) == '-' && get(next + 1) == ' ';
        boolean piped = get(next) == '|' && get(next + 1) == ' ';
        next = dashed || piped ? spaces(next + 1, 8) : next;
        boolean opened = get(next) == '[';
        int word = opened ? spaces(next + 1, 4) : next;
        int last = word(word);
        LogLevel named = LevelWords.of(b, word, last);
        byte behind = get(opened ? spaces(last, 4) : last);
        boolean ends = opened ? behind == ']' : behind == ' ' || behind == ':' || behind == '\0';
        boolean separate = dashed || piped;
        if (named == null || !ends || (!opened && !isUpper(word, last))) {
            return false;
        }
        if (!separate && (!timed || (isUpperCase(b[at]) && find('.', at, end - at) < 0))) {
            return false;
        }
        loggerFrom = at;
        loggerTo = end;
        at = end;
        return true;
    }

    private boolean dottedLevel(int end) {
        int dot = end - 1;
        while (dot > at && b[dot] != '.') {
            dot--;
        }
        LogLevel named = dot > at && isUpper(dot + 1, end) ? LevelWords.of(b, dot + 1, end) : null;
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
        if (get(at) == ':' && level != null) {
            at++;
            if (get(at) != ' ' && get(at) != '\0') {
                separator = ':';
                return;
            }
        }
        int from = at;
        while (at < to && at < from + 40 && (b[at] == ' ' || b[at] == '\t')) {
            tabbed |= b[at] == '\t';
            at++;
        }
        byte c = get(at);
        if (at > from && starts(at, "--- ")) {
            separator = '=';
            at += 4;
        } else if (((c == '-' && at > from) || c == '|') && (get(at + 1) == ' ' || get(at + 1) == '\t')) {
            separator = c;
            at = spaces(at + 1, 8);
        }
    }

    /** Takes a logger that stands between the last piece of the prefix and the message. */
    private void logger() {
        if (separator == '=') {
            spring();
            return;
        }
        if (loggerTo > loggerFrom || level == null) {
            return;
        }
        int end = name(at);
        if (get(at) == '[') {
            int close = find(']', at, LONGEST_TOKEN);
            if (close > 0 && timed && isLetter(get(at + 1)) && name(at + 1) == close) {
                take(at + 1, close, close + 1);
            }
        } else if (end == at) {
            return;
        } else if (separator == ':') {
            if (get(end) == ':' && isUpper(message - 2, message - 1)) {
                take(at, end, end + 1);
            }
        } else if (tabbed && get(end) == '\t' && find(':', at, end - at) < 0) {
            take(at, end, end + 1);
        } else if (starts(end, " - ") || starts(end, " -- ")) {
            boolean dotted = find('.', at, end - at) > 0;
            if (dotted || separator == '|' || ((timed || bracketed) && separator == ' ' && !colon)) {
                take(at, end, get(end + 2) == '-' ? end + 3 : end + 2);
            }
        } else if (!colon && get(end) == ':' && get(end + 1) == ' ') {
            if (tagged || (looksLikeLogger(end) && (timed || find('.', at, end - at) > 0))) {
                take(at, end, end + 1);
            }
        }
    }

    /** A lower-case name, or one with dots or double colons, but no class of an exception. */
    private boolean looksLikeLogger(int end) {
        if (separator == '-' || ExceptionLine.isClass(b, at, end)) {
            return false;
        }
        return !isUpperCase(b[at]) || find('.', at, end - at) > 0 || find(':', at, end - at) > 0;
    }

    /** {@code INFO 12345 --- [app] [           main] c.e.Foo                  : text}. */
    private void spring() {
        int next = at;
        for (int bracket = 0; bracket < 3 && get(next) == '['; bracket++) {
            int close = find(']', next, LONGEST_TOKEN);
            if (close < 0) {
                return;
            }
            next = spaces(close + 1, 8);
        }
        int end = name(next);
        int colonAt = spaces(end, 60);
        if (end > next && colonAt > end && get(colonAt) == ':') {
            take(next, end, colonAt + 1);
        }
    }

    private void take(int from, int end, int behind) {
        loggerFrom = from;
        loggerTo = end;
        message = behind == to ? to : spaces(get(behind) == ':' ? behind + 1 : behind, 1);
    }

    /** The end of a word of letters. */
    private int word(int from) {
        int end = from;
        while (end < to && end < from + 16 && isLetter(b[end])) {
            end++;
        }
        return end;
    }

    /** The end of a name of a logger: letters, digits and what stands between them in such names. */
    private int name(int from) {
        int end = from;
        if (!isLetter(get(from)) && get(from) != '_' && get(from) != '@') {
            return from;
        }
        while (end < to && end < from + LONGEST_TOKEN) {
            byte c = b[end];
            if (!isNameByte(c)) {
                break;
            }
            if (c == ':' && (separator == ':' || !isNameByte(get(end + 1)))) {
                break;
            }
            end++;
        }
        return end;
    }

    private static boolean isNameByte(byte c) {
        boolean inner = c == '.' || c == '_' || c == '$' || c == '/' || c == '-' || c == ':';
        return isLetter(c) || isDigit(c) || inner || c == '<' || c == '>' || c == '@' || c == '#';
    }

    private int spaces(int from, int most) {
        int end = from;
        while (end < to && end < from + most && b[end] == ' ') {
            end++;
        }
        return end;
    }

    private int find(char c, int from, int most) {
        int limit = Math.min(to, from + most);
        for (int i = Math.max(0, from); i < limit; i++) {
            if (b[i] == c) {
                return i;
            }
        }
        return -1;
    }

    private boolean starts(int from, String text) {
        return starts(b, from, to, text);
    }

    /** Whether these bytes begin with an ASCII text. */
    static boolean starts(byte[] bytes, int from, int to, String text) {
        if (from < 0 || to - from < text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (bytes[from + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean isUpper(int from, int end) {
        for (int i = from; i < end; i++) {
            if (!isUpperCase(b[i])) {
                return false;
            }
        }
        return end > from;
    }

    private byte get(int i) {
        return i < to ? b[i] : 0;
    }

    private static boolean isDigit(byte c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isUpperCase(byte c) {
        return c >= 'A' && c <= 'Z';
    }

    private static boolean isLetter(byte c) {
        return (c >= 'a' && c <= 'z') || isUpperCase(c);
    }
}
