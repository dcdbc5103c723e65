package io.workersupervisor.examples.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonParser;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.examples.Programs;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.MongoUri;
import io.workersupervisor.mongo.MongoLogSink;
import io.workersupervisor.mongo.MongoPlaces;
import io.workersupervisor.mongo.NeedsMongod;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console on a real replica set; everything that it prints and stores is searched for the password (P8). */
@NeedsMongod
class MongoConsoleTest {
    /** What would end a connection string early, or mean something else in it. */
    private static final String STRANGE = "p@ss:w/o?r#d%41+ \u00fc&=";

    private final Path home;
    private final Path data;
    private final Programs programs;
    private String uri = "";

    MongoConsoleTest(@TempDir Path temporary) throws IOException {
        this.home = temporary.toRealPath();
        this.data = home.resolve("data");
        this.programs = new Programs(home, data);
    }

    @BeforeEach
    void open() throws Exception {
        uri = MongoPlaces.freshUri();
    }

    @AfterEach
    void endAll() {
        programs.close();
    }

    @Test
    void entries_go_to_mongodb_and_are_found_there_beside_those_of_other_programs() throws Exception {
        programs.environment(MongoUri.URI, uri);
        host("--mongo-prefix", "bots_");
        start("4711", "--", "sh", "-c", "echo 'INFO: one'; echo 'ERROR: two'; exec sleep 300");
        await().atMost(Duration.ofSeconds(30)).until(() -> shipped() == 2);
        Instant later = Instant.now().plusSeconds(5);
        MongoPlaces.insert(uri, "bots_worker_logs", foreign(4711L, "WARN", "foreign", later));

        Programs.Ended logs = console("logs", "4711", "--mongo-prefix", "bots_");
        Programs.Ended tail = console("tail", "4711", "--mongo-prefix", "bots_", "--json");
        Programs.Ended doctor = console("doctor", "--mongo-prefix", "bots_");

        assertThat(logs.out().lines().map(line -> line.replaceFirst("^\\S+ \\S+ \\S+ +", "")))
                .containsExactly("INFO     4711 one", "ERROR    4711 two", "WARNING  4711 foreign");
        assertThat(logs.err()).isEmpty();
        assertThat(tail.out().lines().map(line -> JsonParser.parseString(line).getAsJsonObject()))
                .extracting(entry -> entry.has("worker_id"))
                .containsExactly(true, true, false);
        assertThat(doctor.out()).contains("log sink mongo-bots answers", "log sink mongo-bots has all");
        assertThat(data.resolve("logs/logs.db")).doesNotExist();
        assertThatNothingTellsThePassword();
    }

    @Test
    void more_than_memory_holds_is_printed_page_by_page() throws Exception {
        programs.environment(MongoUri.URI, uri);
        try (MongoLogSink sink = MongoLogSink.in(uri)) {
            ManyEntries.append(sink);
        }

        ManyEntries.assertThatAllArePrinted(programs, "logs", "--since", "2020-01-01");
    }

    @Test
    void what_the_sink_does_not_have_yet_is_put_between_what_other_programs_wrote() throws Exception {
        programs.environment(MongoUri.URI, uri);
        Programs.Running host = host();
        start("5", "--", "sh", "-c", "echo one; until [ -e go ]; do sleep 0.1; done; echo two; exec sleep 300");
        await().atMost(Duration.ofSeconds(30)).until(() -> shipped() == 1);
        host.process().destroyForcibly().waitFor();
        Files.createFile(home.resolve("go"));
        await().until(() -> logged("5").contains("two"));
        MongoPlaces.insert(
                uri,
                "worker_logs",
                foreign(5L, "INFO", "long ago", Instant.now().minusSeconds(600)),
                foreign(5L, "INFO", "to come", Instant.now().plusSeconds(600)));

        Programs.Ended all = console("logs", "5");
        Programs.Ended last = console("logs", "5", "--last", "2");

        assertThat(messages(all)).containsExactly("long ago", "one", "two", "to come");
        assertThat(messages(last)).containsExactly("two", "to come");
        assertThat(all.err())
                .contains("1 entry is from the workers' files: log sink mongo does not have all yet")
                .hasLineCount(1);
    }

    /** However many accounts there are, and however many workers live. */
    @Test
    void a_thousand_accounts_are_shown_with_three_statements() throws Exception {
        programs.environment(MongoUri.URI, uri);
        start("1", "--registry", "mongo", "--", "sleep", "300");
        console("stop", "1", "--registry", "mongo");
        for (String account : List.of("2", "3", "4", "5")) {
            start(account, "--registry", "mongo", "--", "sleep", "300");
        }
        copies("worker_registry", "_id");
        copies("worker_stops", "account_id");

        assertThat(console("ps", "--registry", "mongo", "--json").out()).contains("\"accounts\":1000,\"running\":4");
        assertThat(statements("ps", "--registry", "mongo")).isLessThanOrEqualTo(3);
        assertThat(statements("why", "--all", "--registry", "mongo")).isLessThanOrEqualTo(3);
    }

    /** Makes a thousand accounts of the document of the first one and what there is. */
    private void copies(String collection, String account) {
        List<Document> all = MongoPlaces.all(uri, collection);
        Document first = all.stream()
                .filter(one -> Long.valueOf(1).equals(one.get(account)))
                .findFirst()
                .orElseThrow();
        String worker = MongoPlaces.all(uri, "worker_stops").get(0).getString("_id");
        MongoPlaces.insert(
                uri,
                collection,
                IntStream.range(all.size(), 1_000)
                        .mapToObj(number -> copy(first, worker, number).append(account, 1_000L + number))
                        .toArray(Document[]::new));
    }

    private static Document copy(Document first, String worker, int number) {
        Document copy = new Document();
        String id = worker.substring(0, 22) + "%04d".formatted(number);
        first.forEach(
                (field, value) -> copy.append(field, value instanceof String text ? text.replace(worker, id) : value));
        return copy;
    }

    /** The statements on rows and reports that a command of the console runs. */
    private long statements(String command, String... words) throws Exception {
        MongoPlaces.run(uri, new Document("profile", 2));
        long begun = System.nanoTime();
        Programs.Ended ended = console(command, words);
        System.out.println(command + " of 1000 accounts: " + (System.nanoTime() - begun) / 1_000_000
                + " ms with the start of its JVM");
        MongoPlaces.run(uri, new Document("profile", 0));
        assertThat(ended.exitCode()).as(ended.err()).isEqualTo(ExitCode.DONE);
        List<Document> profile = MongoPlaces.all(uri, "system.profile");
        MongoPlaces.run(uri, new Document("drop", "system.profile"));
        List<Document> seen = profile.stream()
                .filter(one -> one.getString("ns").matches(".*worker_(registry|stops)"))
                .toList();
        seen.forEach(one -> System.out.println("  " + one.getString("op") + " " + one.getString("ns") + " "
                + one.get("millis") + " ms, " + one.get("nreturned") + " documents"));
        return seen.size();
    }

    @Test
    void documents_that_queries_miss_are_told_by_the_doctor() throws Exception {
        programs.environment(MongoUri.URI, uri);
        start("5", "--", "sleep", "300");
        MongoPlaces.insert(
                uri,
                "worker_logs",
                foreign("5", "INFO", "as text", Instant.now()).append("account_id", "5"));

        Programs.Ended doctor = console("doctor");

        assertThat(doctor.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(doctor.out()).contains("WARNING  account_id is a number written as text", "updateMany");
    }

    @Test
    void indexes_are_built_ahead_of_the_first_host_and_nothing_of_others_is_deleted_unasked() throws Exception {
        programs.environment(MongoUri.URI, uri);
        MongoPlaces.insert(
                uri, "worker_logs", foreign(4711L, "WARN", "old", Instant.now().minus(Duration.ofDays(90))));

        Programs.Ended dry = console("mongo", "prepare", "--dry-run");
        Programs.Ended done = console("mongo", "prepare");
        Programs.Ended again = console("mongo", "prepare", "--json");
        Programs.Ended logs = console("logs", "--level", "WARNING");
        Programs.Ended wrong = console("host", "--delete-older");

        assertThat(dry.out())
                .contains("1 documents, missing indexes: ", "db.getCollection(\"worker_logs\").createIndexes([");
        assertThat(done.exitCode()).isZero();
        assertThat(JsonParser.parseString(again.out())
                        .getAsJsonObject()
                        .get("missing")
                        .getAsJsonArray())
                .isEmpty();
        assertThat(logs.out()).contains("WARNING  4711 old");
        assertThat(wrong.err()).contains("--delete-older needs --log-keep");
        host("--log-keep", "30d");
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            start("4712", "--", "sh", "-c", "echo 'INFO: one'; exec sleep 300");
            return console("doctor").out().contains("1 documents are older and would be deleted");
        });
        assertThatNothingTellsThePassword();
    }

    @Test
    void the_registry_is_in_mongodb_where_that_is_wanted() throws Exception {
        programs.environment(MongoUri.URI, uri);
        String[] shared = {"--registry", "mongo"};
        start("4711", with(shared, "--", "sleep", "300"));
        Programs.Running host = host(shared);

        Programs.Ended again = console("start", with(shared, "4711", "--", "sleep", "300"));
        Programs.Ended ps = console("ps", shared);
        Programs.Ended doctor = console("doctor", shared);
        Programs.Ended stopped = console("stop", with(shared, "4711"));
        Programs.Ended why = console("why", with(shared, "4711"));
        Programs.Ended sqlite = console("ps");

        assertThat(host.printed()).contains("workers running: 1");
        assertThat(again.exitCode()).isEqualTo(ExitCode.ALREADY_RUNNING);
        assertThat(ps.out()).contains("RUNNING");
        assertThat(doctor.out()).contains("registry mongo-", "1 rows, 1 running");
        assertThat(stopped.exitCode()).as(stopped.err()).isEqualTo(ExitCode.DONE);
        assertThat(why.out()).contains("STOPPED_ON_REQUEST");
        assertThat(sqlite.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(sqlite.err()).contains("registry.db", "--registry mongo").hasLineCount(1);
        assertThat(data.resolve("registry.db")).doesNotExist();
        assertThatNothingTellsThePassword();
    }

    @Test
    void looking_at_a_registry_that_is_not_there_makes_none() throws Exception {
        programs.environment(MongoUri.URI, uri);
        start("5", "--registry", "mongo", "--", "sleep", "300");

        Programs.Ended elsewhere = console("ps", "--registry", "mongo", "--mongo-prefix", "other_");
        Programs.Ended again = console("ps", "--registry", "mongo", "--mongo-prefix", "other_");

        assertThat(elsewhere.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(elsewhere.err()).contains("holds no registry", "prefix").hasLineCount(1);
        assertThat(again.err()).isEqualTo(elsewhere.err());
    }

    @Test
    void a_password_of_any_characters_comes_from_a_file_or_the_environment() throws Exception {
        String name = "strange" + System.nanoTime();
        MongoPlaces.createUser(uri, name, STRANGE);
        String user = uri.replaceFirst("//[^@]*@", "//" + name + "@");
        Path file = Files.writeString(home.resolve("password"), STRANGE + "\n");

        start(
                "5",
                "--registry",
                "mongo",
                "--mongo",
                user,
                "--mongo-password-file",
                file.toString(),
                "--",
                "sleep",
                "300");
        programs.environment(MongoUri.PASSWORD, STRANGE);
        Programs.Ended ps = console("ps", "--registry", "mongo", "--mongo", user);
        programs.environment(MongoUri.PASSWORD, STRANGE + "x");
        Programs.Ended wrong = console("ps", "--registry", "mongo", "--mongo", user);
        Programs.Ended logs =
                console("logs", "--registry", "mongo", "--mongo", user, "--mongo-password-file", file.toString());

        assertThat(ps.err()).isEmpty();
        assertThat(ps.out()).contains("RUNNING");
        assertThat(wrong.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(wrong.err())
                .contains("does not accept the user", "as " + name, "password and authSource")
                .hasLineCount(1);
        assertThat(logs.err()).contains("nothing found").hasLineCount(1);
        for (String secret : List.of(STRANGE, "p%40ss", "p@ss")) {
            assertThatNothingTells(secret);
        }
    }

    @Test
    void what_cannot_be_used_is_one_line_without_the_password() throws Exception {
        String secret = MongoPlaces.password();
        start("5", "--", "sh", "-c", "echo here; exec sleep 300");
        String nowhere = "mongodb://root:" + secret + "@127.0.0.1:1/x?replicaSet=rs0";
        String broken = "mongodb://root:" + secret + "@127.0.0.1:x/x";
        await().until(() -> logged("5").contains("here"));

        programs.environment(MongoUri.URI, nowhere);
        Programs.Ended files = console("logs");
        Programs.Ended down = console("ps", "--registry", "mongo");
        Programs.Ended doctor = console("doctor");
        programs.environment(MongoUri.URI, uri.replace(secret, "wrong" + secret));
        Programs.Ended wrong = console("tail", "5");
        programs.environment(MongoUri.URI, broken);
        Programs.Ended bad = console("logs");
        Programs.Ended unused = console("ps");
        programs.environment(MongoUri.URI, "");
        Programs.Ended which = console("ps", "--registry", "mongo");
        Programs.Ended seen = console("tail", "5", "--mongo", uri);
        Programs.Ended misplaced = console("logs", uri);
        Programs.Ended noUser = console("logs", "--mongo", "mongodb://h/x", "--mongo-password-file", "/dev/null");
        Programs.Ended alone = console("logs", "--mongo", "mongodb://root@h/x");
        Programs.Ended kind = console("ps", "--registry", "paper");

        assertThat(messages(files)).containsExactly("here");
        assertThat(files.err())
                .contains("from the workers' files", "127.0.0.1:1", "nobody listens")
                .hasLineCount(1);
        assertThat(down.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(down.err())
                .contains("127.0.0.1:1/x as root", "nobody listens")
                .hasLineCount(1);
        assertThat(doctor.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(doctor.out()).contains("ERROR    MongoDB 127.0.0.1:1/x as root");
        assertThat(messages(wrong)).containsExactly("here");
        assertThat(wrong.err()).contains("does not accept the user").hasLineCount(1);
        assertThat(bad.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(bad.err()).contains("must be a MongoDB connection string").hasLineCount(1);
        assertThat(unused.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(which.err()).contains("which MongoDB?", MongoUri.URI).hasLineCount(1);
        assertThat(seen.err()).contains("warning: every user of this machine sees the password");
        assertThat(misplaced.err())
                .contains("account must be", "connection string")
                .hasLineCount(1);
        assertThat(noUser.err()).contains("names a user and no password").hasLineCount(1);
        assertThat(alone.err())
                .contains("--mongo-password-file", MongoUri.PASSWORD)
                .hasLineCount(1);
        assertThat(kind.err()).contains("--registry must be sqlite or mongo").hasLineCount(1);
        assertThatNothingTellsThePassword();
    }

    @Test
    @Needs(Need.OWN_MONGOD)
    void a_single_server_takes_entries_and_no_registry() throws Exception {
        try (MongoPlaces.Single single = MongoPlaces.Single.start(home.resolve("single"))) {
            programs.environment(MongoUri.URI, single.uri());
            host("--log-keep", "7d");
            start("5", "--", "sh", "-c", "echo here; exec sleep 300");
            await().atMost(Duration.ofSeconds(30)).until(() -> shipped() == 1);

            Programs.Ended refused = console("start", "6", "--registry", "mongo", "--", "sleep", "300");

            assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILURE);
            assertThat(refused.err())
                    .contains("is not a replica set", "--replSet")
                    .hasLineCount(1);
        }
    }

    @Test
    void a_time_that_is_asked_for_holds_for_one_who_looks_too() throws Exception {
        Programs.Ended looked = console("logs", "--mongo", "mongodb://127.0.0.1:1/x", "--mongo-timeout", "7s");

        assertThat(looked.err()).contains("has no answer for 5 s and is tried for 7 s");
    }

    @Test
    void a_host_whose_log_database_is_away_supervises_and_says_so() throws Exception {
        programs.environment(MongoUri.URI, "mongodb://127.0.0.1:1/x?connectTimeoutMS=500");
        Programs.Running host = host();
        start("5", "--", "sh", "-c", "echo here; exec sleep 300");

        host.awaitPrinted("adopted worker");
        await().atMost(Duration.ofSeconds(60)).until(() -> host.printed().contains("log sink mongo"));

        assertThat(host.process().isAlive()).isTrue();
    }

    private Programs.Running host(String... words) throws IOException {
        Programs.Running host = programs.begin(WorkerConsole.class, with(words, "host"));
        host.awaitPrinted("workers running");
        return host;
    }

    private void start(String account, String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of("start", "--create", account));
        command.addAll(List.of(words));
        Programs.Ended started = programs.console(command.toArray(new String[0]));
        assertThat(started.exitCode()).as(started.err()).isEqualTo(ExitCode.DONE);
    }

    /** Options after the words, but before a worker's command. */
    private static String[] with(String[] options, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        int end = all.indexOf("--");
        all.addAll(end < 0 ? all.size() : end, List.of(options));
        return all.toArray(new String[0]);
    }

    private Programs.Ended console(String command, String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(words));
        return programs.console(all.toArray(new String[0]));
    }

    /** How many entries are in the sink, with whatever prefix. */
    private int shipped() throws Exception {
        boolean prefixed = Files.isDirectory(data.resolve("checkpoints/mongo-bots"));
        Programs.Ended all = prefixed ? console("logs", "--mongo-prefix", "bots_") : console("logs");
        return all.err().isEmpty() ? (int) all.out().lines().count() : -1;
    }

    private static Document foreign(Object account, String level, String message, Instant at) {
        return new Document("account_id", account)
                .append("level", level)
                .append("message", message)
                .append("timestamp", Date.from(at));
    }

    /** The last words of each line. */
    private static List<String> messages(Programs.Ended ended) {
        return ended.out()
                .lines()
                .map(line -> line.replaceFirst(".*[A-Z]+ +[0-9]+ ", ""))
                .toList();
    }

    private String logged(String account) throws IOException {
        StringBuilder text = new StringBuilder();
        try (var files = Files.newDirectoryStream(data, "worker_" + account + "_*.log")) {
            for (Path file : files) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }

    private void assertThatNothingTellsThePassword() throws Exception {
        assertThatNothingTells(MongoPlaces.password());
    }

    /** What programs printed, what lies in the data directory, and what workers were given. */
    private void assertThatNothingTells(String secret) throws IOException {
        try (Stream<Path> all = Files.walk(home)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                if (!file.equals(home.resolve("password"))) {
                    assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                            .as(file.toString())
                            .doesNotContain(
                                    new String(secret.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
                }
            }
        }
        assertThat(programs.workers())
                .allSatisfy(worker -> assertThat(Files.readString(
                                Path.of("/proc/" + worker.pid() + "/environ"), StandardCharsets.ISO_8859_1))
                        .doesNotContain(secret));
    }
}
