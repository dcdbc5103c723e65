package io.workersupervisor.internal.logs;

import io.workersupervisor.AccountId;
import io.workersupervisor.RegistryException;
import io.workersupervisor.StopReport;
import io.workersupervisor.spi.RowListing;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Knowledge of the workers whose files are read. */
@FunctionalInterface
public interface KnownWorkers {
    /** May block for the registry. */
    Known of(AccountId account, String workerId);

    /** The workers that may run; empty where that is not known. May block for the registry. */
    default Optional<Set<String>> running() {
        return Optional.empty();
    }

    /** As this one, which asks once for all workers that had not ended before an instant. May block for the registry. */
    default KnownWorkers notEndedBefore(Instant instant) {
        return this;
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
                    return known(registry.find(account), registry.reports(account, StopReport.KEPT).stream(), workerId);
                } catch (RegistryException down) {
                    return Known.NOTHING;
                }
            }

            @Override
            public KnownWorkers notEndedBefore(Instant instant) {
                try {
                    Map<AccountId, WorkerRow> rows = registry.list(RowSelection.ALL).rows().stream()
                            .collect(Collectors.toMap(WorkerRow::account, row -> row));
                    return new Read(registry, rows, Map.of()).notEndedBefore(instant);
                } catch (RegistryException down) {
                    return (account, workerId) -> Known.NOTHING;
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

    /** All rows, and the reports of some workers. */
    record Read(WorkerRegistry registry, Map<AccountId, WorkerRow> rows, Map<String, StopReport> reports)
            implements KnownWorkers {
        @Override
        public Known of(AccountId account, String workerId) {
            return known(Optional.ofNullable(rows.get(account)), Stream.ofNullable(reports.get(workerId)), workerId);
        }

        @Override
        public KnownWorkers notEndedBefore(Instant instant) {
            try {
                Map<String, StopReport> more = registry.reportsSince(instant).stream()
                        .collect(Collectors.toMap(StopReport::workerId, report -> report, (one, same) -> one));
                return new Read(registry, rows, more);
            } catch (RegistryException down) {
                return (account, workerId) -> Known.NOTHING;
            }
        }
    }

    private static Known known(Optional<WorkerRow> ofAccount, Stream<StopReport> reports, String workerId) {
        Optional<WorkerRow> row = ofAccount.filter(found -> found.workerId().equals(workerId));
        Optional<WorkerRow> open = row.filter(found -> found.state().isOpen());
        if (open.isPresent()) {
            return new Known(false, open.map(WorkerRow::startedAt), Optional.empty(), open.flatMap(WorkerRow::userId));
        }
        Optional<StopReport> report =
                reports.filter(filed -> filed.workerId().equals(workerId)).findFirst();
        return new Known(
                true,
                report.map(StopReport::startedAt),
                report.map(StopReport::endedAt),
                report.flatMap(StopReport::userId).or(() -> row.flatMap(WorkerRow::userId)));
    }
}
