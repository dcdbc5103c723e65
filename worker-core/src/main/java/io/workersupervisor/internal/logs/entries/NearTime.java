package io.workersupervisor.internal.logs.entries;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Year;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Completes a time that names no date, year or zone, by what was written before it. Immutable; throws
 * {@link DateTimeException} where no such time exists.
 *
 * <p>A time without a zone is of the host's zone. In the hour that a zone skips, it is as much later as the clocks went
 * forward; in the hour that comes twice it is the first one, unless that lies more than a minute before the entry before.
 * A time without a date or year is the one nearest to the entry before; where two are as near, the later one.
 *
 * @param before the time of the entry before
 * @param zone the zone of the time
 */
record NearTime(Instant before, ZoneId zone) {
    private static final long SLACK_SECONDS = 60;
    private static final List<Integer> NEXT = List.of(-1, 0, 1);
    private static final List<Integer> LEAP = List.of(-4, -3, -2, -1, 0, 1, 2, 3, 4);

    LocalDateTime inSomeYear(int month, int day, LocalTime clock) {
        int year = local().getYear();
        boolean leap = month == 2 && day == 29;
        return nearest(leap ? LEAP : NEXT, more -> {
            boolean exists = !leap || Year.isLeap(year + more);
            return exists ? LocalDate.of(year + more, month, day).atTime(clock) : LocalDateTime.MAX;
        });
    }

    LocalDateTime onSomeDay(LocalTime clock) {
        LocalDate day = local().toLocalDate();
        return nearest(NEXT, more -> day.plusDays(more).atTime(clock));
    }

    Instant inZone(LocalDateTime local) {
        List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
        if (offsets.size() == 2) {
            Instant first = local.toInstant(offsets.get(0));
            return first.isBefore(before.minusSeconds(SLACK_SECONDS)) ? local.toInstant(offsets.get(1)) : first;
        }
        return local.atZone(zone).toInstant();
    }

    /** The day of the entry before, counted in months of 31 days. */
    long days() {
        LocalDateTime day = local();
        return day.getYear() * 372L + day.getMonthValue() * 31L + day.getDayOfMonth();
    }

    private LocalDateTime local() {
        return LocalDateTime.ofInstant(before, zone);
    }

    private LocalDateTime nearest(List<Integer> steps, IntFunction<LocalDateTime> candidate) {
        LocalDateTime near = local();
        LocalDateTime best = LocalDateTime.MAX;
        long distance = Long.MAX_VALUE;
        for (int step : steps) {
            LocalDateTime next = candidate.apply(step);
            long seconds = Math.abs(ChronoUnit.SECONDS.between(near, next));
            if (seconds <= distance && !next.equals(LocalDateTime.MAX)) {
                best = next;
                distance = seconds;
            }
        }
        if (best.equals(LocalDateTime.MAX)) {
            throw new DateTimeException("no year near " + near.getYear() + " has this day");
        }
        return best;
    }
}
