package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.DiagnosisRule;
import io.workersupervisor.internal.diagnosis.TailOfLog.Line;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads how long a service asks to wait: seconds, minutes, hours and days, alone or added up, {@code retry after 37},
 * {@code FLOOD_WAIT_37}, {@code 0:01:30}, dates of HTTP and ISO, seconds and milliseconds since 1970. Pure.
 */
final class WaitTime {
    private static final String NUMBER = "(\\d{1,9}(?:\\.\\d{1,6})?)";
    private static final Pattern WAIT = Pattern.compile(
            "(?i)wait|retry|again|after|reset|until|flood|limit|slow|cool|back.?off|sleep|next|remaining|expire|in \\d");

    private static final Pattern AMOUNT = Pattern.compile(
            "(?i)(?<![\\w.])" + NUMBER
                    + "[\\s\"']{0,2}(milliseconds?|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)(?![a-z])");
    private static final Pattern NAMED = Pattern.compile(
            "(?i)(?:retry.?after|flood_wait_|slowmode_wait_|wait_seconds|reset.?after|retry.?in|cooldown|wait)"
                    + "(_ms|ms)?[\"'\\s:=(]{0,4}" + NUMBER);
    private static final Pattern CLOCK = Pattern.compile("(?<![\\d:])(\\d{1,2}):(\\d\\d):(\\d\\d)(?![\\d:])");
    private static final Pattern EPOCH = Pattern.compile("(?<![\\d.])(1\\d{9}(?:\\d{3})?)(?!\\d)");
    private static final Pattern ISO =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?(?:Z|[+-]\\d\\d:?\\d\\d)");
    private static final Pattern HTTP =
            Pattern.compile("[A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT");

    private WaitTime() {}

    /**
     * The wait that the first of these lines names.
     *
     * @param now the time at which they were written, from which dates count
     */
    static Optional<Duration> in(Headlines headlines, Instant now) {
        return headlines.lines().stream()
                .map(Line::text)
                .filter(line -> WAIT.matcher(line).find())
                .flatMap(line -> in(line, now).stream())
                .findFirst();
    }

    private static Optional<Duration> in(String line, Instant now) {
        return amounts(line)
                .or(() -> named(line))
                .or(() -> clock(line))
                .or(() -> date(line).map(then -> Duration.between(now, then)))
                .filter(wait -> !wait.isNegative() && wait.compareTo(DiagnosisRule.LONGEST_WAIT) <= 0)
                .map(wait -> Duration.ofSeconds(wait.plusMillis(999).toSeconds()));
    }

    /** {@code 5 minutes}, {@code 1 hour and 5 minutes}, {@code 2m30s}. */
    private static Optional<Duration> amounts(String line) {
        Matcher amount = AMOUNT.matcher(line.replaceAll("(?<=\\d)([hms])(?=\\d)", "$1 "));
        Optional<Duration> sum = Optional.empty();
        int end = 0;
        while (amount.find()) {
            if (sum.isPresent() && amount.start() - end > 6) {
                break;
            }
            sum = Optional.of(sum.orElse(Duration.ZERO).plus(amount(amount.group(1), amount.group(2))));
            end = amount.end();
        }
        return sum;
    }

    private static Duration amount(String number, String unit) {
        String name = unit.toLowerCase(Locale.ROOT);
        double of = name.startsWith("ms") || name.startsWith("mil")
                ? 0.001
                : name.startsWith("m") ? 60 : name.startsWith("h") ? 3_600 : name.startsWith("d") ? 86_400 : 1;
        return Duration.ofMillis(Math.round(Double.parseDouble(number) * of * 1_000));
    }

    private static Optional<Duration> named(String line) {
        Matcher named = NAMED.matcher(line);
        return named.find()
                        && !EPOCH.matcher(named.group(2)).matches()
                        && line.indexOf('-', named.end(2)) != named.end(2)
                ? Optional.of(amount(named.group(2), named.group(1) == null ? "s" : "ms"))
                : Optional.empty();
    }

    private static Optional<Duration> clock(String line) {
        Matcher clock =
                CLOCK.matcher(HTTP.matcher(ISO.matcher(line).replaceAll("")).replaceAll(""));
        return clock.find()
                ? Optional.of(Duration.ofHours(Long.parseLong(clock.group(1)))
                        .plusMinutes(Long.parseLong(clock.group(2)))
                        .plusSeconds(Long.parseLong(clock.group(3))))
                : Optional.empty();
    }

    private static Optional<Instant> date(String line) {
        try {
            Matcher http = HTTP.matcher(line);
            if (http.find()) {
                return Optional.of(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(http.group())));
            }
            Matcher iso = ISO.matcher(line);
            if (iso.find()) {
                return Optional.of(
                        OffsetDateTime.parse(iso.group().replace(' ', 'T')).toInstant());
            }
        } catch (DateTimeException noDate) {
            return Optional.empty();
        }
        Matcher epoch = EPOCH.matcher(line);
        return epoch.find()
                ? Optional.of(Instant.ofEpochMilli(Long.parseLong((epoch.group() + "000").substring(0, 13))))
                : Optional.empty();
    }
}
