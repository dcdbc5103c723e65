package io.workersupervisor.mongo;

import static java.util.stream.Collectors.joining;
import static org.awaitility.Awaitility.await;

import com.mongodb.ConnectionString;
import com.mongodb.MongoException;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.bson.Document;

/**
 * A replica set of three with authentication, whose members can be killed and frozen. Elections take 2 s. The tests' user
 * is {@code root}, with a password made for this run.
 */
final class ReplicaSet {
    static final String NAME = "rs0";

    /** For what is asked again and again. */
    private static final Duration AGAIN = Duration.ofSeconds(2);

    private static final Duration ONCE = Duration.ofSeconds(50);

    private final List<Mongod> members = new ArrayList<>();
    private final String user;
    private final String password;
    private final String hosts;
    private final String options;

    private ReplicaSet(String user, String password, String hosts, String options) {
        this.user = user;
        this.password = password;
        this.hosts = hosts;
        this.options = options;
    }

    /** One that runs already, with a user who may do everything. */
    static ReplicaSet at(ConnectionString uri) {
        String text = uri.toString();
        int options = text.indexOf('?');
        return new ReplicaSet(
                String.valueOf(uri.getUsername()),
                new String(
                        Objects.requireNonNull(uri.getPassword(), "WORKER_MONGO_URI must name a user with password")),
                String.join(",", uri.getHosts()),
                options < 0 ? "?" : text.substring(options));
    }

    static ReplicaSet start(Path program) throws IOException, InterruptedException {
        // A driver's thread now and then dies when a member does; Awaitility would fail the test that waits meanwhile.
        Awaitility.doNotCatchUncaughtExceptionsByDefault();
        Path directory = Directories.make();
        Path key = Files.writeString(
                directory.resolve("key"), UUID.randomUUID().toString().replace("-", ""));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        deleteWhenThisJvmIsGone(directory);
        List<Mongod> started = new ArrayList<>();
        for (int member = 0; member < 3; member++) {
            Path home = directory.resolve("member-" + member);
            String[] options = {
                "--replSet",
                NAME,
                "--keyFile",
                key.toString(),
                "--oplogSize",
                "512",
                "--setParameter",
                "enableTestCommands=1"
            };
            started.add(new Mongod(program, home, options).start());
        }
        ReplicaSet set = new ReplicaSet(
                "root",
                "secret" + UUID.randomUUID().toString().replace("-", ""),
                started.stream().map(Mongod::address).collect(joining(",")),
                "?replicaSet=" + NAME + "&authSource=admin");
        set.members.addAll(started);
        set.initiate();
        return set;
    }

    /** The leashes kill the members at the same time, so it may take some tries. */
    private static void deleteWhenThisJvmIsGone(Path directory) throws IOException {
        String script = "read -r _; n=0; while [ $n -lt 20 ]; do rm -rf \"$1\" && exit; sleep 0.5; n=$((n+1)); done";
        new ProcessBuilder("/bin/sh", "-c", script, "sweep", directory.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Without credentials, which a server allows on the loopback interface until it has a user. */
    private void initiate() throws IOException {
        for (Mongod member : members) {
            awaitAnswer(member);
        }
        List<Document> configured = new ArrayList<>();
        for (Mongod member : members) {
            configured.add(new Document("_id", configured.size()).append("host", member.address()));
        }
        Document settings = new Document("electionTimeoutMillis", 2_000).append("heartbeatIntervalMillis", 500);
        try (MongoClient first = MongoClients.create(direct(members.get(0), ONCE))) {
            Document config =
                    new Document("_id", NAME).append("members", configured).append("settings", settings);
            Wait.one(first.getDatabase("admin").runCommand(new Document("replSetInitiate", config)));
        }
        Mongod primary = primary();
        try (MongoClient client = MongoClients.create(direct(primary, ONCE))) {
            Document root =
                    new Document("createUser", user).append("pwd", password).append("roles", List.of("root"));
            Wait.one(client.getDatabase("admin").runCommand(root));
        }
    }

    private void awaitAnswer(Mongod member) throws IOException {
        String uri = direct(member, AGAIN);
        try (MongoClient client = MongoClients.create(uri)) {
            await().ignoreExceptionsInstanceOf(MongoException.class).until(() -> {
                if (!member.isRunning()) {
                    throw new IllegalStateException("mongod ended: " + member.lastWords());
                }
                return ask(client, new Document("ping", 1)).containsKey("ok");
            });
        }
    }

    private static String direct(Mongod member, Duration timeout) {
        return "mongodb://" + member.address() + "/?directConnection=true&timeoutMS=" + timeout.toMillis();
    }

    static Document ask(MongoClient client, Document command) {
        return Wait.quickly(client.getDatabase("admin").runCommand(command)).orElseThrow();
    }

    /** What the tests' user is known by, which must be told nowhere. */
    String password() {
        return password;
    }

    /** The connection string of the user with all rights, for a database. */
    String uri(String database) {
        return uri(user, password, database);
    }

    String uri(String name, String word, String database) {
        return "mongodb://" + name + ":" + word + "@" + hosts + "/" + database + options;
    }

    List<Mongod> members() {
        return List.copyOf(members);
    }

    /** The member that is primary, as soon as there is one that answers. */
    Mongod primary() {
        return await().until(this::presentPrimary, Optional::isPresent).orElseThrow();
    }

    private Optional<Mongod> presentPrimary() {
        for (Mongod member : members) {
            if (member.isRunning() && isPrimary(member)) {
                return Optional.of(member);
            }
        }
        return Optional.empty();
    }

    private static boolean isPrimary(Mongod member) {
        try (MongoClient client = MongoClients.create(direct(member, AGAIN))) {
            return ask(client, new Document("hello", 1)).getBoolean("isWritablePrimary", false);
        } catch (MongoException down) {
            return false;
        }
    }

    /**
     * Lets the primary fail the next commands of a client.
     *
     * @param appName of the client, as its connection string says
     * @param how what happens to them, in the words of {@code failCommand}
     * @return for {@link #awaitFailing}
     */
    long failNext(String appName, int times, Document how) {
        Document point = new Document("configureFailPoint", "failCommand")
                .append("mode", new Document("times", times))
                .append("data", how.append("appName", appName));
        try (MongoClient client = MongoClients.create(uri("admin"))) {
            return ask(client, point).get("count", Number.class).longValue() + 1;
        }
    }

    /** Waits until the primary fails, or holds up, the first of the commands that {@link #failNext} named. */
    void awaitFailing(long entered) {
        try (MongoClient client = MongoClients.create(uri("admin"))) {
            ask(
                    client,
                    new Document("waitForFailPoint", "failCommand")
                            .append("timesEntered", entered)
                            .append("maxTimeMS", 30_000));
        }
    }

    /** All three run and have what the primary has, so that any of them can be lost. */
    void awaitWhole() {
        await().until(() -> {
            try (MongoClient client = MongoClients.create(uri("admin") + "&timeoutMS=5000")) {
                List<Document> states =
                        ask(client, new Document("replSetGetStatus", 1)).getList("members", Document.class);
                return states.stream().allMatch(state -> List.of(1, 2).contains(state.getInteger("state")))
                        && states.stream()
                                        .map(state -> state.get("optimeDate"))
                                        .distinct()
                                        .count()
                                <= 2;
            } catch (MongoException electing) {
                return false;
            }
        });
    }

    /** Kills the primary, and starts it again when another has taken over. */
    void replacePrimary() throws IOException, InterruptedException {
        Mongod old = primary();
        old.kill();
        primary();
        old.start();
    }

    /** Freezes the primary until another has taken over, and for that time at least. */
    void freezePrimary(Duration least) throws IOException, InterruptedException {
        Mongod old = primary();
        old.freeze();
        try {
            Thread.sleep(least.toMillis());
            await().until(() -> members.stream().anyMatch(member -> member != old && isPrimary(member)));
        } finally {
            old.thaw();
        }
    }
}
