package io.workersupervisor.mongo;

import io.workersupervisor.AccountId;
import io.workersupervisor.Desired;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerState;
import io.workersupervisor.spi.RowDetail;
import io.workersupervisor.spi.WorkerRow;
import java.time.Instant;
import java.util.Date;
import org.bson.Document;

/** Rows and reports as documents. What cannot be read is an {@link IllegalArgumentException} that names the field. */
final class RowMapper {
    private RowMapper() {}

    /** All fields of a row but its key. */
    static Document fields(WorkerRow row) {
        return new Document("epoch", row.epoch())
                .append("version", row.revision())
                .append("worker_id", row.workerId())
                .append("node", row.node())
                .append("state", row.state().name())
                .append("desired", row.desired().stored())
                .append("pid", row.pid().isPresent() ? (Object) row.pid().getAsLong() : null)
                .append("started_at", Date.from(row.startedAt()))
                .append("user_id", row.userId().orElse(null))
                .append("spec_version", row.version().orElse(null))
                .append("detail", row.detail().toJson())
                .append("due_at", row.detail().dueAt().map(Date::from).orElse(null));
    }

    static WorkerRow row(Document document) {
        Fields found = new Fields(document);
        return new WorkerRow(
                found.account("_id"),
                found.number("epoch"),
                found.number("version"),
                found.text("worker_id"),
                found.text("node"),
                found.constant(WorkerState.class, "state"),
                Desired.ofStored(found.text("desired")),
                found.time("started_at"),
                found.optionalText("user_id"),
                found.optionalText("spec_version"),
                detail(found));
    }

    private static RowDetail detail(Fields found) {
        try {
            return RowDetail.parse(found.text("detail"));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("detail: " + e.getMessage(), e);
        }
    }

    /** The reason stands beside the report for those who count them. */
    static Document document(StopReport report) {
        return new Document("_id", report.workerId())
                .append("account_id", report.account().value())
                .append("ended_at", Date.from(report.endedAt()))
                .append("reason", report.reason().name())
                .append("report", report.toJson());
    }

    /** The report; one that cannot be read is shown as such, so that it hides no other. */
    static StopReport report(Document document, AccountId account) {
        Fields found = new Fields(document);
        try {
            return StopReport.parse(found.text("report"));
        } catch (IllegalArgumentException e) {
            Instant ended = found.value("ended_at") instanceof Date date ? date.toInstant() : Instant.EPOCH;
            return StopReport.unreadable(
                    account,
                    String.valueOf(found.value("_id")),
                    ended,
                    String.valueOf(e.getMessage()),
                    "field report in worker_stops");
        }
    }
}
