package io.workersupervisor.internal.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessUseTest {
    @TempDir
    private Path root;

    private static ProcFs.Stat stat(long pid, long parent, long session, long cpuTicks, long pages) {
        return new ProcFs.Stat(pid, 'S', parent, session, session, cpuTicks, 1, 100, 1, pages, 0);
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

        Map<Long, ProcessUse> uses = ProcessUse.of(proc, table, Set.of(10L, 20L, 99L));

        assertThat(uses.keySet()).containsExactlyInAnyOrder(10L, 20L);
        assertThat(uses.get(10L))
                .isEqualTo(new ProcessUse(Duration.ofMillis(120), 220 * 4_096, List.of(10L, 11L, 12L, 13L)));
        assertThat(uses.get(20L)).isEqualTo(new ProcessUse(Duration.ofMillis(70), 4_096, List.of(20L)));
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
