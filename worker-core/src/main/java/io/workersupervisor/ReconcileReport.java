package io.workersupervisor;

import java.util.List;
import java.util.Objects;

/**
 * The outcome of a reconcile.
 *
 * @param alive accounts whose worker lives
 * @param ended reports of workers that were found dead, or whose stop was resumed
 * @param leftAlone a sentence for each account that could not be settled: its name and the reason
 */
public record ReconcileReport(List<AccountId> alive, List<StopReport> ended, List<String> leftAlone) {
    public ReconcileReport {
        Objects.requireNonNull(alive, "alive");
        Objects.requireNonNull(ended, "ended");
        Objects.requireNonNull(leftAlone, "leftAlone");
        alive = List.copyOf(alive);
        ended = List.copyOf(ended);
        leftAlone = List.copyOf(leftAlone);
    }
}
