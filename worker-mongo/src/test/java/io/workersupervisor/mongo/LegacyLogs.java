package io.workersupervisor.mongo;

import com.mongodb.reactivestreams.client.MongoDatabase;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import org.bson.Document;

/**
 * A {@code worker_logs} as another program has written it for two years: five fields of mixed types, and an index of its
 * own. The server makes it by itself, so that millions take no longer than it writes.
 */
final class LegacyLogs {
    private static final int ROUND = 1_000;

    private LegacyLogs() {}

    /** Fills the collection with so many documents, the last one of now; some 5 % keep a field as another type. */
    static void fill(MongoDatabase database, int documents, java.time.Instant now) {
        long step = Duration.ofDays(730).toMillis() / documents;
        Document at = new Document(
                "$add",
                List.of(
                        new Date(now.minus(Duration.ofDays(730)).toEpochMilli()),
                        new Document("$multiply", List.of("$n", step))));
        for (int from = 0; from < documents / ROUND; from += 200) {
            List<Document> rounds = List.of(
                    new Document(
                            "$documents",
                            List.of(new Document(
                                    "r",
                                    new Document("$range", List.of(from, Math.min(from + 200, documents / ROUND)))))),
                    new Document("$unwind", "$r"),
                    new Document("$set", new Document("n", new Document("$range", List.of(0, ROUND)))),
                    new Document("$unwind", "$n"),
                    new Document(
                            "$set",
                            new Document(
                                    "n",
                                    new Document(
                                            "$add", List.of(new Document("$multiply", List.of("$r", ROUND)), "$n")))),
                    new Document(
                            "$project",
                            new Document("_id", 0)
                                    .append("user_id", new Document("$concat", List.of("user-", text(mod("$n", 50)))))
                                    .append("account_id", choice("$n", account()))
                                    .append(
                                            "level",
                                            pick(
                                                    "$n",
                                                    20,
                                                    List.of(
                                                            "INFO", "info", "INFO", "Info", "DEBUG", "INFO", "INFO",
                                                            "INFO", "INFO", "INFO", "INFO", "INFO", "INFO", "WARN",
                                                            "warning", "WARNING", "error", "ERROR", 40, "FATAL")))
                                    .append(
                                            "message",
                                            new Document(
                                                    "$concat",
                                                    List.of(
                                                            "telethon.network.mtprotosender connection to 149.154.167.51:443/TcpFull complete, resending message ",
                                                            text("$n"))))
                                    .append(
                                            "timestamp",
                                            new Document(
                                                    "$let",
                                                    new Document("vars", new Document("at", at))
                                                            .append("in", choice("$n", time()))))),
                    new Document("$merge", new Document("into", "worker_logs")));
            Wait.one(database.withTimeout(0, java.util.concurrent.TimeUnit.MILLISECONDS)
                    .runCommand(new Document("aggregate", 1)
                            .append("pipeline", rounds)
                            .append("cursor", new Document())));
        }
    }

    private static Document text(Object v) {
        return new Document("$toString", v);
    }

    private static Document mod(Object v, int by) {
        return new Document("$mod", List.of(v, by));
    }

    private static Document pick(Object n, int of, List<?> values) {
        return new Document("$arrayElemAt", List.of(values, mod(n, of)));
    }

    private static Document lit(Object v) {
        return new Document("$literal", v);
    }
    /** branches by n mod 200 */
    private static Document choice(Object n, List<Document> branches) {
        return new Document(
                "$switch",
                new Document("branches", branches.subList(0, branches.size() - 1))
                        .append("default", branches.get(branches.size() - 1).get("then")));
    }

    private static Document when(int rest, Object then) {
        return new Document("case", new Document("$eq", List.of(mod("$n", 200), rest))).append("then", then);
    }

    private static List<Document> account() {
        Document number = new Document("$add", List.of(4_000, mod("$n", 997)));
        return List.of(
                when(3, text(number)),
                when(5, lit("9223372036854775808")),
                when(7, new Document("$toDouble", number)),
                when(9, lit("bot-a")),
                when(11, new Document("$toInt", number)),
                when(13, lit("007")),
                when(0, new Document("$toLong", number)));
    }

    private static List<Document> time() {
        Document millis = new Document("$toLong", "$$at");
        return List.of(
                when(17, new Document("$dateToString", new Document("date", "$$at"))),
                when(19, new Document("$divide", List.of(millis, 1000))),
                when(21, new Document("$toInt", new Document("$divide", List.of(millis, 1000)))),
                when(23, millis),
                when(25, lit("yesterday")),
                when(0, "$$at"));
    }
}
