package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.DiagnosisRule;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads how long a service asks to wait. Pure.
 *
 * <ol>
 *   <li>Behind words that name a wait: {@code retry after 37}, {@code FLOOD_WAIT_37}, {@code wait of 5 minutes},
 *       {@code wait 0:01:30}.
 *   <li>An amount of time elsewhere, but no rate ({@code per 100 seconds}) and no past ({@code last 5 minutes}).
 *   <li>A date of HTTP or ISO, or seconds or milliseconds since 1970; one without a zone is of that of the log's times.
 * </ol>
 */
final class WaitTime {
    private static final String NUMBER = "(\\d{1,9}(?:\\.\\d{1,6})?)";
    private static final Pattern WAIT = Pattern.compile(
            "(?i)wait|retry|again|after|reset|until|flood|limit|slow|cool|back.?off|sleep|next|remaining|expire|in \\d");
    private static final Pattern NAMED =
            Pattern.compile("(?i)(?<![a-z])(?:retr(?:y|ied|ying)|again|wait(?:ing)?|flood|slow_?mode"
                    + "|cool.?down|back.?off|reset|sleep(?:ing)?)(?:[_ -]{0,2}(?:after|in|of|for|wait|seconds|at least|another|about)){0,4}"
                    + "(_?ms)?[_\"'\\s:=(]{0,4}(?=\\d)");
    /** Words behind which a number alone is a wait. */
    private static final Pattern BARE =
            Pattern.compile("(?i)(?:after|in|of|for|wait|seconds|cool.?down|ms)[_\"'\\s:=(]{0,4}$");

    private static final Pattern SECONDS =
            Pattern.compile(NUMBER + "(?![\\d:/%-]|\\.\\d| ?(?i:of|times|tries|attempts|requests|more)\\b)");
    private static final Pattern AMOUNT =
            Pattern.compile("(?i)(?<![\\w./-])(?<!\\b(?:per|last|past|within|every|took|each) {1,2})" + NUMBER
                    + "[\\s\"']{0,2}(milliseconds?|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)"
                    + "(?![a-z]| (?:ago|since)\\b)");
    private static final Pattern CLOCK = Pattern.compile("(\\d{1,2}):(\\d\\d):(\\d\\d)(?![\\d:])");
    private static final Pattern EPOCH = Pattern.compile("(?<![\\d.])(1\\d{9}(?:\\d{3})?)(?!\\d)");
    private static final Pattern ISO =
            Pattern.compile("(\\d{4}-\\d\\d-\\d\\d)[T ](\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})?)(Z|[+-]\\d\\d:?\\d\\d)?");
    private static final Pattern HTTP =
            Pattern.compile("[A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT");

    private WaitTime() {}

    /**
     * The wait that a line names.
     *
     * @param now the time at which it was written, from which dates count
     */
    static Optional<Duration> in(String line, Instant now) {
        return !WAIT.matcher(line).find()
                ? Optional.empty()
                : unbounded(line)
                        .or(() -> amounts(line, 0, false))
                        .or(() -> date(line).map(then -> Duration.between(now, then)))
                        .flatMap(WaitTime::bounded);
    }

    /** The wait that a line names by words that mean nothing else. */
    static Optional<Duration> named(String line) {
        return unbounded(line).flatMap(WaitTime::bounded);
    }

    /** A wait in whole seconds; none where it is none that can be. */
    static Optional<Duration> bounded(Duration wait) {
        return wait.isNegative() || wait.compareTo(DiagnosisRule.LONGEST_WAIT) > 0
                ? Optional.empty()
                : Optional.of(Duration.ofSeconds(wait.plusMillis(999).toSeconds()));
    }

    private static Optional<Duration> unbounded(String line) {
        Matcher named = NAMED.matcher(line);
        Optional<Duration> found = Optional.empty();
        while (found.isEmpty() && named.find()) {
            int at = named.end();
            String unit = named.group(1) == null ? "s" : "ms";
            boolean isBare = BARE.matcher(named.group()).find();
            found = amounts(line, at, true)
                    .or(() -> clock(line, at))
                    .or(() -> isBare ? seconds(line, at, unit) : Optional.empty());
        }
        return found;
    }

    /** {@code 5 minutes}, {@code 1 hour and 5 minutes}, {@code 2m30s}, at this place or behind it. */
    private static Optional<Duration> amounts(String line, int from, boolean isHere) {
        Matcher amount = AMOUNT.matcher(line.substring(from).replaceAll("(?<=\\d)([hms])(?=\\d)", "$1 "));
        Optional<Duration> sum = Optional.empty();
        int end = 0;
        while (amount.find()) {
            int gap = sum.isPresent() ? 6 : isHere ? 0 : line.length();
            if (amount.start() - end > gap) {
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

    private static Optional<Duration> clock(String line, int from) {
        Matcher clock = CLOCK.matcher(line).region(from, line.length());
        return clock.lookingAt()
                ? Optional.of(Duration.ofHours(Long.parseLong(clock.group(1)))
                        .plusMinutes(Long.parseLong(clock.group(2)))
                        .plusSeconds(Long.parseLong(clock.group(3))))
                : Optional.empty();
    }

    private static Optional<Duration> seconds(String line, int from, String unit) {
        Matcher seconds = SECONDS.matcher(line).region(from, line.length());
        return seconds.lookingAt() ? Optional.of(amount(seconds.group(1), unit)) : Optional.empty();
    }

    private static Optional<Instant> date(String line) {
        try {
            Matcher http = HTTP.matcher(line);
            Matcher iso = ISO.matcher(line);
            if (http.find()) {
                return Optional.of(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(http.group())));
            } else if (iso.find()) {
                String time = iso.group(1) + "T" + iso.group(2);
                return Optional.of(
                        iso.group(3) == null
                                ? LocalDateTime.parse(time).toInstant(TailOfLog.ZONE)
                                : OffsetDateTime.parse(time + iso.group(3).replaceFirst("(\\d\\d)(\\d\\d)$", "$1:$2"))
                                        .toInstant());
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
