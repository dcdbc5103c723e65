package io.workersupervisor.examples.console.text;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times for people: local, with milliseconds and the offset, {@code 2026-11-24 20:12:04.442 +01:00}.
 *
 * @param zone the zone; of the console, what {@code TZ} or the machine says
 */
public record Times(ZoneId zone) {
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS xxx", Locale.ROOT);

    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    /** A time as the library's texts have it. */
    private static final Pattern INSTANT = Pattern.compile(
            "(?<![0-9A-Za-z-])[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.][0-9]{1,9})?Z(?![0-9A-Za-z])");

    public static Times ofThisProcess() {
        return new Times(ZoneId.systemDefault());
    }

    public String text(Instant at) {
        return FORMAT.format(at.atZone(zone));
    }

    /** The time of day, with the date where it is another day than today. */
    public String clock(Instant at) {
        ZonedDateTime local = at.atZone(zone);
        boolean today = local.toLocalDate().equals(LocalDate.now(zone));
        return (today ? "" : local.toLocalDate() + " ") + CLOCK.format(local);
    }

    /** A text of the library, with its times in UTC made local. What a worker wrote stays as it is: do not give it. */
    public String local(String text) {
        return INSTANT.matcher(text).replaceAll(found -> Matcher.quoteReplacement(read(found.group())));
    }

    private String read(String instant) {
        try {
            return text(Instant.parse(instant));
        } catch (DateTimeException none) {
            return instant;
        }
    }
}
