package io.workersupervisor.internal.logs.entries;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Optional;

/**
 * Finds a time at one place of a line, in the spellings of {@link #scan}. Mutable and for one thread: the fields hold what the
 * last scan found, so that scanning makes no object. Reads a bounded number of bytes beyond the digits of a fraction.
 */
public final class TimeScanner {
    private static final String MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";
    private static final String DAYS = "montuewedthufrisatsun";
    private static final int LONGEST = 64;
    private static final int FIRST_YEAR = 1970;
    private static final int LAST_YEAR = 2199;

    private final LineBytes line = new LineBytes();
    private final ClockScanner clock = new ClockScanner();

    private boolean epoch;
    private long epochSecond;
    private int epochNano;
    private int year;
    private int month;
    private int day;
    /** Three numbers of two digits, of which each may be the year; empty where the year is known. */
    private int[] undecided = {};

    /**
     * Looks for a time that begins at {@code from}: {@code 2026-11-24T10:15:30,123+02:00} and its kin with space, slashes or
     * dots, {@code 20261124T101530}, {@code 24/Nov/2026:10:15:30 +0000}, {@code 24 Nov 2026 10:15:30}, {@code Nov 24 10:15:30},
     * {@code Nov 24, 2026 10:15:30 AM}, {@code Tue Nov 24 10:15:30 2026}, {@code Tue, 24 Nov 2026 10:15:30 GMT},
     * {@code 24.11.2026 10:15:30}, {@code 11/24/2026 10:15:30} where only one reading is a date, {@code 11-24 10:15:30.123},
     * {@code 10:15:30.123}.
     *
     * @return the place behind it; negative where there is none
     */
    int scan(byte[] bytes, int from, int end) {
        begin(bytes, end);
        int at = from < end && LineBytes.isDigit(bytes[from]) ? numeric(from) : named(from);
        return at > 0 && at < end && LineBytes.isWord(bytes[at]) ? -1 : at;
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

    /** A time as glog writes it behind its letter, {@code 1124 10:15:30.123456}, or with a year, or Chromium, {@code 1124/101530.123456}. */
    int scanGlog(byte[] bytes, int from, int end) {
        begin(bytes, end);
        int count = line.digits(from);
        if (count != 4 && count != 8) {
            return -1;
        }
        int at = from + count;
        year = line.number(from, at - 4);
        month = line.number(at - 4, at - 2);
        day = line.number(at - 2, at);
        if (line.is(at, '/') && line.digits(at + 1) == 6 && month >= 1 && month <= 12) {
            return clock.compact(at + 1);
        }
        return line.is(at, ' ') ? clock.read(at + 1) : -1;
    }

    /** Seconds, milliseconds, microseconds or nanoseconds since 1970, told by the number of digits; seconds may have a fraction. */
    int scanEpoch(byte[] bytes, int from, int end) {
        begin(bytes, end);
        int count = line.digits(from);
        if (count != 10 && count != 13 && count != 16 && count != 19) {
            return -1;
        }
        epochSecond = 0;
        for (int i = from; i < from + 10; i++) {
            epochSecond = epochSecond * 10 + (bytes[i] - '0');
        }
        epochNano = line.nanos(from + 10, from + count);
        int at = from + count;
        if (count == 10 && line.is(at, '.') && line.digits(at + 1) > 0) {
            int last = at + 1 + line.digits(at + 1);
            epochNano = line.nanos(at + 1, last);
            at = last;
        }
        epoch = true;
        return at < end && LineBytes.isWord(bytes[at]) ? -1 : at;
    }

    /** The time found by the last scan; empty where it is no time of any day, like a 30th of February, or not of 1970 line.to 2199. */
    Optional<Instant> instant(Before before) {
        if (epoch) {
            return Optional.of(Instant.ofEpochSecond(epochSecond, epochNano));
        }
        NearTime near = new NearTime(before.time(), clock.zone(before.zone()));
        decide(near);
        boolean noDay = year == 0 && month > 0 && (month > 12 || day == 0 || day > 31);
        boolean noYear = year > 0 && (year < FIRST_YEAR || year > LAST_YEAR);
        if (noDay || noYear || !clock.exists()) {
            return Optional.empty();
        }
        LocalTime time = clock.time();
        try {
            LocalDateTime local = year > 0
                    ? LocalDate.of(year, month, day).atTime(time)
                    : month > 0 ? near.inSomeYear(month, day, time) : near.onSomeDay(time);
            return Optional.of(near.inZone(local).plusSeconds(clock.leapSecond()));
        } catch (DateTimeException noSuchDay) {
            return Optional.empty();
        }
    }

    /** Year, month and day in the order that is nearest to what was written before. */
    private void decide(NearTime near) {
        long least = Long.MAX_VALUE;
        for (int order = 0; undecided.length > 0 && order < 3; order++) {
            int ofYear = 2000 + undecided[order == 0 ? 0 : 2];
            int ofMonth = undecided[order == 1 ? 0 : 1];
            int ofDay = undecided[order == 0 ? 2 : order == 1 ? 1 : 0];
            boolean isDay = ofMonth >= 1 && ofMonth <= 12 && ofDay >= 1 && ofDay <= 28 + (ofMonth == 2 ? 0 : 3);
            long days = Math.abs((ofYear * 372L + ofMonth * 31L + ofDay) - near.days());
            if (isDay && days < least) {
                least = days;
                year = ofYear;
                month = ofMonth;
                day = ofDay;
            }
        }
    }

    private void begin(byte[] bytes, int end) {
        line.set(bytes, end);
        clock.set(bytes, end);
        epoch = false;
        epochSecond = 0;
        year = 0;
        month = 0;
        day = 0;
        undecided = new int[0];
    }

    private int numeric(int from) {
        int count = line.digits(from);
        int next = from + count;
        if (next >= line.to) {
            return -1;
        }
        byte separator = line.get(next);
        if (count == 8 && (separator == 'T' || separator == ' ' || separator == '-')) {
            year = line.number(from, from + 4);
            month = line.number(from + 4, from + 6);
            day = line.number(from + 6, from + 8);
            return line.digits(next + 1) == 6 ? clock.compact(next + 1) : clock.zoned(clock.read(next + 1));
        }
        if (count == 4 && (separator == '-' || separator == '/' || separator == '.')) {
            year = line.number(from, next);
            return year == 0 ? -1 : yearFirst(next + 1, separator);
        }
        if (count > 2) {
            return -1;
        }
        if (separator == ':') {
            int end = count == 2 ? clock.read(from) : -1;
            return end - from < 8 ? -1 : clock.zoned(end);
        }
        int first = line.number(from, next);
        int second = line.digits(next + 1);
        if ((separator == '/' || separator == '.' || separator == '-') && second >= 1 && second <= 2) {
            return dayOrMonthFirst(first, line.number(next + 1, next + 1 + second), next + 1 + second, separator);
        }
        if ((separator == ' ' || separator == '/' || separator == '-') && monthAt(next + 1) > 0) {
            day = first;
            month = monthAt(next + 1);
            int years = line.digits(next + 5);
            if (years != 4 && (years != 2 || separator == ' ')) {
                return -1;
            }
            year = line.number(next + 5, next + 5 + years) + (years == 2 ? 2000 : 0);
            return clock.zoned(clock.read(clock.afterGap(next + 5 + years)));
        }
        return -1;
    }

    private int yearFirst(int from, byte separator) {
        int monthDigits = line.digits(from);
        if (monthDigits < 1 || monthDigits > 2 || !line.is(from + monthDigits, (char) separator)) {
            return -1;
        }
        month = line.number(from, from + monthDigits);
        int dayFrom = from + monthDigits + 1;
        int dayDigits = line.digits(dayFrom);
        if (dayDigits < 1 || dayDigits > 2) {
            return -1;
        }
        day = line.number(dayFrom, dayFrom + dayDigits);
        int clockFrom = line.is(dayFrom + dayDigits, '-') ? dayFrom + dayDigits + 1 : clock.afterGap(dayFrom + dayDigits);
        return clock.zoned(clock.read(clockFrom));
    }

    private int dayOrMonthFirst(int first, int second, int next, byte separator) {
        if (separator == '-' && line.is(next, ' ')) {
            month = first;
            day = second;
            int end = clock.read(next + 1);
            return end > 0 && month >= 1 && month <= 12 ? end : -1;
        }
        if (line.is(next, (char) separator) && line.digits(next + 1) == 2) {
            undecided = new int[] {first, second, line.number(next + 1, next + 3)};
            int end = separator == '.' ? -1 : clock.read(clock.afterGap(next + 3));
            return end - next >= 12 ? clock.zoned(end) : -1;
        }
        if (!line.is(next, (char) separator) || line.digits(next + 1) != 4) {
            return -1;
        }
        year = line.number(next + 1, next + 5);
        boolean dayFirst = separator == '.' || first > 12 || first == second;
        if (!dayFirst && second <= 12) {
            return -1;
        }
        day = dayFirst ? first : second;
        month = dayFirst ? second : first;
        return clock.zoned(clock.read(clock.afterGap(next + 5)));
    }

    private int named(int from) {
        int at = from;
        if (nameAt(at, DAYS) > 0) {
            at += 3;
            boolean comma = line.is(at, ',');
            at = line.spaces(comma ? at + 1 : at, 3);
            if (comma || (at < line.to && LineBytes.isDigit(line.get(at)))) {
                return at < line.to && LineBytes.isDigit(line.get(at)) ? numeric(at) : -1;
            }
        }
        month = monthAt(at);
        if (month == 0) {
            return -1;
        }
        at = line.spaces(at + 3, 3);
        int dayDigits = line.digits(at);
        if (dayDigits < 1 || dayDigits > 2) {
            return -1;
        }
        day = line.number(at, at + dayDigits);
        at = clock.afterGap(at + dayDigits);
        if (line.digits(at) == 4) {
            year = line.number(at, at + 4);
            return clock.zoned(clock.read(clock.afterGap(at + 4)));
        }
        int end = clock.read(at);
        int zoned = end > 0 ? clock.zoned(end) : -1;
        if (zoned > 0
                && line.is(zoned, ' ')
                && line.digits(zoned + 1) == 4
                && !LineBytes.isWord(line.get(zoned + 5))
                && !line.is(zoned + 5, ':')) {
            year = line.number(zoned + 1, zoned + 5);
            return zoned + 5;
        }
        return zoned;
    }

    private static boolean isLetter(byte c) {
        return LineBytes.isWord(c) && !LineBytes.isDigit(c);
    }

    private int monthAt(int at) {
        return nameAt(at, MONTHS);
    }

    /** Which name of three letters, from 1, begins here and ends as a word; 0 for none. */
    private int nameAt(int at, String names) {
        if (at < 0 || at + 3 > line.to || isLetter(line.get(at + 3))) {
            return 0;
        }
        for (int name = 0; name < names.length(); name += 3) {
            if ((line.get(at) | 0x20) == names.charAt(name)
                    && (line.get(at + 1) | 0x20) == names.charAt(name + 1)
                    && (line.get(at + 2) | 0x20) == names.charAt(name + 2)) {
                return name / 3 + 1;
            }
        }
        return 0;
    }
}
