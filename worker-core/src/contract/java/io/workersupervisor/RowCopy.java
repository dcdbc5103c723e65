package io.workersupervisor;

import io.workersupervisor.spi.WorkerRow;

/** Rows that no protocol makes: of another account, with other numbers. */
public final class RowCopy {
    private RowCopy() {}

    public static WorkerRow of(WorkerRow row, AccountId account) {
        return of(row, account, row.epoch(), row.revision(), row.workerId());
    }

    public static WorkerRow of(WorkerRow row, long epoch, long version, String workerId) {
        return of(row, row.account(), epoch, version, workerId);
    }

    private static WorkerRow of(WorkerRow row, AccountId account, long epoch, long version, String workerId) {
        return new WorkerRow(
                account,
                epoch,
                version,
                workerId,
                row.node(),
                row.state(),
                row.desired(),
                row.startedAt(),
                row.userId(),
                row.version(),
                row.detail());
    }
}
