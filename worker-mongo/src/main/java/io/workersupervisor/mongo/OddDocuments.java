package io.workersupervisor.mongo;

import com.mongodb.reactivestreams.client.MongoCollection;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;

/** Documents in the log collection that the usual queries do not find, as they keep a field as another type. */
final class OddDocuments {
    /** All but numbers and strings, and no field at all. */
    private static final List<String> OTHER_TYPES =
            List.of("object", "array", "binData", "objectId", "bool", "date", "null", "regex", "timestamp");

    private static final String NUMBER = "^(0|-?[1-9][0-9]{0,18})$";

    private OddDocuments() {}

    static List<String> of(Attempt attempt, MongoCollection<Document> entries) throws InterruptedException {
        String name = "db.getCollection(\"" + entries.getNamespace().getCollectionName() + "\")";
        List<String> findings = new ArrayList<>();
        // The range keeps the search to those keys of the index that begin like a number.
        Document numberAsText = new Document("$gte", "-").append("$lt", ":").append("$regex", NUMBER);
        if (any(attempt, entries, new Document("account_id", numberAsText))) {
            findings.add(
                    "account_id is a number written as text in some documents of worker_logs, so that queries for the"
                            + " number miss them. Make it a number: " + name + ".updateMany({account_id: {$regex: \""
                            + NUMBER
                            + "\"}}, [{$set: {account_id: {$toLong: \"$account_id\"}}}])");
        }
        if (any(attempt, entries, new Document("account_id", new Document("$type", OTHER_TYPES)))
                || any(attempt, entries, new Document("account_id", null))) {
            findings.add(
                    "account_id is neither a number nor text in some documents of worker_logs, so that they belong to no"
                            + " account. Look at them: " + name
                            + ".find({account_id: {$not: {$type: [\"number\", \"string\"]}}})");
        }
        if (any(attempt, entries, new Document("timestamp", new Document("$type", List.of("string", "number"))))) {
            findings.add(
                    "timestamp is no date in some documents of worker_logs, so that no period holds them. Make it one: "
                            + name + ".updateMany({timestamp: {$type: [\"string\", \"number\"]}},"
                            + " [{$set: {timestamp: {$toDate: \"$timestamp\"}}}])");
        }
        return findings;
    }

    private static boolean any(Attempt attempt, MongoCollection<Document> entries, Document filter)
            throws InterruptedException {
        return attempt.one(attempt.on(entries).find(filter).first()).isPresent();
    }
}
