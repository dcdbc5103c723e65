package io.workersupervisor.internal.logs.entries;

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
public final class TimeScanner {
    private static final String MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";
    private static final String DAYS = "montuewedthufrisatsun";
    /**
     * Dates that begin with a digit: {@code y} is a year of four digits, {@code u} of two, {@code M} and {@code d} a month and a
     * day, {@code m} and {@code q} those of two digits, {@code n} month or day, {@code b} the name of a month.
     */
    private static final String[] NUMERIC = {
        "y-M-d", "y/M/d", "y.M.d", "ymq", "d/b/y", "d-b-y", "d b y", "d/b/u", "d-b-u", "n/n/y", "n.n.y", "n-n-y",
        "n/n/u", "M-d", ""
    };
    /** Dates that begin with a letter; {@code E} is the name of a day. */
    private static final String[] NAMED = {"E, d b y", "E d b y", "E b d", "b d"};

    private static final int LONGEST = 64;
    private static final int FIRST_YEAR = 1970;
    private static final int LAST_YEAR = 2199;
    private static final int NO_ZONE = Integer.MIN_VALUE;

    private final LineBytes line = new LineBytes();
    private boolean isEpoch;
    private long epochSecond;
    private int year;
    private int month;
    private int day;
    /** Numbers of which each may be the month, the day or two digits of the year. */
    private final int[] numbers = new int[3];

    private int count;
    private boolean isShortYear;
    private int hour;
    private int minute;
    private int second;
    private int nano;
    private int offset;

    /**
     * Looks for a time that begins at {@code from}: {@code 2026-11-24T10:15:30,123+02:00} and its kin with space, slashes or
     * dots, {@code 20261124T101530}, {@code 24/Nov/2026:10:15:30 +0000}, {@code 24 Nov 2026 10:15:30}, {@code Nov 24 10:15:30},
     * {@code Nov 24, 2026 10:15:30 AM}, {@code Tue Nov 24 10:15:30 2026}, {@code Tue, 24 Nov 2026 10:15:30 GMT},
     * {@code 24.11.2026 10:15:30}, {@code 11/24/2026 10:15:30} where only one reading is a date, {@code 26/11/24 10:15:30},
     * {@code 24-Nov-26 10:15:30}, {@code 11-24 10:15:30.123}, {@code 10:15:30.123}.
     *
     * @return the place behind it; negative where there is none
     */
    int scan(byte[] bytes, int from, int end) {
        boolean isNumeric = from < end && LineBytes.isDigit(bytes[from]);
        for (String pattern : isNumeric ? NUMERIC : NAMED) {
            begin(bytes, end);
            int date = date(pattern, from);
            int at = date < 0 ? -1 : isNumeric ? behindDate(pattern, from, date) : behindName(pattern, date);
            if (at > 0) {
                return at < end && LineBytes.isWord(bytes[at]) ? -1 : at;
            }
        }
        return -1;
    }

    private void begin(byte[] bytes, int end) {
        line.set(bytes, end);
        isEpoch = false;
        isShortYear = false;
        year = 0;
        month = 0;
        day = 0;
        count = 0;
        hour = 0;
        minute = 0;
        second = 0;
        nano = 0;
        offset = NO_ZONE;
    }

    /** The place behind a date of this pattern; negative where none stands here. */
    private int date(String pattern, int from) {
        int at = from;
        for (int i = 0; i < pattern.length() && at >= 0; i++) {
            char part = pattern.charAt(i);
            switch (part) {
                case 'b' -> {
                    month = nameAt(at, MONTHS);
                    at = month > 0 ? at + 3 : -1;
                }
                case 'E' -> at = nameAt(at, DAYS) > 0 ? at + 3 : -1;
                case ' ' -> at = line.spaces(at, 3) > at ? line.spaces(at, 3) : -1;
                case 'y', 'u', 'M', 'd', 'm', 'q', 'n' -> at = number(part, at);
                default -> at = line.is(at, part) ? at + 1 : -1;
            }
        }
        return at;
    }

    private int number(char part, int at) {
        int digits = line.digits(at);
        int length = part == 'y' ? 4 : "mqu".indexOf(part) >= 0 ? 2 : digits;
        boolean isFixed = "ym".indexOf(part) >= 0 ? digits >= length : digits == length;
        if (!isFixed || length < 1 || length > 4 || (length > 2 && part != 'y')) {
            return -1;
        }
        int number = line.number(at, at + length);
        switch (part) {
            case 'y' -> year = number;
            case 'u' -> {
                year = 2000 + number;
                isShortYear = count > 0;
                numbers[2] = number;
            }
            case 'M', 'm' -> month = number;
            case 'n' -> numbers[count++] = number;
            default -> day = number;
        }
        return (part == 'y' && number == 0) || (part == 'n' && length != 2 && isShortYear) ? -1 : at + length;
    }

    private int behindDate(String pattern, int from, int date) {
        switch (pattern) {
            case "" -> {
                int end = line.digits(from) == 2 ? clock(from) : -1;
                return end - from < 8 ? -1 : zoned(end);
            }
            case "M-d" -> {
                return line.is(date, ' ') && month >= 1 && month <= 12 ? clock(date + 1) : -1;
            }
            case "ymq" -> {
                boolean isLed = line.is(date, 'T') || line.is(date, ' ') || line.is(date, '-');
                return !isLed ? -1 : line.digits(date + 1) == 6 ? compact(date + 1) : zoned(clock(date + 1));
            }
            case "n/n/u" -> {
                int end = clock(afterGap(date));
                return end - date >= 9 ? zoned(end) : -1;
            }
            default -> {
                boolean isDayFirst =
                        count == 0 || line.is(date - 5, '.') || numbers[0] > 12 || numbers[0] == numbers[1];
                if (count == 2 && !isDayFirst && numbers[1] <= 12) {
                    return -1;
                } else if (count == 2) {
                    day = numbers[isDayFirst ? 0 : 1];
                    month = numbers[isDayFirst ? 1 : 0];
                }
                return zoned(clock(line.is(date, '-') && pattern.startsWith("y-") ? date + 1 : afterGap(date)));
            }
        }
    }

    /** Behind {@code Tue, 24 Nov 2026} or {@code Nov 24}: a clock, with the year before or behind it. */
    private int behindName(String pattern, int date) {
        int at = afterGap(date);
        if (pattern.endsWith("y")) {
            return zoned(clock(at));
        } else if (line.digits(at) == 4) {
            year = line.number(at, at + 4);
            return zoned(clock(afterGap(at + 4)));
        }
        int end = zoned(clock(at));
        boolean isYear = end > 0
                && line.is(end, ' ')
                && line.digits(end + 1) == 4
                && !LineBytes.isWord(line.get(end + 5))
                && !line.is(end + 5, ':');
        if (isYear) {
            year = line.number(end + 1, end + 5);
        }
        return isYear ? end + 5 : end;
    }

    /** The time that is all of this text, in the spellings of {@link #scan} or {@link #scanEpoch}; empty where it is none. */
    static Optional<Instant> whole(String text, Before before) {
        byte[] bytes = text.strip().getBytes(StandardCharsets.UTF_8);
        TimeScanner scanner = new TimeScanner();
        if (bytes.length == 0 || bytes.length > LONGEST) {
            return Optional.empty();
        }
        boolean isFound = scanner.scanEpoch(bytes, 0, bytes.length) == bytes.length
                || scanner.scan(bytes, 0, bytes.length) == bytes.length;
        return isFound ? scanner.instant(before) : exponent(text);
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
        int digits = line.digits(from);
        if (digits != 4 && digits != 8) {
            return -1;
        }
        int at = from + digits;
        year = line.number(from, at - 4);
        month = line.number(at - 4, at - 2);
        day = line.number(at - 2, at);
        boolean isChromium = line.is(at, '/') && line.digits(at + 1) == 6 && month >= 1 && month <= 12;
        return isChromium ? compact(at + 1) : line.is(at, ' ') ? clock(at + 1) : -1;
    }

    /** Seconds, milliseconds, microseconds or nanoseconds since 1970, told by the number of digits; seconds may have a fraction. */
    int scanEpoch(byte[] bytes, int from, int end) {
        begin(bytes, end);
        int digits = line.digits(from);
        if (digits != 10 && digits != 13 && digits != 16 && digits != 19) {
            return -1;
        }
        epochSecond = line.number(from, from + 5) * 100_000L + line.number(from + 5, from + 10);
        nano = line.nanos(from + 10, from + digits);
        int at = digits == 10 ? fraction(from + 10) : from + digits;
        isEpoch = true;
        return at < end && LineBytes.isWord(bytes[at]) ? -1 : at;
    }

    /** The time found by the last scan; empty where it is no time of any day, like a 30th of February, or not of 1970 to 2199. */
    Optional<Instant> instant(Before before) {
        if (isEpoch) {
            return Optional.of(Instant.ofEpochSecond(epochSecond, nano));
        }
        ZoneId zone = offset == NO_ZONE ? before.zone() : ZoneOffset.ofTotalSeconds(offset);
        NearTime near = new NearTime(before.time(), zone);
        if (isShortYear) {
            decide(near);
        }
        boolean isNoDay = year == 0 && month > 0 && (month > 12 || day == 0 || day > 31);
        boolean isNoYear = year > 0 && (year < FIRST_YEAR || year > LAST_YEAR);
        if (isNoDay || isNoYear || hour > 23 || minute > 59 || second > 60) {
            return Optional.empty();
        }
        LocalTime time = LocalTime.of(hour, minute, Math.min(second, 59), nano);
        try {
            LocalDateTime local = year > 0
                    ? LocalDate.of(year, month, day).atTime(time)
                    : month > 0 ? near.inSomeYear(month, day, time) : near.onSomeDay(time);
            return Optional.of(near.inZone(local).plusSeconds(second == 60 ? 1 : 0));
        } catch (DateTimeException noSuchDay) {
            return Optional.empty();
        }
    }

    /** Takes year, month and day in the order that is nearest to what was written before. */
    private void decide(NearTime near) {
        long least = Long.MAX_VALUE;
        for (int order = 0; order < 3; order++) {
            int ofYear = 2000 + numbers[order == 0 ? 0 : 2];
            int ofMonth = numbers[order == 1 ? 0 : 1];
            int ofDay = numbers[order == 0 ? 2 : order == 1 ? 1 : 0];
            long days = Math.abs((ofYear * 372L + ofMonth * 31L + ofDay) - near.days());
            if (ofMonth >= 1 && ofMonth <= 12 && ofDay >= 1 && ofDay <= 31 && days < least) {
                least = days;
                year = ofYear;
                month = ofMonth;
                day = ofDay;
            }
        }
    }

    /** Hours, minutes and mostly seconds at a place; the place behind them, negative where there are none. */
    private int clock(int from) {
        int digits = from < 0 ? 0 : line.digits(from);
        int at = from + digits;
        if (digits < 1 || digits > 2 || !line.is(at, ':') || line.digits(at + 1) != 2) {
            return -1;
        }
        hour = line.number(from, at);
        minute = line.number(at + 1, at + 3);
        at += 3;
        if (line.is(at, ':') && line.digits(at + 1) == 2) {
            second = line.number(at + 1, at + 3);
            at = fraction(at + 3);
        }
        return halfOfDay(at);
    }

    private int fraction(int at) {
        int digits = line.is(at, '.') || line.is(at, ',') ? line.digits(at + 1) : 0;
        if (digits == 0) {
            return at;
        }
        nano = line.nanos(at + 1, at + 1 + digits);
        return at + 1 + digits;
    }

    private int compact(int from) {
        hour = line.number(from, from + 2);
        minute = line.number(from + 2, from + 4);
        second = line.number(from + 4, from + 6);
        return zoned(fraction(from + 6));
    }

    private int halfOfDay(int at) {
        boolean isNarrow = line.is(at, (char) 0xe2) && line.is(at + 1, (char) 0x80) && line.is(at + 2, (char) 0xaf);
        int word = isNarrow ? at + 3 : line.is(at, ' ') ? at + 1 : at;
        int letter = line.get(word) | 0x20;
        boolean isHalf =
                (line.get(word + 1) | 0x20) == 'm' && !LineBytes.isWord(line.get(word + 2)) && hour >= 1 && hour <= 12;
        if (!isHalf || (letter != 'a' && letter != 'p')) {
            return at;
        }
        hour = hour % 12 + (letter == 'p' ? 12 : 0);
        return word + 2;
    }

    /** Reads the zone, if one stands behind a time that ends here; the place behind it. */
    private int zoned(int at) {
        if (at < 0) {
            return at;
        }
        boolean isGap = line.is(at, ' ');
        int sign = isGap ? at + 1 : at;
        boolean isNamed = line.starts(sign, "UTC") || line.starts(sign, "GMT");
        int name = isNamed ? sign + 3 : line.is(at, 'Z') ? at + 1 : -1;
        if (name > 0 && !LineBytes.isWord(line.get(name))) {
            offset = 0;
            return name;
        } else if (!line.is(sign, '+') && !line.is(sign, '-')) {
            return at;
        }
        int digits = line.digits(sign + 1);
        boolean isColon = digits == 2 && line.is(sign + 3, ':') && line.digits(sign + 4) == 2;
        if (digits != 4 && !isColon && (digits != 2 || isGap)) {
            return at;
        }
        int from = isColon ? sign + 4 : sign + 3;
        int end = (digits == 4 || isColon) ? from + 2 : sign + 3;
        int hours = line.number(sign + 1, sign + 3);
        int minutes = line.number(from, end);
        if (hours > 18 || minutes > 59 || LineBytes.isWord(line.get(end)) || (hours == 18 && minutes > 0)) {
            return at;
        }
        offset = (hours * 60 + minutes) * (line.is(sign, '-') ? -60 : 60);
        return end;
    }

    /** Between date and clock: one T, colon, underscore, comma or up to three spaces. */
    private int afterGap(int at) {
        if (line.is(at, 'T') || line.is(at, 't') || line.is(at, ':') || line.is(at, '_')) {
            return at + 1;
        }
        int end = line.spaces(line.is(at, ',') ? at + 1 : at, 3);
        return end == at ? -1 : end;
    }

    /** Number of the name of three letters, from 1, that begins here and ends as a word; 0 for none. */
    private int nameAt(int at, String names) {
        if (at < 0 || at + 3 > line.to || LineBytes.isLetter(line.get(at + 3)) || line.is(at + 3, '_')) {
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
