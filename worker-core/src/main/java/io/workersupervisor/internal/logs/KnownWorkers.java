package io.workersupervisor.internal.logs;

import io.workersupervisor.AccountId;
import io.workersupervisor.RegistryException;
import io.workersupervisor.StopReport;
import io.workersupervisor.spi.RowListing;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Knowledge of the workers whose files are read. */
@FunctionalInterface
public interface KnownWorkers {
    /** May block for the registry. */
    Known of(AccountId account, String workerId);

    /** The workers that may run; empty where that is not known. May block for the registry. */
    default Optional<Set<String>> running() {
        return Optional.empty();
    }

    /** One worker: if it writes no more, its times where they are known, and the owner of the account, if given. */
    record Known(boolean over, Optional<Instant> startedAt, Optional<Instant> endedAt, Optional<String> userId) {
        static final Known NOTHING = new Known(false, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Asks a registry; one that fails knows nothing. */
    static KnownWorkers of(WorkerRegistry registry) {
        return new KnownWorkers() {
            @Override
            public Known of(AccountId account, String workerId) {
                try {
                    Optional<WorkerRow> row = registry.find(account)
                            .filter(found -> found.workerId().equals(workerId));
                    if (row.isPresent() && row.get().state().isOpen()) {
                        return new Known(
                                false,
                                row.map(WorkerRow::startedAt),
                                Optional.empty(),
                                row.get().userId());
                    }
                    Optional<StopReport> report = registry.reports(account, StopReport.KEPT).stream()
                            .filter(filed -> filed.workerId().equals(workerId))
                            .findFirst();
                    return new Known(
                            true,
                            report.map(StopReport::startedAt),
                            report.map(StopReport::endedAt),
                            report.flatMap(StopReport::userId).or(() -> row.flatMap(WorkerRow::userId)));
                } catch (RegistryException down) {
                    return Known.NOTHING;
                }
            }

            @Override
            public Optional<Set<String>> running() {
                try {
                    RowListing rows = registry.list(RowSelection.ALL);
                    Set<String> open = rows.rows().stream()
                            .filter(row -> row.state().isOpen())
                            .map(WorkerRow::workerId)
                            .collect(Collectors.toSet());
                    return Optional.of(open).filter(all -> rows.unreadable().isEmpty());
                } catch (RegistryException down) {
                    return Optional.empty();
                }
            }
        };
    }
}
