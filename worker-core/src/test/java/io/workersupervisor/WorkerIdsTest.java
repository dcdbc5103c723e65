package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;

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
