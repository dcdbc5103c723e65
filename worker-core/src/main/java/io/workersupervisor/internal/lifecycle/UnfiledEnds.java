package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.StopReport;
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
 * Ends that this host has reported to its listener and that are about to be filed. This host shows them as filed; everybody
 * else, the next host too, finds the row and the exit record as they were. Thread-safe; to file or replace one takes the
 * account's {@link AccountMutex}.
 */
public final class UnfiledEnds {
    private final Map<AccountId, End> ends = new ConcurrentHashMap<>();

    /**
     * One end, with the plan for the next start, which is decided once.
     *
     * @param row the row as it was read when the worker was dead: a stop that caused the end would be in it
     * @param closed the row as filing the end leaves it
     */
    record End(WorkerRow row, StopReport report, WorkerRow closed) {}

    /** True if the row is in the same state of the same worker. */
    static boolean isSame(WorkerRow one, WorkerRow other) {
        return one.epoch() == other.epoch()
                && one.revision() == other.revision()
                && one.workerId().equals(other.workerId());
    }

    void put(End end) {
        ends.put(end.row().account(), end);
    }

    Optional<End> of(AccountId account) {
        return Optional.ofNullable(ends.get(account));
    }

    /** The report of a row's worker that the listener has, in whatever state the row is. */
    Optional<StopReport> reportOf(WorkerRow row) {
        return of(row.account())
                .map(End::report)
                .filter(report -> report.workerId().equals(row.workerId()));
    }

    List<AccountId> accounts() {
        return List.copyOf(ends.keySet());
    }

    /** Forgets the end of a worker, whose report is filed now; true if it was reported before. */
    boolean remove(AccountId account, String workerId) {
        End end = ends.get(account);
        return end != null && end.row().workerId().equals(workerId) && ends.remove(account, end);
    }

    /** A read-only view of the registry in which pending ends count as filed. */
    public WorkerRegistry over(WorkerRegistry registry) {
        return new View(this, registry);
    }

    /** Reads the pending ends before the registry: an end that is filed in between is found there. */
    private record View(UnfiledEnds pending, WorkerRegistry registry) implements WorkerRegistry {
        @Override
        public String id() {
            return registry.id();
        }

        private static WorkerRow shown(WorkerRow stored, Map<AccountId, End> now) {
            End end = now.get(stored.account());
            return end != null && isSame(end.row(), stored) ? end.closed() : stored;
        }

        @Override
        public Optional<WorkerRow> find(AccountId account) {
            Map<AccountId, End> now = Map.copyOf(pending.ends);
            return registry.find(account).map(row -> shown(row, now));
        }

        @Override
        public RowListing list(RowSelection selection) {
            Map<AccountId, End> now = Map.copyOf(pending.ends);
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
            Optional<StopReport> unfiled = pending.of(account).map(End::report);
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
        public Optional<String> freeing(WorkerRow row) {
            return registry.freeing(row);
        }

        @Override
        public boolean update(Optional<WorkerRow> seen, WorkerRow next) {
            throw new UnsupportedOperationException("a read-only view");
        }

        @Override
        public void dropReports(AccountId account, String workerId) {
            throw new UnsupportedOperationException("a read-only view");
        }

        @Override
        public boolean file(StopReport report) {
            throw new UnsupportedOperationException("a read-only view");
        }
    }
}
