package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import java.util.List;

/**
 * The outcome of a reconcile.
 *
 * @param alive accounts whose worker lives
 * @param ended reports of workers that were found dead, or whose stop was resumed
 * @param leftAlone a sentence for each account that could not be settled: its name and the reason
 */
public record ReconcileReport(List<AccountId> alive, List<StopReport> ended, List<String> leftAlone) {
    public ReconcileReport {
        Require.noneNull("alive ended leftAlone", alive, ended, leftAlone);
        alive = List.copyOf(alive);
        ended = List.copyOf(ended);
        leftAlone = List.copyOf(leftAlone);
    }
}
