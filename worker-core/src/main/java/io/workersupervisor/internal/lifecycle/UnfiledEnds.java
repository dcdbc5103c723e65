package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.StopReport;
import io.workersupervisor.internal.diagnosis.Diagnosis;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.spi.RowListing;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Ends that this host has told its listener of and that are about to be filed. Whoever asks this host about such an account
 * is shown the end; everybody else, the next host too, finds the row and the exit record as they were. Thread-safe; what
 * files or replaces one holds the account's {@link AccountMutex}.
 */
public final class UnfiledEnds {
    private final Map<AccountId, Unfiled> ends = new ConcurrentHashMap<>();

    /**
     * One of them.
     *
     * @param row the row, read when the worker was dead: a stop that caused the end would be in it
     * @param report why it ended
     */
    record Unfiled(WorkerRow row, StopReport report) {
        /** The row as filing the end leaves it. */
        WorkerRow closed() {
            return RowChanges.closed(row, Diagnosis.closedState(row, report));
        }

        private boolean isOf(WorkerRow stored) {
            return stored.epoch() == row.epoch()
                    && stored.revision() == row.revision()
                    && stored.workerId().equals(row.workerId());
        }
    }

    void put(Unfiled end) {
        ends.put(end.row().account(), end);
    }

    Optional<Unfiled> of(AccountId account) {
        return Optional.ofNullable(ends.get(account));
    }

    /** What the listener was told of a row's worker, in whatever state the row is. */
    Optional<StopReport> reportOf(WorkerRow row) {
        return of(row.account())
                .map(Unfiled::report)
                .filter(report -> report.workerId().equals(row.workerId()));
    }

    List<AccountId> accounts() {
        return List.copyOf(ends.keySet());
    }

    /** The report of a worker is filed, by whomever; whether it was told before. */
    boolean filed(AccountId account, String workerId) {
        Unfiled end = ends.get(account);
        return end != null && end.row().workerId().equals(workerId) && ends.remove(account, end);
    }

    /** A registry for who only looks, in which these ends are filed. */
    public WorkerRegistry over(WorkerRegistry registry) {
        return new View(registry);
    }

    /** What is filed meanwhile is in the registry by then: this comes first in every reading. */
    private final class View implements WorkerRegistry {
        private final WorkerRegistry registry;

        View(WorkerRegistry registry) {
            this.registry = registry;
        }

        @Override
        public String id() {
            return registry.id();
        }

        private WorkerRow shown(WorkerRow stored, Map<AccountId, Unfiled> now) {
            Unfiled end = now.get(stored.account());
            return end != null && end.isOf(stored) ? end.closed() : stored;
        }

        @Override
        public Optional<WorkerRow> find(AccountId account) {
            Map<AccountId, Unfiled> now = Map.copyOf(ends);
            return registry.find(account).map(row -> shown(row, now));
        }

        @Override
        public RowListing list(RowSelection selection) {
            Map<AccountId, Unfiled> now = Map.copyOf(ends);
            RowListing stored = registry.list(selection);
            return new RowListing(
                    stored.rows().stream()
                            .map(row -> shown(row, now))
                            .filter(selection::selects)
                            .toList(),
                    stored.unreadable());
        }

        @Override
        public List<StopReport> reports(AccountId account, int most) {
            Optional<StopReport> unfiled = of(account).map(Unfiled::report);
            List<StopReport> filed = registry.reports(account, most);
            boolean shown = unfiled.isPresent()
                    && filed.stream()
                            .noneMatch(report ->
                                    report.workerId().equals(unfiled.get().workerId()));
            return shown
                    ? Stream.concat(unfiled.stream(), filed.stream())
                            .limit(most)
                            .toList()
                    : filed;
        }

        @Override
        public boolean update(Optional<WorkerRow> seen, WorkerRow next) {
            throw new UnsupportedOperationException("for looking only");
        }

        @Override
        public boolean file(StopReport report) {
            throw new UnsupportedOperationException("for looking only");
        }
    }
}
