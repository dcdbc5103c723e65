package io.workersupervisor.mongo;

import io.workersupervisor.WorkerInspector.Finding;
import io.workersupervisor.WorkerInspector.Finding.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bson.Document;

/**
 * Examines the collection of log entries: indexes, retention, and documents that the usual queries do not find, as they keep
 * a field as another type. Each look reads a few keys of an index, or is given up after two seconds, which is told.
 */
final class LogFindings {
    private static final Duration LONGEST = Duration.ofSeconds(2);

    /** All but numbers and texts. A list would match by its elements, and the server would read every key for it. */
    private static final List<String> NO_ACCOUNT = List.of(
            "minKey",
            "null",
            "object",
            "binData",
            "objectId",
            "bool",
            "date",
            "timestamp",
            "regex",
            "javascript",
            "maxKey");

    private static final List<String> NO_TIME = List.of(
            "minKey", "null", "object", "binData", "objectId", "bool", "timestamp", "regex", "javascript", "maxKey");

    private static final Pattern NUMBER = Pattern.compile(LogRepair.NUMBER);

    private final LogCollection logs;
    private final List<Finding> findings = new ArrayList<>();

    private LogFindings(LogCollection logs) {
        this.logs = logs;
    }

    static List<Finding> of(LogCollection logs, LogExpiry expiry) {
        LogFindings examined = new LogFindings(logs);
        examined.indexes();
        expiry.trouble().ifPresent(text -> examined.warn(logs.name() + ": " + text));
        examined.accounts();
        examined.times();
        return examined.findings;
    }

    private void indexes() {
        List<LogIndex> missing = logs.missing(false);
        long documents = missing.isEmpty() ? 0 : logs.count();
        if (documents > 0) {
            warn(logs.name() + " lacks " + missing.size() + " indexes for its " + documents
                    + " documents, or they are being"
                    + " built: searches are slow. A host builds them when it appends; ahead of that \"worker-console mongo"
                    + " prepare\" does it, or in mongosh: " + LogIndex.statement(logs.name(), missing));
        }
    }

    private void accounts() {
        Optional<Boolean> text = look(
                "looking for accounts that are numbers written as text",
                // The server reads one key for each account.
                attempt -> attempt.withinAll(
                                LONGEST,
                                brief -> brief.on(logs.entries())
                                        .distinct("account_id", LogRepair.LIKE_NUMBER, String.class))
                        .map(found -> found.stream().anyMatch(NUMBER.asMatchPredicate())));
        tell(
                text,
                "account_id is a number written as text",
                "queries for the number miss them",
                LogRepair.accounts(logs.name()));
        tell(
                any("account_id", NO_ACCOUNT),
                "account_id is neither a number nor text",
                "they belong to no account",
                "Look at them: db.getCollection(\"" + logs.name()
                        + "\").find({account_id: {$not: {$type: [\"number\", \"string\"]}}}).limit(20)");
    }

    private void times() {
        tell(
                any("timestamp", List.of("string", "number")),
                "timestamp is no date",
                "no period holds them, and no retention deletes them",
                LogRepair.times(logs.name()));
        tell(
                any("timestamp", NO_TIME),
                "timestamp is missing or no time at all",
                "no search finds them",
                "Look at them: db.getCollection(\"" + logs.name()
                        + "\").find({timestamp: {$not: {$type: [\"date\", \"number\", \"string\"]}}}).limit(20)");
    }

    private Optional<Boolean> any(String field, List<String> types) {
        Document filter = new Document(field, new Document("$type", types));
        return look(
                "looking at the types of " + field,
                attempt -> attempt.withinAll(
                                LONGEST,
                                brief -> brief.on(logs.entries()).find(filter).limit(1))
                        .map(found -> !found.isEmpty()));
    }

    private Optional<Boolean> look(String doing, RetriedCalls.Statement<Optional<Boolean>> statement) {
        return logs.calls().read(doing, statement);
    }

    private void tell(Optional<Boolean> found, String fault, String consequence, String remedy) {
        if (found.isEmpty()) {
            findings.add(new Finding(
                    Level.OK,
                    "not looked at, as it takes longer than " + LONGEST.toSeconds() + " s: whether " + fault
                            + " in some" + " documents of " + logs.name()));
        } else if (found.get()) {
            warn(fault + " in some documents of " + logs.name() + ", so that " + consequence + ". " + remedy);
        }
    }

    private void warn(String text) {
        findings.add(new Finding(Level.WARNING, text));
    }
}
