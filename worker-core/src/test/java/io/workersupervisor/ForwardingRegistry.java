package io.workersupervisor;

import io.workersupervisor.spi.RowListing;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Hands each call on to another registry; tests change some of them. */
public class ForwardingRegistry implements WorkerRegistry {
    private final WorkerRegistry all;

    public ForwardingRegistry(WorkerRegistry all) {
        this.all = all;
    }

    @Override
    public String id() {
        return all.id();
    }

    @Override
    public Optional<WorkerRow> find(AccountId account) {
        return all.find(account);
    }

    @Override
    public RowListing list(RowSelection selection) {
        return all.list(selection);
    }

    @Override
    public Claimed claim(Optional<WorkerRow> seen, WorkerRow next, Optional<StopReport> ended) {
        return all.claim(seen, next, ended);
    }

    @Override
    public boolean update(Optional<WorkerRow> seen, WorkerRow next) {
        return all.update(seen, next);
    }

    @Override
    public boolean file(StopReport report) {
        return all.file(report);
    }

    @Override
    public void dropReports(AccountId account, String workerId) {
        all.dropReports(account, workerId);
    }

    @Override
    public List<StopReport> reports(AccountId account, int most) {
        return all.reports(account, most);
    }

    @Override
    public List<StopReport> reportsSince(Instant since) {
        return all.reportsSince(since);
    }

    @Override
    public List<StopReport> reportsOf(List<WorkerRow> rows) {
        return all.reportsOf(rows);
    }

    @Override
    public Optional<String> freeing(WorkerRow row) {
        return all.freeing(row);
    }
}
