package io.workersupervisor.sqlite;

import io.workersupervisor.AccountId;
import io.workersupervisor.Desired;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerState;
import io.workersupervisor.spi.RowDetail;
import io.workersupervisor.spi.WorkerRow;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Rows and reports as columns. What cannot be read is an {@link IllegalArgumentException} that names the column. */
final class RowMapper {
    private RowMapper() {}

    /** The values of {@link RegistryTables#COLUMNS}, in their order. */
    static @Nullable Object[] values(WorkerRow row) {
        return new @Nullable Object[] {
            row.account().value(),
            row.epoch(),
            row.revision(),
            row.workerId(),
            row.node(),
            row.state().name(),
            row.desired().stored(),
            row.pid().isPresent() ? row.pid().getAsLong() : null,
            ResultRow.time(row.startedAt()),
            row.userId().orElse(null),
            row.version().orElse(null),
            row.detail().toJson()
        };
    }

    static WorkerRow row(ResultRow found) {
        return new WorkerRow(
                found.account(),
                found.number("epoch"),
                found.number("version"),
                found.text("worker_id"),
                found.text("node"),
                found.constant(WorkerState.class, "state"),
                Desired.ofStored(found.text("desired")),
                found.instant("started_at"),
                found.optionalText("user_id"),
                found.optionalText("spec_version"),
                detail(found));
    }

    /** The report; one that cannot be read is shown as such, so that it hides no other. */
    static StopReport report(ResultRow found, AccountId account) {
        try {
            return StopReport.parse(found.text("report"));
        } catch (IllegalArgumentException e) {
            Instant ended = found.instant("ended_at");
            return StopReport.unreadable(
                    account,
                    found.text("worker_id"),
                    ended,
                    String.valueOf(e.getMessage()),
                    "column report of table worker_stops");
        }
    }

    private static RowDetail detail(ResultRow found) {
        try {
            return RowDetail.parse(found.text("detail"));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("detail: " + e.getMessage(), e);
        }
    }
}
