package io.workersupervisor.internal.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.Samples;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerIdsTest {
    private final WorkerIds ids = new WorkerIds();

    @ParameterizedTest
    @ValueSource(strings = {"1970-01-01T00:00:00Z", "2026-11-24T02:00:00.123Z", "9999-12-31T23:59:59.999Z"})
    void an_id_has_26_lower_case_characters_and_tells_its_time(String time) {
        Instant now = Instant.parse(time);

        String id = ids.next(now);

        assertThat(id).matches("[0-9a-hjkmnp-tv-z]{26}");
        assertThat(WorkerIds.timeOf(id)).isEqualTo(now);
    }

    @Test
    void ids_sort_by_time() {
        List<Instant> times = new Random(7)
                .longs(500, 0, 4_102_444_800_000L)
                .sorted()
                .distinct()
                .mapToObj(Instant::ofEpochMilli)
                .toList();

        List<String> made = times.stream().map(ids::next).toList();

        assertThat(made).isSorted();
    }

    @Test
    void P6_an_id_sorts_behind_the_one_before_it_though_the_clock_went_back() {
        String previous = ids.next(Samples.NOW);

        String next = ids.next(Samples.NOW.minusSeconds(3600), previous);

        assertThat(next).isGreaterThan(previous);
        assertThat(WorkerIds.timeOf(next)).isEqualTo(Samples.NOW.plusMillis(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no worker id", "01kas9g4bv0123456789abcdef"})
    void an_id_tells_the_time_where_the_one_before_it_is_older(String previous) {
        Instant now = Instant.parse("2030-01-01T00:00:00Z");

        assertThat(WorkerIds.timeOf(ids.next(now, previous))).isEqualTo(now);
    }

    @Test
    void ids_of_one_millisecond_differ() {
        Stream<String> made = IntStream.range(0, 10_000).mapToObj(i -> ids.next(Samples.NOW));

        assertThat(made).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "x", "worker", "01KAS9G4BV0123456789ABCDEF", "01kas9g4bv0123456789abcde", "launcher-1234"})
    void a_text_that_is_no_worker_id_has_no_time(String text) {
        assertThat(WorkerIds.timeOf(text)).isEqualTo(Instant.EPOCH);
    }
}
