package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.Liveness.Verdict;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.spi.WorkerRow;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every probe does. Tests of a probe extend it; each test has workers of its own. */
public abstract class LivenessProbeContract {
    /** The probe under test; the same at every call within a test. */
    protected abstract LivenessProbe probe();

    /** An open row whose worker runs until the test is over. */
    protected abstract WorkerRow living() throws Exception;

    /** An open row whose worker has ended, with everything that it left behind. */
    protected abstract WorkerRow dead() throws Exception;

    /** An open row of which this probe cannot tell. */
    protected abstract WorkerRow doubtful() throws Exception;

    @Test
    void a_living_worker_is_alive() throws Exception {
        WorkerRow row = living();

        Liveness answer = probe().probe(row);

        assertThat(answer.verdict()).as(answer.evidence()).isEqualTo(Verdict.ALIVE);
    }

    /** P2: only positive evidence of death frees a row. */
    @Test
    void a_dead_worker_is_dead() throws Exception {
        WorkerRow row = dead();

        Liveness answer = probe().probe(row);

        assertThat(answer.verdict()).as(answer.evidence()).isEqualTo(Verdict.DEAD);
    }

    /** P2: a doubtful row never kills. */
    @Test
    void what_cannot_be_determined_is_unknown() throws Exception {
        WorkerRow row = doubtful();

        Liveness answer = probe().probe(row);

        assertThat(answer.verdict()).as(answer.evidence()).isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void evidence_stays_on_one_line() throws Exception {
        for (WorkerRow row : List.of(living(), dead(), doubtful())) {
            assertThat(probe().probe(row).evidence()).isNotBlank().doesNotContain("\n");
        }
    }

    /** P2: no worker runs under a closed row, whatever its process number means by now. */
    @ParameterizedTest
    @EnumSource(
            value = WorkerState.class,
            names = {"BACKING_OFF", "STOPPED", "FAILED"})
    void a_closed_row_is_not_alive(WorkerState end) throws Exception {
        WorkerRow row = RowChanges.closed(living(), end);

        Liveness answer = probe().probe(row);

        assertThat(answer.verdict()).as(answer.evidence()).isNotEqualTo(Verdict.ALIVE);
    }

    @Test
    void asking_again_gives_the_same_verdict() throws Exception {
        for (WorkerRow row : List.of(living(), dead(), doubtful())) {
            Verdict first = probe().probe(row).verdict();

            assertThat(probe().probe(row).verdict()).isEqualTo(first);
        }
    }

    @Test
    void several_threads_may_ask_at_once() throws Exception {
        List<WorkerRow> rows = List.of(living(), dead(), doubtful());
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Verdict>> questions = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                rows.forEach(row -> questions.add(() -> probe().probe(row).verdict()));
            }

            List<Verdict> verdicts = new ArrayList<>();
            for (Future<Verdict> verdict : threads.invokeAll(questions)) {
                verdicts.add(verdict.get());
            }

            for (int i = 0; i < verdicts.size(); i += 3) {
                assertThat(verdicts.subList(i, i + 3)).containsExactly(Verdict.ALIVE, Verdict.DEAD, Verdict.UNKNOWN);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
