package io.workersupervisor.spi;

import io.workersupervisor.AccountId;
import io.workersupervisor.StopReport;
import io.workersupervisor.internal.text.Require;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** A registry whose rows end with its process: for the tests of an application. Thread-safe; never blocks for long. */
public final class InMemoryWorkerRegistry implements WorkerRegistry {
    private final String id = "memory-" + UUID.randomUUID();
    private final Map<AccountId, WorkerRow> rows = new TreeMap<>();
    private final Map<String, StopReport> reports = new LinkedHashMap<>();

    /** An empty registry. */
    public InMemoryWorkerRegistry() {}

    @Override
    public String id() {
        return id;
    }

    @Override
    public synchronized Optional<WorkerRow> find(AccountId account) {
        return Optional.ofNullable(rows.get(Require.nonNull("account", account)));
    }

    @Override
    public synchronized RowListing list(RowSelection selection) {
        Require.nonNull("selection", selection);
        return new RowListing(rows.values().stream().filter(selection::selects).toList(), List.of());
    }

    @Override
    public synchronized boolean update(Optional<WorkerRow> seen, WorkerRow next) {
        WorkerRegistry.requireSuccessor(seen, next);
        Optional<WorkerRow> stored = find(next.account());
        boolean same = stored.map(row -> seen.isPresent()
                        && row.epoch() == seen.get().epoch()
                        && row.revision() == seen.get().revision()
                        && row.workerId().equals(seen.get().workerId()))
                .orElse(seen.isEmpty());
        if (same) {
            rows.put(next.account(), next);
        }
        return same;
    }

    @Override
    public synchronized boolean file(StopReport report) {
        Require.nonNull("report", report);
        if (reports.putIfAbsent(report.workerId(), report) != null) {
            return false;
        }
        List<StopReport> others = reports(report.account(), Integer.MAX_VALUE);
        others.remove(report);
        others.subList(Math.min(StopReport.KEPT - 1, others.size()), others.size())
                .forEach(old -> reports.remove(old.workerId()));
        return true;
    }

    @Override
    public synchronized void dropReports(AccountId account, String workerId) {
        Require.noneNull("account workerId", account, workerId);
        reports.values()
                .removeIf(report ->
                        report.account().equals(account) && report.workerId().compareTo(workerId) <= 0);
    }

    @Override
    public synchronized List<StopReport> reports(AccountId account, int most) {
        Require.nonNull("account", account);
        WorkerRegistry.requireSome(most);
        List<StopReport> found = new ArrayList<>(reports.values().stream()
                .filter(report -> report.account().equals(account))
                .sorted(Comparator.comparing(StopReport::workerId).reversed())
                .toList());
        return new ArrayList<>(found.subList(0, Math.min(most, found.size())));
    }
}
