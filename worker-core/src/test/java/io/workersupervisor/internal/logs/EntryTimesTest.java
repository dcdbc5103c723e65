package io.workersupervisor.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.LogLevel;
import io.workersupervisor.internal.logs.entries.Parsed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** P5: the time of a line tells when it was written, whatever it begins with. */
class EntryTimesTest {
    private static final Instant NOW = Instant.parse("2026-11-24T02:00:00Z");
    private static final Instant LOOKED = NOW.minus(Duration.ofHours(5));
    private static final WorkerLogFile.Stat FILE =
            new WorkerLogFile.Stat(7, 1_000, NOW.minusSeconds(9).toEpochMilli());

    private final EntryTimes times = new EntryTimes();
    private long end;

    private static Parsed parsed(Optional<Instant> own) {
        return new Parsed(LogLevel.INFO, own.orElse(NOW), own.isEmpty(), Optional.empty(), "a line", Parsed.Form.PLAIN);
    }

    private EntryTimes.Stamp line(Optional<Instant> own, KnownWorkers.Known worker) {
        end += 10;
        return times.of(end, parsed(own), worker);
    }

    private EntryTimes.Stamp arriving(Instant at, Instant own) {
        times.arrived(end + 10, at, at);
        return line(Optional.of(own), KnownWorkers.Known.NOTHING);
    }

    private EntryTimes.Stamp missed(Optional<Instant> own) {
        times.missed(FILE, LOOKED, NOW);
        return line(own, KnownWorkers.Known.NOTHING);
    }

    @RepeatedTest(20)
    void a_watched_line_has_its_own_time_near_its_arrival_and_else_the_arrival(RepetitionInfo which) {
        Random random = new Random(which.getCurrentRepetition());
        Instant at = NOW;
        for (int i = 0; i < 500; i++) {
            at = at.plusMillis(random.nextInt(100_000));
            // Mostly near, else years away, in any direction.
            long off = random.nextInt(4) > 0 ? 240_000 : Duration.ofDays(4_000).toMillis();
            Instant own = at.plusMillis(random.nextLong(-off, off));

            EntryTimes.Stamp stamp = arriving(at, own);

            boolean isNear = Duration.between(own, at).abs().compareTo(EntryTimes.NEAR) <= 0;
            assertThat(stamp).isEqualTo(new EntryTimes.Stamp(isNear ? own : at, !isNear));
        }
    }

    @RepeatedTest(10)
    void a_worker_of_another_zone_is_shifted_from_its_twentieth_line_on(RepetitionInfo which) {
        Random random = new Random(which.getCurrentRepetition());
        Duration zone = Duration.ofMinutes(15L * (1 + random.nextInt(50)) * (random.nextBoolean() ? 1 : -1));
        Instant at = NOW;
        List<Boolean> inferred = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            at = at.plusMillis(random.nextInt(100_000));
            Instant written = at.minusMillis(random.nextInt(100_000));

            EntryTimes.Stamp stamp = arriving(at, written.plus(zone));

            inferred.add(stamp.inferred());
            assertThat(stamp.time()).isEqualTo(stamp.inferred() ? at : written);
        }

        assertThat(inferred).startsWith(true).endsWith(false);
        assertThat(inferred.indexOf(false)).isEqualTo(19);
        assertThat(times.shift()).isEqualTo(zone.toMinutes() / 15);
    }

    @Test
    void a_payload_of_old_dates_shifts_nothing() {
        for (int i = 0; i < 40; i++) {
            Instant at = NOW.plusSeconds(i);
            Instant payload = Instant.parse("2019-03-01T00:00:00Z").plus(Duration.ofHours(31L * i));

            assertThat(arriving(at, payload)).isEqualTo(new EntryTimes.Stamp(at, true));
        }
        assertThat(times.shift()).isZero();
    }

    @Test
    void a_line_that_nobody_saw_come_has_its_own_time_between_two_looks() {
        Instant own = LOOKED.plusSeconds(7);

        assertThat(missed(Optional.of(own))).isEqualTo(new EntryTimes.Stamp(own, false));
        assertThat(missed(Optional.empty())).isEqualTo(new EntryTimes.Stamp(own, true));
        assertThat(missed(Optional.of(LOOKED.minus(EntryTimes.NEAR).minusMillis(1))))
                .isEqualTo(new EntryTimes.Stamp(own, true));
        assertThat(missed(Optional.of(NOW.plus(Duration.ofDays(180))))).isEqualTo(new EntryTimes.Stamp(own, true));
    }

    /** It was open, or without its end, when the last host looked. */
    @Test
    void a_line_that_was_written_just_before_the_last_look_has_its_own_time() {
        Instant own = LOOKED.minusSeconds(1);

        assertThat(missed(Optional.of(own))).isEqualTo(new EntryTimes.Stamp(own, false));
        assertThat(missed(Optional.empty())).isEqualTo(new EntryTimes.Stamp(LOOKED, true));
    }

    @Test
    void the_arrivals_of_a_longer_file_are_not_those_of_the_one_in_its_place() {
        times.arrived(400, LOOKED, LOOKED);
        times.arrived(2_000, LOOKED, LOOKED);

        times.cut(1_000);
        times.missed(FILE, LOOKED, NOW);

        assertThat(line(Optional.empty(), KnownWorkers.Known.NOTHING).time()).isEqualTo(NOW.minusSeconds(9));
    }

    @Test
    void the_arrivals_of_a_file_that_is_long_enough_stay() {
        times.arrived(400, LOOKED, LOOKED);

        times.cut(400);
        times.arrived(1_000, NOW, NOW);

        assertThat(line(Optional.empty(), KnownWorkers.Known.NOTHING).time()).isEqualTo(LOOKED);
    }

    /** Retention must not take what was just written. */
    @Test
    void lines_without_a_time_that_nobody_saw_come_are_as_old_as_the_last_writing_of_their_file() {
        assertThat(missed(Optional.empty())).isEqualTo(new EntryTimes.Stamp(NOW.minusSeconds(9), true));
    }

    @Test
    void a_clock_that_was_ahead_for_one_host_moves_no_line_of_the_next_one() {
        times.begin(LogProgress.begin(7).with(0, NOW.plus(Duration.ofDays(40)), LogLevel.INFO));
        times.missed(FILE, NOW.plus(Duration.ofDays(40)), NOW);
        KnownWorkers.Known born = new KnownWorkers.Known(
                false, Optional.of(NOW.plus(Duration.ofDays(40))), Optional.empty(), Optional.empty());

        assertThat(line(Optional.empty(), born).time()).isEqualTo(NOW);
    }

    @Test
    void no_time_is_before_the_birth_or_after_the_end_of_the_worker() {
        KnownWorkers.Known worker = new KnownWorkers.Known(
                true, Optional.of(NOW.minusSeconds(30)), Optional.of(NOW.minusSeconds(10)), Optional.empty());
        times.arrived(100, NOW, NOW);

        assertThat(line(Optional.empty(), worker).time()).isEqualTo(NOW.minusSeconds(10));
        assertThat(line(Optional.of(NOW), worker).time()).isEqualTo(NOW.minusSeconds(10));
        assertThat(line(Optional.of(NOW.minusSeconds(60)), worker).time()).isEqualTo(NOW.minusSeconds(30));
    }

    @Test
    void arrivals_of_hours_in_which_a_sink_was_down_are_told_apart() {
        for (int minute = 1; minute <= 600; minute++) {
            times.arrived(minute * 10L, NOW.plusSeconds(60L * minute), NOW.plusSeconds(60L * minute));
        }

        Instant last = NOW;
        for (int minute = 1; minute <= 600; minute++) {
            Instant time = line(Optional.empty(), KnownWorkers.Known.NOTHING).time();
            assertThat(time).isBetween(last, NOW.plus(Duration.ofHours(10)));
            last = time;
        }
        assertThat(last).isEqualTo(NOW.plus(Duration.ofHours(10)));
    }
}
