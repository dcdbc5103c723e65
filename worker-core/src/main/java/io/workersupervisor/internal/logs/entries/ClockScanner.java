package io.workersupervisor.internal.logs.entries;

import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Reads a time of day and its zone. Mutable and for one thread: the fields hold what was found last. */
final class ClockScanner {
    private static final int NO_ZONE = Integer.MIN_VALUE;

    private final LineBytes line = new LineBytes();
    private int hour;
    private int minute;
    private int second;
    private int nano;
    private int offset;

    /** Begins with another line. */
    void set(byte[] bytes, int end) {
        line.set(bytes, end);
        hour = 0;
        minute = 0;
        second = 0;
        nano = 0;
        offset = NO_ZONE;
    }

    /** Whether a day has the time that was read. */
    boolean exists() {
        return hour <= 23 && minute <= 59 && second <= 60;
    }

    LocalTime time() {
        return LocalTime.of(hour, minute, Math.min(second, 59), nano);
    }

    /** A second to add to {@link #time}, where it is a leap second. */
    int leapSecond() {
        return second == 60 ? 1 : 0;
    }

    /** The zone that stood there, else the one of the host. */
    ZoneId zone(ZoneId host) {
        return offset == NO_ZONE ? host : ZoneOffset.ofTotalSeconds(offset);
    }

    /** Hours, minutes and mostly seconds at a place; the place behind them, negative where there are none. */
    int read(int from) {
        int hourDigits = from < 0 ? 0 : line.digits(from);
        int at = from + hourDigits;
        if (hourDigits < 1 || hourDigits > 2 || !line.is(at, ':') || line.digits(at + 1) != 2) {
            return -1;
        }
        hour = line.number(from, at);
        minute = line.number(at + 1, at + 3);
        at += 3;
        if (line.is(at, ':') && line.digits(at + 1) == 2) {
            second = line.number(at + 1, at + 3);
            at += 3;
            if ((line.is(at, '.') || line.is(at, ',')) && line.digits(at + 1) > 0) {
                int last = at + 1 + line.digits(at + 1);
                nano = line.nanos(at + 1, last);
                at = last;
            }
        }
        return halfOfDay(at);
    }

    /** Six digits, perhaps a fraction and a zone; the place behind them. */
    int compact(int from) {
        hour = line.number(from, from + 2);
        minute = line.number(from + 2, from + 4);
        second = line.number(from + 4, from + 6);
        int fraction = line.is(from + 6, '.') ? line.digits(from + 7) : 0;
        nano = fraction == 0 ? 0 : line.nanos(from + 7, from + 7 + fraction);
        return zoned(fraction == 0 ? from + 6 : from + 7 + fraction);
    }

    private int halfOfDay(int at) {
        int word = line.is(at, ' ') ? at + 1 : at;
        if (line.is(at, (char) 0xe2) && line.is(at + 1, (char) 0x80) && line.is(at + 2, (char) 0xaf)) {
            word = at + 3;
        }
        boolean half = (line.is(word + 1, 'M') || line.is(word + 1, 'm'))
                && !LineBytes.isWord(line.get(word + 2))
                && hour >= 1
                && hour <= 12;
        if (half && (line.is(word, 'A') || line.is(word, 'a'))) {
            hour %= 12;
            return word + 2;
        }
        if (half && (line.is(word, 'P') || line.is(word, 'p'))) {
            hour = hour % 12 + 12;
            return word + 2;
        }
        return at;
    }

    /** Reads the zone, if one stands behind a time that ends here; the place behind it. */
    int zoned(int at) {
        if (at < 0) {
            return at;
        }
        if (line.is(at, 'Z') && !LineBytes.isWord(line.get(at + 1))) {
            offset = 0;
            return at + 1;
        }
        boolean gap = line.is(at, ' ');
        int sign = gap ? at + 1 : at;
        if ((line.starts(sign, "UTC") || line.starts(sign, "GMT")) && !LineBytes.isWord(line.get(sign + 3))) {
            offset = 0;
            return sign + 3;
        }
        if (!line.is(sign, '+') && !line.is(sign, '-')) {
            return at;
        }
        int count = line.digits(sign + 1);
        int end;
        int minutes = 0;
        if (count == 4) {
            minutes = line.number(sign + 3, sign + 5);
            end = sign + 5;
        } else if (count == 2 && line.is(sign + 3, ':') && line.digits(sign + 4) == 2) {
            minutes = line.number(sign + 4, sign + 6);
            end = sign + 6;
        } else if (count == 2 && !gap) {
            end = sign + 3;
        } else {
            return at;
        }
        int hours = line.number(sign + 1, sign + 3);
        if (hours > 18 || minutes > 59 || LineBytes.isWord(line.get(end)) || (hours == 18 && minutes > 0)) {
            return at;
        }
        offset = (hours * 60 + minutes) * (line.is(sign, '-') ? -60 : 60);
        return end;
    }

    /** Between date and clock: one T, colon, comma, line or up to three spaces. */
    int afterGap(int at) {
        if (line.is(at, 'T') || line.is(at, 't') || line.is(at, ':') || line.is(at, '_')) {
            return at + 1;
        }
        int start = line.is(at, ',') ? at + 1 : at;
        int end = line.spaces(start, 3);
        return end == at ? -1 : end;
    }
}
