package io.workersupervisor.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.workersupervisor.examples.bench.TimedRegistry.Call;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchReportTest {
    @Test
    void the_median_of_an_even_number_lies_between_the_middle_two() {
        assertThat(Samples.median(List.of(9.0, 1.0, 4.0, 2.0))).hasValue(3.0);
        assertThat(Samples.median(List.of(9.0, 1.0, 4.0))).hasValue(4.0);
        assertThat(Samples.median(List.of())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1234.4, 1234", "12.34, 12.3", "1.234, 1.23", "0.0456, 0.046", "-2.5, -2.50"})
    void numbers_have_the_digits_that_matter(double value, String text) {
        assertThat(BenchReport.number(value)).isEqualTo(text);
    }

    @Test
    void a_cell_has_median_best_and_ratio_and_what_was_not_measured_a_dash() {
        Samples samples = new Samples();
        List.of(3.0, 1.0, 2.0).forEach(value -> samples.add("start", "keeper", value));
        samples.add("start", "java", 4.0);

        assertThat(BenchReport.table("what", samples, List.of("keeper", "java", "c"), "java"))
                .isEqualTo("""
                        | what | keeper | java | c |
                        |---|---|---|---|
                        | start | **2.00** (1.00) 0.50x | **4.00** | – |""");
    }

    @Test
    void stamps_of_the_wall_clock_are_moved_to_the_monotonic_one() {
        String text = "S 0000000000000000500 0000000007\nR 0000000000000001700 0000000008\nS 00000";

        assertThat(Stamps.parse(text, 1_000)).containsExactly(new Stamps.Stamp(500, 7), new Stamps.Stamp(700, 8));
    }

    @Test
    void the_time_of_a_restart_is_split_at_the_claim() {
        long milli = 1_000_000;
        List<Call> calls = List.of(
                new Call("find", -5 * milli, -4 * milli),
                new Call("find", 2 * milli, 3 * milli),
                new Call("file", 4 * milli, 6 * milli),
                new Call("claim", 7 * milli, 10 * milli),
                new Call("update", 16 * milli, 17 * milli));

        assertThat(StepTimes.of(calls, 0, 15 * milli))
                .contains(
                        entry("until the library looks at the row", 2.0),
                        entry("reads of the registry", 1.0),
                        entry("durable commits before the launch, how many", 2.0),
                        entry("durable commits before the launch", 5.0),
                        entry("other work before the launch", 2.0),
                        entry("launch request until the first instruction", 5.0),
                        entry("whole", 15.0));
    }

    @Test
    void a_start_that_was_not_claimed_has_no_steps() {
        assertThat(StepTimes.of(List.of(), 0, 1)).isEmpty();
    }
}
