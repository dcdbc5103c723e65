package io.workersupervisor.internal.logs.entries;

import io.workersupervisor.LogLevel;

/** Reads what stands in brackets in front of a message: time, level, thread, process. */
final class BracketPrefix {
    private BracketPrefix() {}

    static boolean read(Prefix p, char closing) {
        LineBytes line = p.line;
        int close = line.find(closing, p.at, LineBytes.LONGEST_TOKEN);
        if (close < 0) {
            return false;
        }
        int from = line.spaces(p.at + 1, 16);
        int end = close;
        while (end > from && line.get(end - 1) == ' ') {
            end--;
        }
        if (inBrackets(p, from, end)) {
            p.bracketed = true;
        } else if (p.isRecord() && !leadsToLevel(p, close + 1)) {
            return false;
        }
        p.at = close + 1;
        return true;
    }

    /** Reads time and level within brackets, in either order; what else stands there is passed over. */
    private static boolean inBrackets(Prefix p, int from, int end) {
        LineBytes line = p.line;
        int outer = line.to;
        line.to = end;
        boolean found = false;
        int next = from;
        for (int part = 0; part < 3 && next < end; part++) {
            int start = next;
            if (!p.timed) {
                int scanned = p.time.scan(line.bytes, next, end);
                if (scanned < 0 && part == 0) {
                    scanned = p.time.scanEpoch(line.bytes, next, end);
                    scanned = scanned == end ? scanned : -1;
                }
                if (scanned > 0) {
                    p.timed = true;
                    next = scanned;
                }
            }
            if (next == start && p.level == null) {
                next = levelInBrackets(p, next, end);
            }
            found |= next > start;
            if (next == start) {
                break;
            }
            while (next < end
                    && (line.get(next) == ' '
                            || line.get(next) == '/'
                            || line.get(next) == ':'
                            || line.get(next) == '|'
                            || line.get(next) == ',')) {
                next++;
            }
        }
        if (found && p.level != null && p.timed && next < end && line.name(next) == end) {
            p.loggerFrom = next;
            p.loggerTo = end;
        }
        line.to = outer;
        return found;
    }

    private static int levelInBrackets(Prefix p, int from, int end) {
        LineBytes line = p.line;
        int last = line.word(from);
        LogLevel named = last == from + 1 ? LevelWords.ofLetter(line.get(from)) : LevelWords.of(line.bytes, from, last);
        boolean alone = last == end
                || line.get(last) == ' '
                || line.get(last) == '/'
                || line.get(last) == ':'
                || line.get(last) == '|';
        if (named == null || !alone || (last < end && !line.isUpper(from, last))) {
            int colonAt = line.find(':', from, end - from);
            LogLevel second = colonAt < 0 ? null : LevelWords.of(line.bytes, colonAt + 1, end);
            if (second != null) {
                p.level = second;
                p.loggerFrom = from;
                p.loggerTo = colonAt;
                return end;
            }
            return from;
        }
        p.level = named;
        return last;
    }

    /** Whether a level or a bracket with one comes next, so that what stands here is a thread or process before it. */
    private static boolean leadsToLevel(Prefix p, int from) {
        LineBytes line = p.line;
        if (p.level != null && p.timed) {
            return false;
        }
        int next = from;
        for (int bracket = 0; bracket < 3; bracket++) {
            next = line.spaces(next, 4);
            if (line.get(next) == '-' && line.get(next + 1) == ' ') {
                next = line.spaces(next + 1, 4);
            }
            if (line.get(next) != '[') {
                break;
            }
            int close = line.find(']', next, LineBytes.LONGEST_TOKEN);
            int word = line.spaces(next + 1, 4);
            if (close < 0 || LevelWords.of(line.bytes, word, line.word(word)) != null) {
                return close > 0;
            }
            next = close + 1;
        }
        int end = line.word(next);
        return LevelWords.of(line.bytes, next, end) != null && line.isUpper(next, end);
    }
}
