package io.workersupervisor.internal.keeping;

import io.workersupervisor.AccountId;
import io.workersupervisor.RegistryException;
import io.workersupervisor.StopReport;
import io.workersupervisor.spi.CorruptRowException;
import io.workersupervisor.spi.RowListing;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Rows in memory; a client of it can be cut off, and an outage may swallow the answer to a write that was done. */
final class SimulatedStore {
    final Map<AccountId, WorkerRow> rows = new TreeMap<>();
    private final Map<AccountId, List<StopReport>> reports = new TreeMap<>();
    private final AccountId unreadable;
    private final BiConsumer<Optional<WorkerRow>, StopReport> filed;
    boolean isAway;
    /** The next write is done, and its answer lost. */
    boolean losesAnswer;

    /** Hands each report to {@code filed}, once, with the row as it was before. */
    SimulatedStore(AccountId unreadable, BiConsumer<Optional<WorkerRow>, StopReport> filed) {
        this.unreadable = unreadable;
        this.filed = filed;
    }

    List<StopReport> reports(AccountId account) {
        return reports.getOrDefault(account, List.of());
    }

    /** The registry as one host has it; {@code guard} throws where the host is dead; {@code written} sees each row written. */
    WorkerRegistry client(Runnable guard, Consumer<WorkerRow> written) {
        return new Client(guard, written);
    }

    private final class Client implements WorkerRegistry {
        private final Runnable guard;
        private final Consumer<WorkerRow> written;

        Client(Runnable guard, Consumer<WorkerRow> written) {
            this.guard = guard;
            this.written = written;
        }

        private void requireThere() {
            guard.run();
            if (isAway) {
                throw new RegistryException("the store is away");
            }
        }

        private void answer() {
            if (losesAnswer) {
                losesAnswer = false;
                isAway = true;
                throw new RegistryException("the store is away, and may have done it");
            }
        }

        @Override
        public String id() {
            return "simulated";
        }

        @Override
        public Optional<WorkerRow> find(AccountId account) {
            requireThere();
            if (account.equals(unreadable)) {
                throw new CorruptRowException("a row that cannot be read", new IllegalStateException("planted"));
            }
            return Optional.ofNullable(rows.get(account));
        }

        @Override
        public RowListing list(RowSelection selection) {
            requireThere();
            return new RowListing(
                    rows.values().stream().filter(selection::selects).toList(), List.of("a row: planted"));
        }

        private boolean put(Optional<WorkerRow> seen, WorkerRow next) {
            WorkerRegistry.requireSuccessor(seen, next);
            Optional<WorkerRow> stored = Optional.ofNullable(rows.get(next.account()));
            boolean same = stored.map(row -> seen.isPresent()
                            && row.epoch() == seen.get().epoch()
                            && row.revision() == seen.get().revision()
                            && row.workerId().equals(seen.get().workerId()))
                    .orElse(seen.isEmpty());
            if (same) {
                rows.put(next.account(), next);
                written.accept(next);
            }
            return same;
        }

        private boolean add(StopReport report) {
            List<StopReport> known = reports.computeIfAbsent(report.account(), first -> new ArrayList<>());
            if (known.stream().anyMatch(one -> one.workerId().equals(report.workerId()))) {
                return false;
            }
            known.add(0, report);
            known.subList(Math.min(StopReport.KEPT, known.size()), known.size()).clear();
            filed.accept(Optional.ofNullable(rows.get(report.account())), report);
            return true;
        }

        @Override
        public Claimed claim(Optional<WorkerRow> seen, WorkerRow next, Optional<StopReport> ended) {
            requireThere();
            boolean added = ended.isPresent() && add(ended.get());
            Claimed claimed = new Claimed(put(seen, next), added);
            answer();
            return claimed;
        }

        @Override
        public boolean update(Optional<WorkerRow> seen, WorkerRow next) {
            requireThere();
            boolean won = put(seen, next);
            answer();
            return won;
        }

        @Override
        public boolean file(StopReport report) {
            requireThere();
            return add(report);
        }

        @Override
        public List<StopReport> reports(AccountId account, int most) {
            requireThere();
            List<StopReport> known = SimulatedStore.this.reports(account);
            return new ArrayList<>(known.subList(0, Math.min(most, known.size())));
        }

        @Override
        public void dropReports(AccountId account, String workerId) {
            requireThere();
            reports.remove(account);
        }
    }
}
