package io.workersupervisor;

import java.util.List;

/**
 * What a reconcile did.
 *
 * @param alive accounts whose worker lives
 * @param ended reports of workers that were found dead, or whose stop was resumed
 * @param leftAlone for each account that could not be settled a sentence that names it and says why
 */
public record ReconcileReport(List<AccountId> alive, List<StopReport> ended, List<String> leftAlone) {
    public ReconcileReport {
        alive = List.copyOf(alive);
        ended = List.copyOf(ended);
        leftAlone = List.copyOf(leftAlone);
    }
}
