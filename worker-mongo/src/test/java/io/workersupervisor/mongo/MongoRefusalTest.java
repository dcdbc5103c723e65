package io.workersupervisor.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import com.mongodb.reactivestreams.client.MongoCollection;
import io.workersupervisor.AccountId;
import io.workersupervisor.LogQuery;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.RegistryException;
import io.workersupervisor.Rows;
import io.workersupervisor.WorkerInspector.Finding;
import io.workersupervisor.spi.CorruptRowException;
import io.workersupervisor.spi.RowListing;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRow;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be used is refused at once, in words, and without the password. */
@NeedsMongod
class MongoRefusalTest {
    private static final AccountId ACCOUNT = AccountId.of(4711);

    private ReplicaSet set;
    private String name;
    private MongoClient client;

    @BeforeEach
    void open() throws Exception {
        set = TestMongo.set();
        name = TestMongo.freshName();
        client = MongoClients.create(set.uri("admin"));
    }

    @AfterEach
    void close() {
        if (client != null) { // a test that was skipped has none
            client.close();
        }
    }

    private MongoCollection<Document> stored(String collection) {
        return client.getDatabase(name).getCollection(collection);
    }

    private static String everything(Throwable error) {
        StringWriter text = new StringWriter();
        error.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private RegistryException refusal(String uri) {
        long began = System.nanoTime();
        RegistryException refused = catchThrowableOfType(
                RegistryException.class, () -> MongoWorkerRegistry.open(uri).close());
        assertThat(refused).isNotNull();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
        return refused;
    }

    @Test
    void P8_a_wrong_password_is_told_at_once_and_shown_nowhere() {
        RegistryException refused = refusal(set.uri("root", "wrong-" + set.password(), name));

        assertThat(refused).hasMessageContaining("does not accept the user").hasMessageContaining("root");
        assertThat(everything(refused)).doesNotContain(set.password());
    }

    @Test
    void a_user_without_the_rights_is_told_which_ones_are_missing() {
        createUser("reader", new Document("role", "read").append("db", name));

        assertThat(refusal(set.uri("reader" + name, "pw1", name)))
                .hasMessageContaining("not authorized")
                .hasMessageContaining("createIndex on worker_registry");
    }

    /** The least rights of the README are enough for all that is done. */
    @Test
    void a_user_with_the_least_rights_can_do_everything() {
        Document registry = allowed("worker_registry", "find", "insert", "update", "remove", "createIndex");
        Document stops = allowed("worker_stops", "find", "insert", "update", "remove", "createIndex");
        Document meta = allowed("worker_meta", "find", "insert");
        Document logs = allowed("worker_logs", "find", "insert", "createIndex");
        Wait.one(client.getDatabase(name)
                .runCommand(new Document("createRole", "supervisor")
                        .append("privileges", List.of(registry, stops, meta, logs))
                        .append("roles", List.of())));
        createUser("least", new Document("role", "supervisor").append("db", name));
        String uri = set.uri("least" + name, "pw1", name);

        try (MongoWorkerRegistry host = MongoWorkerRegistry.open(uri);
                MongoLogSink sink = MongoLogSink.in(uri)) {
            WorkerRow row = Rows.claim(Optional.empty(), ACCOUNT, Rows.workerId(1));
            assertThat(host.update(Optional.empty(), row)).isTrue();
            for (int worker = 1; worker <= 25; worker++) {
                host.file(Rows.report(Rows.claim(Optional.of(row), ACCOUNT, Rows.workerId(worker))));
            }
            assertThat(host.reports(ACCOUNT, 100)).hasSize(20);
            assertThat(sink.append(Entries.of(Rows.workerId(1), 0, 5))).isEmpty();
            assertThat(sink.find(LogQuery.last(10))).hasSize(5);
            assertThat(sink.findings()).extracting(Finding::level).containsOnly(Finding.Level.OK);
        }
        try (MongoLogSink sink = MongoLogSink.in(uri).keepingFor(Duration.ofDays(1))) {
            assertThat(sink.append(Entries.of(Rows.workerId(1), 0, 7)))
                    .as("entries are taken though the retention may not be changed")
                    .isEmpty();
        }
    }

    @Test
    void one_who_looks_needs_to_read_only_and_makes_nothing() {
        createUser("looker", new Document("role", "read").append("db", name));
        MongoPlace place = MongoPlace.of(set.uri("looker" + name, "pw1", name));
        assertThatThrownBy(() -> MongoWorkerRegistry.openReadOnly(place))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("holds no registry");
        assertThat(Wait.all(client.getDatabase(name).listCollectionNames())).isEmpty();
        try (MongoWorkerRegistry host = MongoWorkerRegistry.open(set.uri(name))) {
            host.update(Optional.empty(), Rows.first(1));
        }

        try (MongoWorkerRegistry looking = MongoWorkerRegistry.openReadOnly(place)) {
            WorkerRow row = looking.find(AccountId.of(1)).orElseThrow();
            assertThat(looking.list(RowSelection.ALL).rows()).containsExactly(row);
            assertThat(looking.reports(AccountId.of(1), 1)).isEmpty();
            assertThatThrownBy(() -> looking.update(Optional.of(row), Rows.claim(Optional.of(row), row.account(), "w")))
                    .isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> looking.file(Rows.report(row))).isInstanceOf(UnsupportedOperationException.class);
        }
    }

    private void createUser(String user, Document role) {
        Wait.one(client.getDatabase("admin")
                .runCommand(new Document("createUser", user + name)
                        .append("pwd", "pw1")
                        .append("roles", List.of(role))));
    }

    private Document allowed(String collection, String... actions) {
        return new Document("resource", new Document("db", name).append("collection", collection))
                .append("actions", List.of(actions));
    }

    @Test
    @Needs(Need.OWN_MONGOD)
    void one_member_without_the_name_of_its_set_is_refused_as_a_new_primary_would_not_be_found() throws Exception {
        String one = TestMongo.set().primary().address();
        String uri = "mongodb://root:" + set.password() + "@" + one + "/" + name + "?authSource=admin";

        assertThat(refusal(uri)).hasMessageContaining("replicaSet=rs0");
        try (MongoLogSink sink = MongoLogSink.in(uri)) {
            assertThatThrownBy(() -> sink.append(Entries.of(Rows.workerId(1), 0, 5)))
                    .isInstanceOf(LogSinkException.class)
                    .hasMessageContaining("replicaSet=rs0");
        }
    }

    @Test
    @Needs(Need.OWN_MONGOD)
    void a_single_server_is_refused_as_a_registry_and_taken_as_a_log_sink(@TempDir Path directory) throws Exception {
        try (MongoPlaces.Single single = MongoPlaces.Single.start(directory.resolve("single"));
                MongoLogSink sink = MongoLogSink.in(single.uri())) {
            assertThat(refusal(single.uri()))
                    .hasMessageContaining("is not a replica set")
                    .hasMessageContaining("--replSet");
            assertThat(sink.append(Entries.of(Rows.workerId(1), 0, 5))).isEmpty();
            assertThat(sink.find(LogQuery.last(10))).hasSize(5);
        }
    }

    @Test
    void a_registry_of_a_newer_version_is_refused() {
        MongoWorkerRegistry.open(set.uri(name)).close();
        Wait.one(stored("worker_meta").updateOne(new Document(), new Document("$set", new Document("min_reader", 2))));

        assertThat(refusal(set.uri(name))).hasMessageContaining("newer version");
    }

    @Test
    void rows_without_their_meta_are_refused() {
        try (MongoWorkerRegistry host = MongoWorkerRegistry.open(set.uri(name))) {
            host.update(Optional.empty(), Rows.first(1));
        }
        Wait.one(stored("worker_meta").drop());

        assertThat(refusal(set.uri(name))).hasMessageContaining("worker_meta").hasMessageContaining("backup");
    }

    @Test
    void a_server_that_is_not_there_is_told_with_its_address_and_stops_no_sink_from_being_made() {
        MongoPlace nowhere =
                MongoPlace.of("mongodb://u:geheim@127.0.0.1:1/x?replicaSet=rs0").timeout(Duration.ofSeconds(1));

        RegistryException refused =
                catchThrowableOfType(RegistryException.class, () -> MongoWorkerRegistry.open(nowhere));

        assertThat(refused)
                .hasMessageContaining("127.0.0.1:1/x as u")
                .hasMessageContaining("nobody listens at this port");
        assertThat(everything(refused)).doesNotContain("geheim");
        try (MongoLogSink sink = MongoLogSink.in(nowhere)) {
            LogSinkException down =
                    catchThrowableOfType(LogSinkException.class, () -> sink.append(Entries.of(Rows.workerId(1), 0, 5)));
            assertThat(everything(down)).contains("127.0.0.1:1").doesNotContain("geheim");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "geheim",
                "mongodb://",
                "mongodb://u:geheim@",
                "mongodb://u:ge%zzheim@h/db",
                "mongodb://u:geheim:geheim@h",
                "mongodb://u:geheim/geheim@h/db",
                "mongodb://u:geheim@h:port/db",
                "http://u:geheim@h/db"
            })
    void P8_a_connection_string_that_cannot_be_read_is_not_quoted(String uri) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MongoPlace.of(uri))
                .satisfies(
                        e -> assertThat(everything(e)).doesNotContain("geheim").doesNotContain("zz"));
    }

    @Test
    void P8_no_text_of_a_place_shows_the_password() {
        MongoPlace place = MongoPlace.of(set.uri(name)).prefix("a_");

        assertThat(place.toString()).contains(name).contains("as root").doesNotContain(set.password());
        assertThat(MongoPlace.of("mongodb+srv://u:" + set.password() + "@db.example.net/x")
                        .toString())
                .isEqualTo("MongoDB db.example.net");
        assertThat(MongoPlace.of(client, name).toString()).contains(name).doesNotContain(set.password());
    }

    /** P7: a document that somebody changed by hand. */
    @Test
    void P7_a_row_that_cannot_be_read_is_named_with_its_repair_and_hides_no_other() {
        try (MongoWorkerRegistry host =
                MongoWorkerRegistry.open(MongoPlace.of(set.uri(name)).prefix("p-"))) {
            host.update(Optional.empty(), Rows.first(1));
            host.update(Optional.empty(), Rows.first(4711));
            Document row = new Document("_id", 4711L);
            Wait.one(stored("p-worker_registry").updateOne(row, new Document("$set", new Document("state", 5))));

            RowListing listing = host.list(RowSelection.openOf("node-1"));

            assertThat(listing.rows()).extracting(WorkerRow::account).containsExactly(AccountId.of(1));
            assertThat(listing.unreadable())
                    .singleElement()
                    .asString()
                    .contains("account 4711", "state must be text")
                    .contains("db.getCollection(\"p-worker_registry\").updateOne({_id: NumberLong(\"4711\")}");
            assertThatThrownBy(() -> host.find(ACCOUNT))
                    .isInstanceOf(CorruptRowException.class)
                    .hasMessageContaining("4711");
        }
    }

    /** A shell makes doubles of whole numbers. */
    @Test
    void numbers_that_a_shell_has_turned_into_doubles_are_read() {
        try (MongoWorkerRegistry host = MongoWorkerRegistry.open(set.uri(name))) {
            host.update(Optional.empty(), Rows.first(1));
            Wait.one(stored("worker_registry")
                    .updateOne(new Document("_id", 1), new Document("$inc", new Document("version", 1.0))));

            WorkerRow found = host.find(AccountId.of(1)).orElseThrow();

            assertThat(found.revision()).isEqualTo(2);
            assertThat(host.update(Optional.of(found), Rows.claim(Optional.of(found), found.account(), "w")))
                    .isTrue();
        }
    }

    /** What comes from outside is a value, whatever it looks like. */
    @Test
    void values_that_look_like_field_paths_or_operators_come_back_as_they_are() {
        AccountId account = AccountId.of("_id");
        WorkerRow plain = Rows.claim(Optional.empty(), account, "$node");
        WorkerRow row = new WorkerRow(
                account,
                1,
                1,
                "$node",
                "$$ROOT",
                plain.state(),
                plain.desired(),
                plain.startedAt(),
                Optional.of("$user_id"),
                Optional.of("{\"$gt\": \"\"}"),
                plain.detail());
        try (MongoWorkerRegistry host = MongoWorkerRegistry.open(set.uri(name))) {
            assertThat(host.update(Optional.empty(), row)).isTrue();
            assertThat(host.find(account)).contains(row);
            WorkerRow next = Rows.claim(Optional.of(row), account, "$$NOW");
            assertThat(host.update(Optional.of(row), next)).isTrue();
            assertThat(host.find(account)).contains(next);
        }
    }

    @Test
    void a_client_of_the_application_is_left_open_and_a_closed_registry_says_so() {
        MongoWorkerRegistry host = MongoWorkerRegistry.open(MongoPlace.of(client, name));
        MongoLogSink sink = MongoLogSink.in(MongoPlace.of(client, name));
        sink.append(Entries.of(Rows.workerId(1), 0, 1));

        host.close();
        host.close();
        sink.close();
        sink.close();

        assertThatIllegalStateException().isThrownBy(() -> host.find(ACCOUNT)).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(() -> sink.find(LogQuery.last(1)));
        assertThat(Wait.one(stored("worker_logs").countDocuments())).contains(1L);
    }
}
