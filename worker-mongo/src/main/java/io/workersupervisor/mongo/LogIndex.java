package io.workersupervisor.mongo;

import com.mongodb.client.model.IndexModel;
import com.mongodb.client.model.IndexOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bson.Document;

/**
 * An index that the usual queries need. The plan of such a query shows whether it is there, under whatever name and with
 * whatever more behind its keys; this takes no right but that to find.
 */
enum LogIndex {
    /** The last of all; the retention hangs on it. */
    TIME(keys("timestamp"), keys("timestamp"), new Document()),
    /** The last of one account, and a period of it. */
    ACCOUNT(keys("account_id", "timestamp", "_id"), keys("account_id", "timestamp"), new Document("account_id", 1L)),
    /** The last errors of one account, also of one that has none. */
    LEVEL(
            keys("account_id", "level", "timestamp"),
            keys("account_id", "level", "timestamp"),
            new Document("account_id", 1L).append("level", new Document("$in", List.of("ERROR", "WARNING"))));

    /** Never changes; the checker does not know that. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final List<String> made;

    @SuppressWarnings("ImmutableEnumChecker")
    private final List<String> needed;

    @SuppressWarnings("ImmutableEnumChecker")
    private final Document filter;

    private static final Document NEWEST_FIRST = new Document("timestamp", -1);

    LogIndex(List<String> made, List<String> needed, Document filter) {
        this.made = made;
        this.needed = needed;
        this.filter = filter;
    }

    private static List<String> keys(String... names) {
        return List.of(names);
    }

    /** The keys of a ready index that serves the query without a sort; empty where there is none. */
    Optional<Document> serving(Attempt attempt, LogCollection logs, boolean alone) throws InterruptedException {
        Document find =
                new Document("find", logs.name()).append("filter", filter).append("sort", NEWEST_FIRST);
        Document explained = attempt.one(attempt.on(logs.database())
                        .runCommand(new Document("explain", find).append("verbosity", "queryPlanner")))
                .orElseThrow();
        return plans(explained)
                .filter(plan -> stages(plan).noneMatch(stage -> isStage(stage, "SORT") || isStage(stage, "COLLSCAN")))
                .flatMap(LogIndex::stages)
                .filter(stage -> isStage(stage, "IXSCAN"))
                .map(scan -> scan.get("keyPattern", Document.class))
                .filter(keys -> (alone ? keys.size() == needed.size() : keys.size() >= needed.size())
                        && List.copyOf(keys.keySet()).subList(0, needed.size()).equals(needed))
                .findFirst();
    }

    /** The plan that was taken and the others, of a server or of each shard. */
    private static Stream<Object> plans(Object part) {
        if (!(part instanceof Document document)) {
            return inside(part).flatMap(LogIndex::plans);
        }
        Object rejected = document.getOrDefault("rejectedPlans", List.of());
        return document.get("winningPlan") instanceof Document winning && !winning.containsKey("shards")
                ? Stream.concat(Stream.of(winning), inside(rejected))
                : inside(part).flatMap(LogIndex::plans);
    }

    private static Stream<Object> inside(Object part) {
        return part instanceof Map<?, ?> map
                ? map.values().stream().map(Object.class::cast)
                : part instanceof List<?> list ? list.stream().map(Object.class::cast) : Stream.of();
    }

    private static boolean isStage(Document stage, String name) {
        return name.equals(stage.get("stage"));
    }

    /** All stages of a plan, which servers of several versions nest in several ways. */
    private static Stream<Document> stages(Object part) {
        Stream<Document> within = inside(part).flatMap(LogIndex::stages);
        return part instanceof Document stage ? Stream.concat(Stream.of(stage), within) : within;
    }

    /** The index as it is made. */
    Document keys() {
        Document keys = new Document();
        made.forEach(name -> keys.append(name, 1));
        return keys;
    }

    IndexModel model(Optional<Duration> retention) {
        IndexOptions options = new IndexOptions();
        if (this == TIME) {
            retention.ifPresent(keep -> options.expireAfter(keep.toSeconds(), TimeUnit.SECONDS));
        }
        return new IndexModel(keys(), options);
    }

    /** The statement for mongosh that makes these indexes in one pass over the collection. */
    static String statement(String collection, List<LogIndex> indexes) {
        return "db.getCollection(\"" + collection + "\").createIndexes("
                + indexes.stream().map(index -> index.keys().toJson()).collect(Collectors.joining(", ", "[", "]"))
                + ")";
    }
}
