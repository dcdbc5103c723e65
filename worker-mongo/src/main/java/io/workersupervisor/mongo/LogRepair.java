package io.workersupervisor.mongo;

import java.util.List;
import org.bson.Document;

/**
 * Statements for mongosh that give documents of other programs the types that queries expect. A value that cannot be read
 * without a guess stays, and is counted; a second run changes nothing more.
 */
final class LogRepair {
    /** A decimal number as it is written, though it may be beyond 64 bits. */
    static final String NUMBER = "^(0|-?[1-9][0-9]{0,18})$";

    /** The keys that begin like a number. */
    static final Document LIKE_NUMBER = new Document("account_id", new Document("$gte", "-").append("$lt", ":"));

    private static final String ZONED = "^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*(Z|[+-][0-9]{2}:?[0-9]{2})$";

    private LogRepair() {}

    /** Makes a number of each text that is one of 64 bits. */
    static String accounts(String collection) {
        return "Make it a number: "
                + statement(
                        collection,
                        new Document("account_id", new Document("$type", "string").append("$regex", NUMBER)),
                        new Document("account_id", convert("account_id", "long")));
    }

    /**
     * Makes a date of each number and text that says its unit and zone: seconds, milliseconds, microseconds and nanoseconds
     * since 1970 do by their size, from 1973 to 5138; a text does by its zone.
     */
    static String times(String collection) {
        Document dated = new Document(
                "$switch",
                new Document(
                                "branches",
                                List.of(
                                        epoch(1e8, 1e11, new Document("$multiply", List.of("$timestamp", 1000))),
                                        epoch(1e11, 1e14, "$timestamp"),
                                        epoch(1e14, 1e17, new Document("$divide", List.of("$timestamp", 1000))),
                                        epoch(1e17, 9e18, new Document("$divide", List.of("$timestamp", 1000000))),
                                        new Document(
                                                        "case",
                                                        new Document(
                                                                "$regexMatch",
                                                                new Document(
                                                                                "input",
                                                                                new Document("$toString", "$timestamp"))
                                                                        .append("regex", ZONED)))
                                                .append("then", convert("timestamp", "date"))))
                        .append("default", "$timestamp"));
        return "Make a date of those that name their zone, or count from 1970: "
                + statement(
                        collection,
                        new Document("timestamp", new Document("$type", List.of("string", "number"))),
                        new Document("timestamp", dated));
    }

    private static Document epoch(double least, double below, Object millis) {
        return new Document(
                        "case",
                        new Document(
                                "$and",
                                List.of(
                                        new Document("$gte", List.of("$timestamp", least)),
                                        new Document("$lt", List.of("$timestamp", below)))))
                .append(
                        "then",
                        new Document("$toDate", new Document("$toLong", new Document("$round", List.of(millis)))));
    }

    private static Document convert(String field, String type) {
        return new Document(
                "$convert",
                new Document("input", "$" + field).append("to", type).append("onError", "$" + field));
    }

    private static String statement(String collection, Document filter, Document set) {
        return "c = db.getCollection(\"" + collection + "\"); f = " + filter.toJson() + "; r = c.updateMany(f, ["
                + new Document("$set", set).toJson() + "]); print(r.modifiedCount + \" changed; as they were: \""
                + " + c.countDocuments(f))";
    }
}
