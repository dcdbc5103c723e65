package io.workersupervisor.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gte;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.lte;
import static com.mongodb.client.model.Filters.ne;

import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Sorts;
import com.mongodb.reactivestreams.client.MongoCollection;
import io.workersupervisor.AccountId;
import io.workersupervisor.StopReport;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.bson.types.ObjectId;

/**
 * The collection of stop reports, {@code _id} the worker id: each is filed once, and so many of an account are kept.
 *
 * @param stops the collection
 * @param calls runs the driver's statements
 */
record ReportCollection(MongoCollection<Document> stops, RetriedCalls calls) {
    static final String NAME = "worker_stops";

    /** Two statements: the oldest reports go before the new one comes, so that a failure between them can be repeated. */
    boolean file(StopReport report) {
        ObjectId mark = new ObjectId();
        Document document = RowMapper.document(report).append("write", mark);
        return calls.write("filing the report of worker " + report.workerId(), attempt -> {
            prune(attempt, report);
            return attempt.inserts(stops, document) || (attempt.inDoubt() && wasFiled(attempt, report, mark));
        });
    }

    private void prune(Attempt attempt, StopReport report) throws InterruptedException {
        Bson others = and(eq("account_id", report.account().value()), ne("_id", report.workerId()));
        Optional<Document> oldest = attempt.one(attempt.on(stops)
                .find(others)
                .projection(Projections.include("_id"))
                .sort(Sorts.descending("_id"))
                .skip(StopReport.KEPT - 1)
                .first());
        if (oldest.isPresent()) {
            attempt.one(attempt.on(stops)
                    .deleteMany(and(others, lte("_id", oldest.get().get("_id")))));
        }
    }

    private boolean wasFiled(Attempt attempt, StopReport report, ObjectId mark) throws InterruptedException {
        Document found = attempt.one(
                        attempt.surely(stops).find(eq("_id", report.workerId())).first())
                .orElseThrow(RetriedCalls.StaleAnswer::new);
        return mark.equals(found.get("write"));
    }

    /** Removes the reports of the account's workers up to this one; repeating it changes nothing. */
    void drop(AccountId account, String workerId) {
        calls.write("dropping the reports of account " + account, attempt -> {
            attempt.one(attempt.on(stops).deleteMany(and(eq("account_id", account.value()), lte("_id", workerId))));
            return true;
        });
    }

    /** The newest first. */
    List<StopReport> newest(AccountId account, int most) {
        List<Document> found = calls.read(
                "reading the reports of account " + account,
                attempt -> attempt.all(attempt.on(stops)
                        .find(eq("account_id", account.value()))
                        .sort(Sorts.descending("_id"))
                        .limit(most)));
        return found.stream()
                .map(document -> RowMapper.report(document, account))
                .toList();
    }

    /** Of all accounts, those whose workers ended then or later, the newest first. */
    List<StopReport> since(Instant least) {
        return found(
                "reading the reports since " + least, gte("ended_at", Date.from(least)), Sorts.descending("ended_at"));
    }

    /** Entries of these workers. */
    List<StopReport> of(List<String> workers) {
        return found(
                "reading the reports of " + workers.size() + " workers", in("_id", workers), Sorts.ascending("_id"));
    }

    private List<StopReport> found(String doing, Bson filter, Bson order) {
        return calls
                .read(
                        doing,
                        attempt -> attempt.all(attempt.on(stops)
                                .find(filter)
                                .sort(order)
                                .allowDiskUse(true)
                                .batchSize(10_000)))
                .stream()
                .map(document -> RowMapper.report(document, new Fields(document).account("account_id")))
                .toList();
    }
}
