package io.workersupervisor.examples.console.frame;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A time as people write it on a command line: as such, or by how long ago it was. */
@FunctionalInterface
public interface Moment {
    Pattern SPAN = Pattern.compile("([1-9][0-9]{0,5})([smhd])");

    /** The time, where it is now this late. */
    Instant at(Instant now);

    /** A way to read a time. */
    @FunctionalInterface
    interface Reader {
        Instant read(String text);
    }

    /** {@code 90s}, {@code 30m}, {@code 24h} or {@code 7d}; empty if it is none. */
    static Optional<Duration> span(String text) {
        Matcher span = SPAN.matcher(text);
        if (!span.matches()) {
            return Optional.empty();
        }
        long count = Long.parseLong(span.group(1));
        return Optional.of(
                switch (span.group(2).charAt(0)) {
                    case 's' -> Duration.ofSeconds(count);
                    case 'm' -> Duration.ofMinutes(count);
                    case 'h' -> Duration.ofHours(count);
                    default -> Duration.ofDays(count);
                });
    }

    /** A span before now, or a time; one that names no zone is of the given one. Empty if it is none. */
    static Optional<Moment> of(String text, ZoneId zone) {
        Optional<Moment> ago = span(text).map(span -> now -> now.minus(span));
        if (ago.isPresent()) {
            return ago;
        }
        // As this program prints it, too: 2026-11-24 20:12:04.442 +01:00.
        String iso =
                text.strip().replaceFirst("(?<=[0-9]) (?=[0-9])", "T").replaceFirst("(?<=[0-9]) (?=[+-][0-9])", "");
        Stream<Reader> readers = Stream.of(
                word -> OffsetDateTime.parse(word).toInstant(),
                word -> LocalDateTime.parse(word).atZone(zone).toInstant(),
                word -> LocalDate.parse(word).atStartOfDay(zone).toInstant());
        return readers.flatMap(reader -> read(reader, iso).stream()).findFirst().map(time -> now -> time);
    }

    private static Optional<Instant> read(Reader reader, String text) {
        try {
            return Optional.of(reader.read(text));
        } catch (DateTimeException anotherSpelling) {
            return Optional.empty();
        }
    }
}
