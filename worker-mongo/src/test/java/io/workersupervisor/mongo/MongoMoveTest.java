package io.workersupervisor.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import com.mongodb.reactivestreams.client.MongoCollection;
import com.mongodb.reactivestreams.client.MongoDatabase;
import io.workersupervisor.AccountId;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogQuery;
import io.workersupervisor.WorkerInspector.Finding;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The move from a {@code worker_logs} that another program has written for two years, and goes on to write. */
@NeedsMongod
class MongoMoveTest {
    private static final int DOCUMENTS = Integer.getInteger("move.documents", 60_000);
    private static final String WORKER = "01kjmdpmq70000000000000001";

    private String uri;
    private MongoClient client;
    private MongoDatabase database;

    @BeforeEach
    void fill() throws Exception {
        String name = TestMongo.freshName();
        uri = TestMongo.set().uri(name);
        client = MongoClients.create(uri);
        database = client.getDatabase(name);
        LegacyLogs.fill(database, DOCUMENTS, Instant.now());
        Wait.one(logs().createIndex(new Document("user_id", 1)));
    }

    @AfterEach
    void drop() {
        if (client != null) { // a test that was skipped has none
            Wait.one(database.drop());
            client.close();
        }
    }

    private MongoCollection<Document> logs() {
        return database.getCollection("worker_logs");
    }

    private List<Finding> heard(MongoLogSink sink) {
        List<Finding> heard = new CopyOnWriteArrayList<>();
        sink.reportTo(heard::add);
        return heard;
    }

    /** P5: the first entry is there at once, the indexes come behind it, and nothing old is lost. */
    @Test
    void entries_flow_before_the_indexes_are_there_and_the_old_writer_goes_on() throws Exception {
        long before = Wait.one(logs().countDocuments()).orElseThrow();
        List<Long> alone = OldWriter.write(logs(), 300);
        try (OldWriter writer = OldWriter.begin(logs());
                MongoLogSink sink = MongoLogSink.in(uri)) {
            List<Finding> heard = heard(sink);
            Instant begun = Instant.now();
            sink.append(Entries.of(WORKER, 0, 1));
            Duration first = Duration.between(begun, Instant.now());

            await().atMost(Duration.ofMinutes(5))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> {
                        sink.append(Entries.of(WORKER, 1 + heard.size(), 1));
                        return sink.preparation().indexes().isEmpty();
                    });

            long built = Duration.between(begun, Instant.now()).toMillis();
            List<Long> meanwhile = writer.latencies();
            System.out.println("documents " + before + ", first entry " + first.toMillis() + " ms, indexes " + built
                    + " ms, old writer's p99 " + p99(alone) + " us alone, " + p99(meanwhile) + " us meanwhile; "
                    + heard);
            assertThat(first).isLessThan(Duration.ofSeconds(10));
            assertThat(heard).extracting(Finding::level).doesNotContain(Finding.Level.ERROR, Finding.Level.WARNING);
            assertThat(sink.find(LogQuery.last(10).worker(WORKER))).isNotEmpty();
        }
        assertThat(Wait.one(logs().countDocuments(Filters.exists("worker_id", false)))
                        .orElseThrow())
                .isGreaterThanOrEqualTo(before);
        for (Document find : List.of(
                find(new Document(), 100),
                find(
                        new Document("account_id", 4_100L)
                                .append("level", new Document("$in", List.of("ERROR", "WARNING"))),
                        50),
                find(
                        new Document("account_id", 4_100L)
                                .append(
                                        "timestamp",
                                        new Document(
                                                "$gte", Date.from(Instant.now().minus(Duration.ofDays(1))))),
                        0),
                find(new Document("account_id", 4_100L), 20))) {
            assertThat(plan(find)).contains("IXSCAN").doesNotContain("\"SORT\"", "COLLSCAN");
            assertThat(times(find)).isNotEmpty().isEqualTo(times(find.append("hint", new Document("$natural", 1))));
        }
    }

    private List<Object> times(Document find) {
        return Wait.all(logs().find(find.get("filter", Document.class))
                        .hint(find.get("hint", Document.class))
                        .sort(find.get("sort", Document.class))
                        .limit(find.getInteger("limit")))
                .stream()
                .map(one -> one.get("timestamp"))
                .toList();
    }

    private static long p99(List<Long> latencies) {
        List<Long> sorted = latencies.stream().sorted().toList();
        return sorted.isEmpty() ? 0 : sorted.get(sorted.size() * 99 / 100) / 1_000;
    }

    private static Document find(Document filter, int limit) {
        return new Document("find", "worker_logs")
                .append("filter", filter)
                .append("sort", new Document("timestamp", -1))
                .append("limit", limit);
    }

    private String plan(Document find) {
        return Wait.one(database.runCommand(new Document("explain", find).append("verbosity", "queryPlanner")))
                .orElseThrow()
                .get("queryPlanner", Document.class)
                .get("winningPlan", Document.class)
                .toJson();
    }

    @Test
    void indexes_under_other_names_or_with_more_behind_them_are_enough_also_without_the_right_to_make_any()
            throws Exception {
        Wait.one(logs().createIndex(new Document("timestamp", -1).append("user_id", 1)));
        Wait.one(logs().createIndex(
                        new Document("account_id", 1).append("timestamp", -1).append("user_id", 1)));
        Wait.one(logs().createIndex(new Document("account_id", 1)
                .append("level", 1)
                .append("timestamp", -1)
                .append("user_id", 1)));
        long indexes = Wait.all(logs().listIndexes()).size();

        try (MongoLogSink sink = MongoLogSink.in(asPoorUser())) {
            List<Finding> heard = heard(sink);

            assertThat(sink.preparation().indexes()).isEmpty();
            assertThat(sink.append(Entries.of(WORKER, 0, 3))).isEmpty();

            assertThat(heard).isEmpty();
            assertThat(sink.find(LogQuery.last(3).worker(WORKER))).hasSize(3);
        }
        assertThat(Wait.all(logs().listIndexes())).hasSize((int) indexes);
    }

    @Test
    void one_who_may_only_find_and_insert_appends_and_is_told_the_statement() throws Exception {
        List<Long> alone = OldWriter.write(logs(), 300);
        try (OldWriter writer = OldWriter.begin(logs());
                MongoLogSink sink = MongoLogSink.in(asPoorUser())) {
            List<Finding> heard = heard(sink);

            Instant begun = Instant.now();
            assertThat(sink.append(Entries.of(WORKER, 0, 3))).isEmpty();
            Duration first = Duration.between(begun, Instant.now());
            await().until(() -> writer.latencies().size() >= 300);

            System.out.println("with find and insert alone, first entry " + first.toMillis()
                    + " ms, old writer's p99 " + p99(alone) + " us alone, " + p99(writer.latencies())
                    + " us meanwhile");
            assertThat(first).isLessThan(Duration.ofSeconds(10));
            assertThat(heard).singleElement().satisfies(finding -> {
                assertThat(finding.level()).isEqualTo(Finding.Level.WARNING);
                assertThat(finding.text())
                        .contains("refuses", "db.getCollection(\"worker_logs\").createIndexes([{\"timestamp\": 1},")
                        .doesNotContain("lsid");
            });
            assertThat(sink.findings()).extracting(Finding::text).anyMatch(text -> text.contains("createIndexes("));
            assertThat(sink.append(Entries.of(WORKER, 3, 3))).isEmpty();
        }
    }

    private String asPoorUser() throws Exception {
        String name = database.getName();
        Document may = new Document("resource", new Document("db", name).append("collection", "worker_logs"))
                .append("actions", List.of("find", "insert"));
        Wait.one(database.runCommand(new Document("createRole", "poor")
                .append("privileges", List.of(may))
                .append("roles", List.of())));
        Wait.one(database.runCommand(
                new Document("createUser", "poor").append("pwd", "pw").append("roles", List.of("poor"))));
        return TestMongo.set().uri("poor", "pw", name).replace("authSource=admin", "authSource=" + name);
    }

    /** The statements are those that are printed; they run twice. */
    @Test
    void the_repairs_change_what_can_be_read_and_leave_the_rest() throws Exception {
        Instant at = Instant.parse("2025-06-01T12:00:00.250Z");
        long seconds = at.getEpochSecond();
        List<Object> readable = List.of(
                seconds + 0.25,
                at.toEpochMilli(),
                at.toEpochMilli() * 1_000,
                at.toEpochMilli() * 1_000_000,
                "2025-06-01T12:00:00.250Z",
                "2025-06-01T14:00:00.250+02:00",
                "2025-06-01 12:00:00.250+0000");
        List<Object> strange =
                List.of("yesterday", "2025-06-01T12:00:00", 12, -5L, Double.NaN, "2025-13-41T00:00:00Z", true);
        Wait.one(logs().deleteMany(new Document()));
        readable.forEach(value -> insert("timestamp", value, "readable"));
        strange.forEach(value -> insert("timestamp", value, "strange"));
        insert("timestamp", (int) seconds, "int");
        List.of("4711", "-5", "9223372036854775807").forEach(value -> insert("account_id", value, "number"));
        List.of("9223372036854775808", "007", "bot", "+49").forEach(value -> insert("account_id", value, "text"));
        List<Document> before = all();

        try (MongoLogSink sink = MongoLogSink.in(uri)) {
            sink.prepare();
            for (int round = 0; round < 2; round++) {
                for (String statement : List.of(LogRepair.accounts("worker_logs"), LogRepair.times("worker_logs"))) {
                    MongoPlaces.repair(uri, "worker_logs", statement);
                }
                assertThat(of("readable"))
                        .extracting(one -> one.get("timestamp"))
                        .containsOnly(Date.from(at));
                assertThat(of("int"))
                        .extracting(one -> one.get("timestamp"))
                        .containsOnly(Date.from(Instant.ofEpochSecond(seconds)));
                assertThat(of("number"))
                        .extracting(one -> one.get("account_id"))
                        .containsExactly(4711L, -5L, Long.MAX_VALUE);
                for (String kept : List.of("strange", "text")) {
                    assertThat(of(kept))
                            .isEqualTo(before.stream()
                                    .filter(one -> kept.equals(one.get("kind")))
                                    .toList());
                }
            }
            assertThat(sink.findings())
                    .extracting(Finding::text)
                    .anyMatch(text -> text.contains(LogRepair.times("worker_logs")));
        }
    }

    private void insert(String field, Object value, String kind) {
        Document document =
                new Document("kind", kind).append("account_id", 1L).append("timestamp", Date.from(Instant.now()));
        Wait.one(logs().insertOne(document.append(field, value)));
    }

    private List<Document> all() {
        return Wait.all(logs().find().sort(new Document("_id", 1)));
    }

    private List<Document> of(String kind) {
        return all().stream().filter(one -> kind.equals(one.get("kind"))).toList();
    }

    @Test
    void the_doctor_reads_no_more_than_a_key_for_each_account_of_a_large_collection() throws Exception {
        try (MongoLogSink sink = MongoLogSink.in(uri)) {
            sink.prepare();
            Wait.one(logs().deleteMany(
                            Filters.or(Filters.type("timestamp", "string"), Filters.type("timestamp", "number"))));
            Wait.one(database.runCommand(new Document("profile", 2)));

            List<Finding> findings = sink.findings();

            Wait.one(database.runCommand(new Document("profile", 0)));
            List<Document> read = Wait.all(database.getCollection("system.profile")
                    .find(new Document("docsExamined", new Document("$exists", true))));
            assertThat(read).isNotEmpty();
            assertThat(read.stream()
                            .map(one -> one.get("keysExamined") + " keys, " + one.get("docsExamined") + " documents, "
                                    + one.get("planSummary"))
                            .filter(one -> !one.matches("\\d{1,3} keys, \\d{1,2} documents.*")))
                    .isEmpty();
            assertThat(findings).extracting(Finding::text).noneMatch(text -> text.contains("not looked at"));
        }
    }

    /** P5: entries are taken, and what is to be done is told once. */
    @Test
    void an_index_that_is_hidden_is_told_and_looked_for_later() throws Exception {
        Wait.one(logs().createIndex(new Document("timestamp", 1), new IndexOptions().hidden(true)));
        try (MongoLogSink sink = MongoLogSink.in(uri)) {
            List<Finding> heard = heard(sink);

            sink.prepare();
            sink.append(Entries.of(WORKER, 0, 1));

            assertThat(heard)
                    .filteredOn(finding -> finding.level() == Finding.Level.WARNING)
                    .singleElement()
                    .satisfies(finding -> assertThat(finding.text()).contains("hidden", "unhideIndex"));

            Wait.one(database.runCommand(new Document("collMod", "worker_logs")
                    .append("index", new Document("name", "timestamp_1").append("hidden", false))));
            sink.prepare();

            assertThat(heard.get(heard.size() - 1).text()).isEqualTo("has its indexes");
        }
    }

    @Test
    void levels_of_other_programs_are_found_by_the_levels_that_they_mean() throws Exception {
        try (MongoLogSink sink = MongoLogSink.in(uri)) {
            sink.prepare();
            AccountId account = AccountId.of(4_100);
            LogQuery all = LogQuery.last(100_000).account(account);
            for (LogLevel least : LogLevel.values()) {
                assertThat(sink.find(all.atLeast(least)))
                        .isEqualTo(sink.find(all).stream()
                                .filter(entry -> entry.level().compareTo(least) >= 0)
                                .toList());
            }
            assertThat(Arrays.stream(LogLevel.values())
                            .map(level -> sink.find(all).stream()
                                    .filter(one -> one.level() == level)
                                    .count()))
                    .doesNotContain(0L);
        }
    }
}
