package io.workersupervisor.internal.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.Samples;
import io.workersupervisor.internal.machine.EnvironmentSearch.Marked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** P1: a start trusts that a search which finds nothing has overlooked nothing. */
class EnvironmentSearchTest {
    private static final String MARK = "WORKER_ID=" + Samples.WORKER;
    private static final long BORN_AFTER = 9_900;

    private final Clock clock = new Clock();
    private final FakeProc proc;

    EnvironmentSearchTest(@TempDir Path root) {
        proc = FakeProc.complete(root);
    }

    /** A clock that moves by waiting only, and in which things happen while somebody waits. */
    private static final class Clock implements Clocks {
        private long nanos = -1_000_000;
        private int pauses;
        private Runnable meanwhile = () -> {};

        @Override
        public Instant now() {
            return Samples.NOW;
        }

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public void pause(Duration duration) {
            nanos += duration.toNanos();
            pauses++;
            meanwhile.run();
        }
    }

    private List<Marked> search() {
        return new EnvironmentSearch(proc.view(), clock).ofWorker(Samples.WORKER, BORN_AFTER);
    }

    @Test
    void a_process_tells_whose_it_is() {
        proc.process(50)
                .environment("PATH=/bin", MARK, "WORKER_ACCOUNT=4711", "WORKER_EPOCH=12", "WORKER_DATA=/srv/data");

        assertThat(search()).singleElement().satisfies(marked -> {
            assertThat(marked.stat().pid()).isEqualTo(50);
            assertThat(marked.account()).isEqualTo("4711");
            assertThat(marked.workerId()).isEqualTo(Samples.WORKER);
            assertThat(marked.epoch()).isEqualTo(12);
            assertThat(marked.data()).isEqualTo("/srv/data");
            assertThat(marked).hasToString("pid 50");
        });
    }

    @Test
    void a_worker_belongs_to_its_directory_by_whatever_path_that_is_reached(@TempDir Path home) throws IOException {
        DataDirectory data = DataDirectory.open(home.resolve("data"));
        Path other = Files.createSymbolicLink(home.resolve("other"), data.path());
        proc.process(50).environment(MARK, "WORKER_DATA=" + data.path());
        proc.process(51).environment(MARK, "WORKER_DATA=" + other);
        proc.process(52).environment(MARK, "WORKER_DATA=" + home);
        proc.process(53).environment(MARK, "WORKER_DATA=nowhere");

        assertThat(new EnvironmentSearch(proc.view(), clock).ofDirectory(data))
                .extracting(marked -> marked.stat().pid())
                .containsExactly(50L, 51L);
    }

    @Test
    void nobody_carries_the_mark() {
        proc.process(50).environment("PATH=/bin");

        assertThat(search()).isEmpty();
    }

    @Test
    void leaders_come_first_and_then_lower_numbers() {
        proc.process(50).group(49).environment(MARK);
        proc.process(70).environment(MARK);
        proc.process(40).group(49).environment(MARK);
        proc.process(60).environment(MARK);

        assertThat(search()).extracting(marked -> marked.stat().pid()).containsExactly(60L, 70L, 40L, 50L);
        assertThat(search()).extracting(Marked::leads).containsExactly(true, true, false, false);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "WORKER_ID=01kas9g4bv0123456789abcdef0",
                "WORKER_ID=01kas9g4bv0123456789abcde",
                "MY_WORKER_ID=01kas9g4bv0123456789abcdef",
                "NOTE=WORKER_ID=01kas9g4bv0123456789abcdef",
                "WORKER_IDS=01kas9g4bv0123456789abcdef"
            })
    void a_mark_that_only_resembles_is_none(String variable) {
        proc.process(50).environment("A=1", variable, "B=2");

        assertThat(search()).isEmpty();
    }

    @Test
    void a_missing_or_damaged_epoch_is_0() {
        proc.process(50).environment(MARK);
        proc.process(51).environment(MARK, "WORKER_EPOCH=9999999999999999999");

        assertThat(search()).extracting(Marked::epoch).containsExactly(0L, 0L);
    }

    @ParameterizedTest
    @CsvSource({"Z, 1, 0", "X, 0, 0", "Z, 2, 1", "D, 1, 1", "T, 1, 1"})
    void only_the_dead_are_left_out(char state, int threads, int found) {
        proc.process(50).state(state).threads(threads).environment(MARK);

        assertThat(search()).hasSize(found);
    }

    @Test
    void a_process_whose_environment_may_not_be_read_is_left_out() {
        proc.process(50);

        assertThat(search()).isEmpty();
        assertThat(clock.pauses).isZero();
    }

    @Test
    void an_empty_environment_means_not_yet() {
        FakeProc.Entry execs = proc.process(50).environment();
        clock.meanwhile = () -> {
            if (clock.pauses == 3) {
                execs.environment(MARK);
            }
        };

        assertThat(search()).extracting(marked -> marked.stat().pid()).containsExactly(50L);
        assertThat(clock.pauses).isEqualTo(3);
    }

    @Test
    void the_wait_for_an_environment_ends_when_it_is_anothers() {
        FakeProc.Entry execs = proc.process(50).environment();
        clock.meanwhile = () -> execs.environment("PATH=/bin");

        assertThat(search()).isEmpty();
        assertThat(clock.pauses).isEqualTo(1);
    }

    @Test
    void the_wait_for_an_environment_is_bounded() {
        proc.process(50).environment();

        assertThat(search()).isEmpty();
        assertThat(clock.pauses).isEqualTo(100);
    }

    @Test
    void what_was_found_at_once_is_not_found_again_while_another_is_waited_for() {
        proc.process(50).environment(MARK);
        proc.process(51).environment();

        assertThat(search()).hasSize(1);
    }

    @Test
    void kernel_threads_are_not_waited_for() {
        proc.process(50).bytes(0).environment();

        assertThat(search()).isEmpty();
        assertThat(clock.pauses).isZero();
    }

    @Test
    void zombies_are_not_waited_for() {
        proc.process(50).state('Z').environment();

        assertThat(search()).isEmpty();
        assertThat(clock.pauses).isZero();
    }

    @ParameterizedTest
    @CsvSource({"9899, 0", "9900, 100"})
    void a_process_older_than_the_worker_is_not_waited_for(long ticks, int pauses) {
        proc.process(50).ticks(ticks).environment();

        assertThat(search()).isEmpty();
        assertThat(clock.pauses).isEqualTo(pauses);
    }

    /** A host that has run out of descriptors sees no environment at all. */
    @Test
    void a_search_that_could_not_read_anything_does_not_say_nobody(@TempDir Path empty) throws IOException {
        FakeProc blind = FakeProc.complete(empty);
        Files.delete(empty.resolve("self/environ"));
        EnvironmentSearch search = new EnvironmentSearch(blind.view(), clock);

        assertThatExceptionOfType(DataDirectoryException.class)
                .isThrownBy(() -> search.ofWorker(Samples.WORKER, BORN_AFTER));
    }

    @Test
    void all_workers_of_a_directory_are_found(@TempDir Path path) {
        DataDirectory data = DataDirectory.existing(path);
        proc.process(50).environment("WORKER_ID=a", "WORKER_DATA=" + data.path());
        proc.process(51).environment("WORKER_ID=b", "WORKER_DATA=" + data.path());
        proc.process(52).environment("WORKER_ID=c", "WORKER_DATA=" + data.path() + "2");
        proc.process(53).environment("WORKER_ID=d", "WORKER_DATA=" + data.path().getParent());
        proc.process(54).environment();

        List<Marked> found = new EnvironmentSearch(proc.view(), clock).ofDirectory(data);

        assertThat(found).extracting(Marked::workerId).containsExactly("a", "b");
        assertThat(clock.pauses).isZero();
    }
}
