package io.workersupervisor.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Sorts;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import com.mongodb.reactivestreams.client.MongoCollection;
import io.workersupervisor.AccountId;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogQuery;
import io.workersupervisor.WorkerInspector.Finding;
import io.workersupervisor.spi.LogPosition;
import io.workersupervisor.spi.LogSink;
import io.workersupervisor.spi.LogSinkContract;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.bson.Document;
import org.bson.types.MaxKey;
import org.bson.types.MinKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsMongod
class MongoLogSinkTest extends LogSinkContract {
    private static final AccountId ACCOUNT = AccountId.of(4711);
    private static final Instant NOW = Instant.parse("2026-03-01T10:15:30.007Z");
    private static final String WORKER = "01kjmdpmq70000000000000001";

    private final List<LogSink> open = new ArrayList<>();
    private String database;
    private MongoClient client;

    @BeforeEach
    void choosePlace() throws Exception {
        database = TestMongo.freshName();
        client = MongoClients.create(TestMongo.set().uri("admin"));
    }

    @AfterEach
    void close() {
        open.forEach(LogSink::close);
        if (client != null) { // a test that was skipped has none
            client.close();
        }
    }

    @Override
    protected MongoLogSink sink() {
        return open.isEmpty() ? another() : (MongoLogSink) open.get(0);
    }

    @Override
    protected MongoLogSink another() {
        return opened(MongoLogSink.in(MongoPlace.of(client, database)));
    }

    private MongoLogSink opened(MongoLogSink sink) {
        open.add(sink);
        return sink;
    }

    private MongoCollection<Document> stored() {
        return client.getDatabase(database).getCollection("worker_logs");
    }

    private static LogEntry entry(long offset, LogLevel level, Instant at) {
        return entry(ACCOUNT, offset, level, at, "entry at " + offset);
    }

    private static LogEntry entry(AccountId account, long offset, LogLevel level, Instant at, String message) {
        return new LogEntry(
                Optional.of(new LogPosition(WORKER, offset)),
                account,
                Optional.of("user-1"),
                level,
                at,
                false,
                Optional.empty(),
                message);
    }

    private static List<LogEntry> entries(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> entry(i * 100L, LogLevel.INFO, NOW.plusSeconds(i)))
                .toList();
    }

    @Test
    void documents_that_are_no_entries_hide_none_behind_them() {
        sink().append(entries(3));
        List<Document> others = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Date later = Date.from(NOW.plusSeconds(60 + i));
            others.add(new Document("account_id", new Document("of", i)).append("timestamp", later));
            others.add(new Document("account_id", "x".repeat(65)).append("timestamp", later));
            others.add(new Document("account_id", 1L).append("timestamp", "2026-03-01T10:16:30Z"));
            others.add(new Document("timestamp", later));
        }
        Wait.all(stored().insertMany(others));

        assertThat(sink().find(LogQuery.last(2)))
                .extracting(LogEntry::message)
                .containsExactly("entry at 100", "entry at 200");
    }

    @Test
    void the_documents_read_as_operators_expect() {
        sink().append(List.of(entry(5, LogLevel.ERROR, NOW)));

        assertThat(Wait.all(stored().find()))
                .containsExactly(new Document("_id", new Document("w", WORKER).append("o", 5L))
                        .append("user_id", "user-1")
                        .append("account_id", 4711L)
                        .append("level", "ERROR")
                        .append("message", "entry at 5")
                        .append("timestamp", Date.from(NOW))
                        .append("worker_id", WORKER));
    }

    @Test
    void a_batch_of_many_thousands_is_stored_whole() {
        List<LogEntry> entries = entries(3 * EntryWriter.MOST + 7);

        assertThat(sink().append(entries)).isEmpty();

        assertThat(sink().find(LogQuery.last(entries.size() + 1))).containsExactlyElementsOf(entries);
    }

    /** P5: what cannot be stored never holds up what stands behind it. */
    @Test
    void p5_an_entry_that_is_too_large_is_returned_and_the_others_are_stored() {
        LogEntry huge = entry(ACCOUNT, 50, LogLevel.INFO, NOW, "x".repeat(17 * 1024 * 1024));
        List<LogEntry> entries = new ArrayList<>(entries(10));
        entries.add(4, huge);

        List<LogSink.Rejected> rejected = sink().append(entries);

        assertThat(rejected).extracting(LogSink.Rejected::entry).containsExactly(huge);
        assertThat(rejected).extracting(LogSink.Rejected::why).allMatch(why -> why.contains("bytes"));
        assertThat(sink().find(LogQuery.last(100))).hasSize(10).doesNotContain(huge);
    }

    /** P5: a rule that the operator gave the collection refuses an entry, not its batch. */
    @Test
    void p5_an_entry_that_a_validator_refuses_is_returned_and_the_others_are_stored() {
        sink().append(entries(1));
        Document rule = new Document("level", new Document("$ne", "DEBUG"));
        Wait.one(client.getDatabase(database)
                .runCommand(new Document("collMod", "worker_logs").append("validator", rule)));
        LogEntry refused = entry(150, LogLevel.DEBUG, NOW);
        List<LogEntry> entries = new ArrayList<>(entries(10));
        entries.add(3, refused);

        List<LogSink.Rejected> rejected = sink().append(entries);

        assertThat(rejected).extracting(LogSink.Rejected::entry).containsExactly(refused);
        assertThat(rejected).extracting(LogSink.Rejected::why).allMatch(why -> why.contains("121"));
        assertThat(sink().find(LogQuery.last(100))).hasSize(10);
    }

    /** P5: a duplicate of another key is no entry that is there already. */
    @Test
    void p5_an_entry_that_a_unique_index_of_others_refuses_is_not_taken_for_stored() {
        sink().append(entries(1));
        Wait.one(stored().createIndex(new Document("message", 1), new IndexOptions().unique(true)));
        LogEntry same = entry(ACCOUNT, 999, LogLevel.INFO, NOW, "entry at 0");

        List<LogSink.Rejected> rejected = sink().append(List.of(same, entry(1000, LogLevel.INFO, NOW)));

        assertThat(rejected).extracting(LogSink.Rejected::entry).containsExactly(same);
        assertThat(sink().find(LogQuery.last(100))).hasSize(2);
    }

    @Test
    void documents_of_other_programs_are_found_as_entries_without_a_position() {
        sink().append(List.of(entry(0, LogLevel.INFO, NOW)));
        Wait.one(stored().insertOne(new Document("user_id", 7)
                .append("account_id", 4711)
                .append("level", "warn")
                .append("message", "of the old logger")
                .append("timestamp", Date.from(NOW.plusSeconds(1)))));
        Wait.one(stored().insertOne(new Document("note", "no entry at all")));

        List<LogEntry> found = sink().find(LogQuery.last(10));

        assertThat(found)
                .containsExactly(
                        entry(0, LogLevel.INFO, NOW),
                        new LogEntry(
                                Optional.empty(),
                                ACCOUNT,
                                Optional.of("7"),
                                LogLevel.WARNING,
                                NOW.plusSeconds(1),
                                false,
                                Optional.empty(),
                                "of the old logger"));
        assertThat(sink().find(LogQuery.last(10).account(ACCOUNT))).hasSize(2);
    }

    /** Entries of one millisecond at the edge of the limit, stored in no order. */
    @Test
    void the_last_ones_of_one_time_are_those_written_last_in_whatever_order_they_came() {
        List<LogEntry> entries = IntStream.range(0, 40)
                .mapToObj(i -> entry(i * 10L, i % 2 == 0 ? LogLevel.ERROR : LogLevel.WARNING, NOW))
                .toList();
        List<LogEntry> shuffled = new ArrayList<>(entries);
        Collections.shuffle(shuffled, new Random(4));
        shuffled.forEach(entry -> sink().append(List.of(entry)));
        sink().append(List.of(entry(1_000, LogLevel.ERROR, NOW.plusSeconds(1))));

        for (LogQuery query : List.of(
                LogQuery.last(8),
                LogQuery.last(8).account(ACCOUNT),
                LogQuery.last(8).account(ACCOUNT).atLeast(LogLevel.WARNING))) {
            List<LogEntry> found = sink().find(query);
            assertThat(found.subList(0, 7)).containsExactlyElementsOf(entries.subList(33, 40));
            assertThat(found.get(7).requirePosition().offset()).isEqualTo(1_000);
        }
    }

    @Test
    void levels_as_operators_query_them_are_found_with_the_indexes_alone() {
        sink().append(entries(500));
        sink().append(IntStream.range(0, 500)
                .mapToObj(i -> entry(
                        AccountId.of(i % 50),
                        100_000 + i,
                        List.of(LogLevel.values()).get(i % 5),
                        NOW.plusSeconds(i),
                        "of account " + i % 50))
                .toList());
        Document account = new Document("account_id", 7L);
        Document period = new Document("account_id", 7L)
                .append("timestamp", new Document("$gte", Date.from(NOW.minusSeconds(86_400))));
        Document grave =
                new Document("account_id", 7L).append("level", new Document("$in", List.of("ERROR", "WARNING")));

        for (Document find : List.of(find(new Document(), 100), find(grave, 50), find(period, 0), find(account, 20))) {
            Document plan = plan(find);
            assertThat(plan.toJson())
                    .as("plan of %s", find.toJson())
                    .contains("IXSCAN")
                    .doesNotContain("\"SORT\"");
        }
    }

    /** The library's own searches read no more than they return. */
    @Test
    void searches_of_the_library_use_the_same_indexes() {
        sink().append(entries(300));
        Document worker = new Document(
                "_id",
                new Document("$gte", EntryMapper.id(WORKER, new MinKey()))
                        .append("$lte", EntryMapper.id(WORKER, new MaxKey())));

        Document plan = plan(new Document("find", "worker_logs")
                .append("filter", worker)
                .append("sort", new Document("_id", -1))
                .append("limit", 20));

        assertThat(plan.toJson()).contains("IXSCAN").doesNotContain("\"SORT\"");
        assertThat(plan.get("executionStats", Document.class).getInteger("totalKeysExamined"))
                .isLessThanOrEqualTo(20);
    }

    private static Document find(Document filter, int limit) {
        return new Document("find", "worker_logs")
                .append("filter", filter)
                .append("sort", new Document("timestamp", -1))
                .append("limit", limit);
    }

    private Document plan(Document find) {
        return Wait.one(client.getDatabase(database)
                        .runCommand(new Document("explain", find).append("verbosity", "executionStats")))
                .map(plan -> new Document(
                                "plan", plan.get("queryPlanner", Document.class).get("winningPlan"))
                        .append("executionStats", plan.get("executionStats")))
                .orElseThrow();
    }

    @Test
    void the_retention_is_made_and_changed_later() {
        MongoLogSink fresh = opened(MongoLogSink.in(MongoPlace.of(client, database)));
        append(fresh.keepingFor(Duration.ofDays(30)), entry(0, LogLevel.INFO, Instant.now()));
        Optional<Long> first = expiry();
        append(fresh.keepingFor(Duration.ofDays(7)), entry(1, LogLevel.INFO, Instant.now()));
        Optional<Long> second = expiry();
        another().append(entries(2));

        assertThat(first).contains(30 * 86_400L);
        assertThat(second).contains(7 * 86_400L);
        assertThat(expiry()).as("a sink without retention changes none").contains(7 * 86_400L);
    }

    @Test
    void a_collection_without_a_retention_is_given_one() {
        append(sink(), entry(0, LogLevel.INFO, Instant.now()));
        Optional<Long> none = expiry();

        append(sink().keepingFor(Duration.ofDays(7)), entry(1, LogLevel.INFO, Instant.now()));

        assertThat(none).isEmpty();
        assertThat(expiry()).contains(7 * 86_400L);
    }

    @Test
    void documents_older_than_the_retention_are_deleted_only_when_that_is_confirmed() {
        sink().append(entries(10));
        Wait.one(stored().insertOne(new Document("account_id", 1L).append("timestamp", "2024-01-01")));
        Wait.one(stored().dropIndexes());
        MongoLogSink keeping = sink().keepingFor(Duration.ofDays(1));

        List<Finding> told = append(keeping, entry(5_000, LogLevel.INFO, Instant.now()));

        assertThat(expiry()).isEmpty();
        assertThat(told).singleElement().satisfies(finding -> {
            assertThat(finding.level()).isEqualTo(Finding.Level.WARNING);
            assertThat(finding.text())
                    .contains("10 documents are older", "1 keep their time as text", "deletingOlder()");
        });
        assertThat(opened(keeping).findings())
                .extracting(Finding::text)
                .anyMatch(text -> text.contains("10 documents"));
        assertThat(append(keeping.deletingOlder(), entry(5_001, LogLevel.INFO, Instant.now())))
                .isEmpty();
        assertThat(expiry()).contains(86_400L);
    }

    private List<Finding> append(MongoLogSink sink, LogEntry entry) {
        List<Finding> told = new CopyOnWriteArrayList<>();
        opened(sink).reportTo(told::add);
        sink.append(List.of(entry));
        return told;
    }

    private List<Finding> troubles() {
        return sink().findings().stream()
                .filter(finding -> finding.level() != Finding.Level.OK)
                .toList();
    }

    private Optional<Long> expiry() {
        for (Document index : Wait.all(stored().listIndexes())) {
            if (new Document("timestamp", 1).equals(index.get("key"))) {
                return Optional.ofNullable(index.get("expireAfterSeconds", Number.class))
                        .map(Number::longValue);
            }
        }
        throw new AssertionError("no index on timestamp");
    }

    @Test
    void types_of_older_documents_that_queries_would_miss_are_found() {
        sink().append(List.of(
                entry(0, LogLevel.INFO, NOW),
                entry(AccountId.of("007"), 1, LogLevel.INFO, NOW, "text"),
                entry(AccountId.of("bot"), 2, LogLevel.INFO, NOW, "text")));
        assertThat(troubles()).isEmpty();

        Wait.one(stored().insertOne(new Document("account_id", "4711").append("timestamp", Date.from(NOW))));
        assertThat(troubles()).singleElement().asString().contains("written as text");
        Wait.one(stored().insertOne(new Document("account_id", true).append("timestamp", "2026-01-01T00:00:00Z")));
        assertThat(troubles())
                .hasSize(3)
                .anyMatch(finding -> finding.text().contains("neither a number nor text"))
                .anyMatch(finding -> finding.text().contains("timestamp is no date"));
    }

    @Test
    void the_prefix_names_the_collection_and_the_sink() {
        MongoLogSink sink =
                opened(MongoLogSink.in(MongoPlace.of(client, database).prefix("My_Bots_")));

        sink.append(entries(1));

        assertThat(sink.name()).isEqualTo("mongo-my-bots");
        assertThat(another().name()).isEqualTo("mongo");
        assertThat(Wait.all(client.getDatabase(database).listCollectionNames())).containsExactly("My_Bots_worker_logs");
    }

    @Test
    void the_newest_is_found_by_a_plain_sort_of_a_shell() {
        sink().append(entries(30));

        List<Document> last =
                Wait.all(stored().find().sort(Sorts.descending("timestamp")).limit(2));

        assertThat(last).extracting(one -> one.getString("message")).containsExactly("entry at 2900", "entry at 2800");
    }
}
