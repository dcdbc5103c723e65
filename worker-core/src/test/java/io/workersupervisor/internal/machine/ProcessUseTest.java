package io.workersupervisor.internal.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessUseTest {
    @TempDir
    private Path root;

    private static ProcFs.Stat stat(long pid, long parent, long session, long cpuTicks, long pages) {
        return new ProcFs.Stat(pid, 'S', parent, session, session, cpuTicks, 1, 100, 1, pages, 0);
    }

    private static ProcessIdentity process(long pid, long ticks) {
        return new ProcessIdentity(pid, ticks, 0, "boot", "pid:[1]", "time:[1]");
    }

    /** Its number means another process by now, or is not there. */
    @Test
    void a_leader_that_ended_uses_nothing() {
        List<ProcFs.Stat> table = List.of(stat(10, 1, 10, 5, 100), stat(11, 10, 10, 5, 100));

        assertThat(ProcessUse.of(FakeProc.complete(root).view(), table, List.of(process(10, 99), process(12, 100))))
                .isEmpty();
    }

    @Test
    void a_session_and_all_that_it_began_count_for_its_leader() {
        ProcFs proc = FakeProc.complete(root).view();
        List<ProcFs.Stat> table = List.of(
                stat(1, 0, 1, 900, 900),
                stat(10, 1, 10, 5, 100),
                stat(11, 10, 10, 5, 100),
                stat(12, 11, 12, 1, 10),
                stat(13, 12, 12, 1, 10),
                stat(20, 1, 20, 7, 1),
                stat(30, 31, 30, 9, 9),
                stat(31, 30, 31, 9, 9));

        Map<ProcessIdentity, ProcessUse> uses =
                ProcessUse.of(proc, table, List.of(process(10, 100), process(20, 100), process(99, 100)));

        assertThat(uses.keySet()).containsExactlyInAnyOrder(process(10, 100), process(20, 100));
        assertThat(uses.get(process(10, 100)))
                .isEqualTo(new ProcessUse(Duration.ofMillis(120), 220 * 4_096, List.of(10L, 11L, 12L, 13L)));
        assertThat(uses.get(process(20, 100))).isEqualTo(new ProcessUse(Duration.ofMillis(70), 4_096, List.of(20L)));
    }

    @Test
    void this_process_has_memory_and_pages_of_the_kernel() {
        ProcFs proc = ProcFs.system();

        long self = ProcessHandle.current().pid();

        assertThat(proc.pageBytes()).isIn(4_096L, 16_384L, 65_536L);
        assertThat(proc.proportionalBytes(self).orElse(1)).isPositive();
        assertThat(proc.stat(self).orElseThrow().residentPages()).isPositive();
        assertThat(proc.stat(self).orElseThrow().cpuTicks()).isPositive();
    }
}
