package io.workersupervisor;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;

/**
 * Finds a time at one place of a line, in the spellings of {@link #scan}. Mutable and for one thread: the fields hold what the
 * last scan found, so that scanning makes no object. Reads a bounded number of bytes beyond the digits of a fraction.
 */
final class TimeScanner {
    private static final int NO_ZONE = Integer.MIN_VALUE;
    private static final String MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";
    private static final String DAYS = "montuewedthufrisatsun";
    private static final int LONGEST = 64;
    private static final int FIRST_YEAR = 1970;
    private static final int LAST_YEAR = 2199;

    private byte[] bytes = new byte[0];
    private int to;

    private boolean epoch;
    private long epochSecond;
    private int year;
    private int month;
    private int day;
    private int hour;
    private int minute;
    private int second;
    private int nano;
    private int offset;

    /**
     * Looks for a time that begins at {@code from}: {@code 2026-11-24T10:15:30,123+02:00} and its kin with space, slashes or
     * dots, {@code 20261124T101530}, {@code 24/Nov/2026:10:15:30 +0000}, {@code 24 Nov 2026 10:15:30}, {@code Nov 24 10:15:30},
     * {@code Nov 24, 2026 10:15:30 AM}, {@code Tue Nov 24 10:15:30 2026}, {@code Tue, 24 Nov 2026 10:15:30 GMT},
     * {@code 24.11.2026 10:15:30}, {@code 11/24/2026 10:15:30} where only one reading is a date, {@code 11-24 10:15:30.123},
     * {@code 10:15:30.123}.
     *
     * @return the place behind it; negative where there is none
     */
    int scan(byte[] line, int from, int end) {
        begin(line, end);
        int at = from < end && isDigit(line[from]) ? numeric(from) : named(from);
        return at > 0 && at < end && isWord(line[at]) ? -1 : at;
    }

    /** The time that is all of this text, in the spellings of {@link #scan} or {@link #scanEpoch}; empty where it is none. */
    static Optional<Instant> whole(String text, Before before) {
        byte[] bytes = text.strip().getBytes(StandardCharsets.UTF_8);
        TimeScanner scanner = new TimeScanner();
        if (bytes.length > 0 && bytes.length <= LONGEST) {
            boolean found = scanner.scanEpoch(bytes, 0, bytes.length) == bytes.length
                    || scanner.scan(bytes, 0, bytes.length) == bytes.length;
            return found ? scanner.instant(before) : exponent(text);
        }
        return Optional.empty();
    }

    /** Seconds as some encoders write them: {@code 1.7954766711234E9}. */
    private static Optional<Instant> exponent(String text) {
        if (!text.matches("[1-9]\\.[0-9]{1,18}[eE]\\+?0?9")) {
            return Optional.empty();
        }
        BigDecimal seconds = new BigDecimal(text);
        BigDecimal nanos = seconds.remainder(BigDecimal.ONE).movePointRight(9);
        return Optional.of(Instant.ofEpochSecond(seconds.longValue(), nanos.longValue()));
    }

    /** A time as glog writes it behind its letter: {@code 1124 10:15:30.123456}. */
    int scanGlog(byte[] line, int from, int end) {
        begin(line, end);
        if (digits(from) != 4) {
            return -1;
        }
        month = number(from, from + 2);
        day = number(from + 2, from + 4);
        return is(from + 4, ' ') ? clock(from + 5) : -1;
    }

    /** Seconds, milliseconds, microseconds or nanoseconds since 1970, told by the number of digits; seconds may have a fraction. */
    int scanEpoch(byte[] line, int from, int end) {
        begin(line, end);
        int count = digits(from);
        if (count != 10 && count != 13 && count != 16 && count != 19) {
            return -1;
        }
        epochSecond = 0;
        for (int i = from; i < from + 10; i++) {
            epochSecond = epochSecond * 10 + (line[i] - '0');
        }
        nano = fraction(from + 10, from + count);
        int at = from + count;
        if (count == 10 && is(at, '.') && digits(at + 1) > 0) {
            int last = at + 1 + digits(at + 1);
            nano = fraction(at + 1, last);
            at = last;
        }
        epoch = true;
        return at < end && isWord(line[at]) ? -1 : at;
    }

    /** The time found by the last scan; empty where it is no time of any day, like a 30th of February, or not of 1970 to 2199. */
    Optional<Instant> instant(Before before) {
        if (epoch) {
            return Optional.of(Instant.ofEpochSecond(epochSecond, nano));
        }
        boolean noDay = year == 0 && month > 0 && (month > 12 || day == 0 || day > 31);
        boolean noYear = year > 0 && (year < FIRST_YEAR || year > LAST_YEAR);
        if (hour > 23 || minute > 59 || second > 60 || noDay || noYear) {
            return Optional.empty();
        }
        LocalTime clock = LocalTime.of(hour, minute, Math.min(second, 59), nano);
        ZoneId zone = offset == NO_ZONE ? before.zone() : ZoneOffset.ofTotalSeconds(offset);
        NearTime near = new NearTime(before.time(), zone);
        try {
            LocalDateTime local = year > 0
                    ? LocalDate.of(year, month, day).atTime(clock)
                    : month > 0 ? near.inSomeYear(month, day, clock) : near.onSomeDay(clock);
            return Optional.of(near.inZone(local).plusSeconds(second == 60 ? 1 : 0));
        } catch (DateTimeException noSuchDay) {
            return Optional.empty();
        }
    }

    private void begin(byte[] line, int end) {
        bytes = line;
        to = end;
        epoch = false;
        epochSecond = 0;
        year = 0;
        month = 0;
        day = 0;
        hour = 0;
        minute = 0;
        second = 0;
        nano = 0;
        offset = NO_ZONE;
    }

    private int numeric(int from) {
        int count = digits(from);
        int next = from + count;
        if (next >= to) {
            return -1;
        }
        byte separator = bytes[next];
        if (count == 8 && (separator == 'T' || separator == ' ' || separator == '-')) {
            year = number(from, from + 4);
            month = number(from + 4, from + 6);
            day = number(from + 6, from + 8);
            return digits(next + 1) == 6 ? compactClock(next + 1) : zone(clock(next + 1));
        }
        if (count == 4 && (separator == '-' || separator == '/' || separator == '.')) {
            year = number(from, next);
            return year == 0 ? -1 : yearFirst(next + 1, separator);
        }
        if (count > 2) {
            return -1;
        }
        if (separator == ':') {
            int end = count == 2 ? clock(from) : -1;
            return end - from < 8 ? -1 : zone(end);
        }
        int first = number(from, next);
        int second = digits(next + 1);
        if ((separator == '/' || separator == '.' || separator == '-') && second >= 1 && second <= 2) {
            return dayOrMonthFirst(first, number(next + 1, next + 1 + second), next + 1 + second, separator);
        }
        if ((separator == ' ' || separator == '/' || separator == '-') && monthAt(next + 1) > 0) {
            day = first;
            month = monthAt(next + 1);
            int afterMonth = next + 4;
            if (digits(afterMonth + 1) != 4) {
                return -1;
            }
            year = number(afterMonth + 1, afterMonth + 5);
            return zone(clock(afterGap(afterMonth + 5)));
        }
        return -1;
    }

    private int yearFirst(int from, byte separator) {
        int monthDigits = digits(from);
        if (monthDigits < 1 || monthDigits > 2 || !is(from + monthDigits, (char) separator)) {
            return -1;
        }
        month = number(from, from + monthDigits);
        int dayFrom = from + monthDigits + 1;
        int dayDigits = digits(dayFrom);
        if (dayDigits < 1 || dayDigits > 2) {
            return -1;
        }
        day = number(dayFrom, dayFrom + dayDigits);
        return zone(clock(afterGap(dayFrom + dayDigits)));
    }

    private int dayOrMonthFirst(int first, int second, int next, byte separator) {
        if (separator == '-' && is(next, ' ')) {
            month = first;
            day = second;
            int end = clock(next + 1);
            return end > 0 && month >= 1 && month <= 12 ? end : -1;
        }
        if (!is(next, (char) separator) || digits(next + 1) != 4) {
            return -1;
        }
        year = number(next + 1, next + 5);
        boolean dayFirst = separator == '.' || first > 12 || first == second;
        if (!dayFirst && second <= 12) {
            return -1;
        }
        day = dayFirst ? first : second;
        month = dayFirst ? second : first;
        return zone(clock(afterGap(next + 5)));
    }

    private int named(int from) {
        int at = from;
        if (nameAt(at, DAYS) > 0) {
            at += 3;
            boolean comma = is(at, ',');
            at = spaces(comma ? at + 1 : at);
            if (comma || (at < to && isDigit(bytes[at]))) {
                return at < to && isDigit(bytes[at]) ? numeric(at) : -1;
            }
        }
        month = monthAt(at);
        if (month == 0) {
            return -1;
        }
        at = spaces(at + 3);
        int dayDigits = digits(at);
        if (dayDigits < 1 || dayDigits > 2) {
            return -1;
        }
        day = number(at, at + dayDigits);
        at = afterGap(at + dayDigits);
        if (digits(at) == 4) {
            year = number(at, at + 4);
            return zone(clock(afterGap(at + 4)));
        }
        int end = clock(at);
        int zoned = end > 0 ? zone(end) : -1;
        if (zoned > 0 && is(zoned, ' ') && digits(zoned + 1) == 4 && !isWordAt(zoned + 5) && !is(zoned + 5, ':')) {
            year = number(zoned + 1, zoned + 5);
            return zoned + 5;
        }
        return zoned;
    }

    /** Hours, minutes and mostly seconds at a place; the place behind them, negative where there are none. */
    private int clock(int from) {
        int hourDigits = from < 0 ? 0 : digits(from);
        int at = from + hourDigits;
        if (hourDigits < 1 || hourDigits > 2 || !is(at, ':') || digits(at + 1) != 2) {
            return -1;
        }
        hour = number(from, at);
        minute = number(at + 1, at + 3);
        at += 3;
        if (is(at, ':') && digits(at + 1) == 2) {
            second = number(at + 1, at + 3);
            at += 3;
            if ((is(at, '.') || is(at, ',')) && digits(at + 1) > 0) {
                int last = at + 1 + digits(at + 1);
                nano = fraction(at + 1, last);
                at = last;
            }
        }
        return halfOfDay(at);
    }

    private int compactClock(int from) {
        hour = number(from, from + 2);
        minute = number(from + 2, from + 4);
        second = number(from + 4, from + 6);
        return zone(from + 6);
    }

    private int halfOfDay(int at) {
        int word = is(at, ' ') ? at + 1 : at;
        if (is(at, (char) 0xe2) && is(at + 1, (char) 0x80) && is(at + 2, (char) 0xaf)) {
            word = at + 3;
        }
        boolean half = (is(word + 1, 'M') || is(word + 1, 'm')) && !isWordAt(word + 2) && hour >= 1 && hour <= 12;
        if (half && (is(word, 'A') || is(word, 'a'))) {
            hour %= 12;
            return word + 2;
        }
        if (half && (is(word, 'P') || is(word, 'p'))) {
            hour = hour % 12 + 12;
            return word + 2;
        }
        return at;
    }

    private int zone(int at) {
        if (at < 0) {
            return at;
        }
        if (is(at, 'Z') && !isWordAt(at + 1)) {
            offset = 0;
            return at + 1;
        }
        boolean gap = is(at, ' ');
        int sign = gap ? at + 1 : at;
        if (sign + 3 <= to && (matches(sign, "UTC") || matches(sign, "GMT")) && !isWordAt(sign + 3)) {
            offset = 0;
            return sign + 3;
        }
        if (!is(sign, '+') && !is(sign, '-')) {
            return at;
        }
        int count = digits(sign + 1);
        int end;
        int minutes = 0;
        if (count == 4) {
            minutes = number(sign + 3, sign + 5);
            end = sign + 5;
        } else if (count == 2 && is(sign + 3, ':') && digits(sign + 4) == 2) {
            minutes = number(sign + 4, sign + 6);
            end = sign + 6;
        } else if (count == 2 && !gap) {
            end = sign + 3;
        } else {
            return at;
        }
        int hours = number(sign + 1, sign + 3);
        if (hours > 18 || minutes > 59 || isWordAt(end) || (hours == 18 && minutes > 0)) {
            return at;
        }
        offset = (hours * 60 + minutes) * (is(sign, '-') ? -60 : 60);
        return end;
    }

    /** Between date and clock: one T, colon, comma, line or up to three spaces. */
    private int afterGap(int at) {
        if (is(at, 'T') || is(at, 't') || is(at, ':') || is(at, '_')) {
            return at + 1;
        }
        int start = is(at, ',') ? at + 1 : at;
        int end = spaces(start);
        return end == at ? -1 : end;
    }

    private int spaces(int from) {
        int at = from;
        while (is(at, ' ') && at < from + 3) {
            at++;
        }
        return at;
    }

    private int digits(int from) {
        int at = Math.max(from, 0);
        while (from >= 0 && at < to && isDigit(bytes[at]) && at - from < 64) {
            at++;
        }
        return from < 0 ? 0 : at - from;
    }

    private int number(int from, int end) {
        int number = 0;
        for (int i = from; i < end; i++) {
            number = number * 10 + (bytes[i] - '0');
        }
        return number;
    }

    private int fraction(int from, int end) {
        int nanos = 0;
        for (int i = from; i < from + 9; i++) {
            nanos = nanos * 10 + (i < end ? bytes[i] - '0' : 0);
        }
        return nanos;
    }

    private int monthAt(int at) {
        return nameAt(at, MONTHS);
    }

    /** Which name of three letters, from 1, begins here and ends as a word; 0 for none. */
    private int nameAt(int at, String names) {
        if (at < 0 || at + 3 > to || isLetterAt(at + 3)) {
            return 0;
        }
        for (int name = 0; name < names.length(); name += 3) {
            if ((bytes[at] | 0x20) == names.charAt(name)
                    && (bytes[at + 1] | 0x20) == names.charAt(name + 1)
                    && (bytes[at + 2] | 0x20) == names.charAt(name + 2)) {
                return name / 3 + 1;
            }
        }
        return 0;
    }

    private boolean matches(int at, String word) {
        for (int i = 0; i < word.length(); i++) {
            if (!is(at + i, word.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private boolean is(int at, char c) {
        return at >= 0 && at < to && (bytes[at] & 0xff) == c;
    }

    private boolean isWordAt(int at) {
        return at < to && isWord(bytes[at]);
    }

    private boolean isLetterAt(int at) {
        return at < to && isWord(bytes[at]) && !isDigit(bytes[at]);
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    private static boolean isWord(byte b) {
        return isDigit(b) || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b == '_';
    }
}
