package io.workersupervisor.mongo;

import static org.awaitility.Awaitility.await;

import com.mongodb.ConnectionString;
import com.mongodb.MongoException;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.bson.Document;

/** The servers of the tests, for tests of other packages. */
public final class MongoPlaces {
    private MongoPlaces() {}

    /** A database of its own in the replica set of the tests. */
    public static MongoPlace fresh() throws Exception {
        return MongoPlace.of(freshUri());
    }

    /** The connection string of such a database, with the password of a user who may do everything. */
    public static String freshUri() throws Exception {
        return TestMongo.set().uri(TestMongo.freshName());
    }

    /** The password in it, which must be told nowhere. */
    public static String password() throws Exception {
        return TestMongo.set().password();
    }

    /** Makes a user who may read and write one database. */
    public static void createUser(String uri, String name, String password) throws Exception {
        Document role = new Document("role", "readWrite").append("db", new ConnectionString(uri).getDatabase());
        try (MongoClient client = MongoClients.create(uri)) {
            Document user = new Document("createUser", name).append("pwd", password);
            ReplicaSet.ask(client, user.append("roles", List.of(role)));
        }
    }

    /** Inserts what another program would. */
    public static void insert(String uri, String collection, Document... documents) {
        String database = Objects.requireNonNull(new ConnectionString(uri).getDatabase());
        try (MongoClient client = MongoClients.create(uri)) {
            Wait.one(client.getDatabase(database).getCollection(collection).insertMany(List.of(documents)));
        }
    }

    /** All documents of a collection. */
    public static List<Document> all(String uri, String collection) {
        String database = Objects.requireNonNull(new ConnectionString(uri).getDatabase());
        try (MongoClient client = MongoClients.create(uri)) {
            return Wait.all(
                    client.getDatabase(database).getCollection(collection).find());
        }
    }

    /** The indexes of a collection. */
    public static List<Document> indexes(String uri, String collection) {
        return run(uri, new Document("listIndexes", collection))
                .get("cursor", Document.class)
                .getList("firstBatch", Document.class);
    }

    /** Runs a command in the database. */
    public static Document run(String uri, Document command) {
        String database = Objects.requireNonNull(new ConnectionString(uri).getDatabase());
        try (MongoClient client = MongoClients.create(uri)) {
            return Wait.one(client.getDatabase(database).runCommand(command)).orElseThrow();
        }
    }

    /** Runs the repair that a text prints for mongosh; how many documents it changes. */
    public static long repair(String uri, String collection, String text) {
        String filter = text.substring(text.indexOf("f = ") + 4, text.indexOf("; r = "));
        String change = text.substring(text.indexOf("updateMany(f, ") + 14, text.indexOf("); print("));
        Document update = new Document("q", Document.parse(filter))
                .append("u", Document.parse("{a: " + change + "}").getList("a", Document.class))
                .append("multi", true);
        return run(uri, new Document("update", collection).append("updates", List.of(update)))
                .getInteger("nModified");
    }

    /** A server that is no replica set and knows no user. */
    public static final class Single implements AutoCloseable {
        private final Mongod server;

        private Single(Mongod server) {
            this.server = server;
        }

        /** Starts one; returns when it answers. */
        public static Single start(Path directory) throws Exception {
            Single single = new Single(new Mongod(TestMongo.program(), directory).start());
            try (MongoClient client = MongoClients.create(single.uri() + "?serverSelectionTimeoutMS=1000")) {
                await().ignoreExceptionsInstanceOf(MongoException.class)
                        .until(() ->
                                ReplicaSet.ask(client, new Document("ping", 1)).containsKey("ok"));
            }
            return single;
        }

        /** Where it is. */
        public String uri() {
            return "mongodb://" + server.address() + "/single";
        }

        @Override
        public void close() throws IOException {
            try {
                server.kill();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
