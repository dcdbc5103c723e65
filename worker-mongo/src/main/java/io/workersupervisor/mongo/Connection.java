package io.workersupervisor.mongo;

import static java.util.stream.Collectors.joining;

import com.mongodb.MongoClientSettings;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.ServerAddress;
import com.mongodb.WriteConcern;
import com.mongodb.connection.ClusterConnectionMode;
import com.mongodb.connection.ClusterSettings;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoCollection;
import com.mongodb.reactivestreams.client.MongoDatabase;
import java.time.Duration;
import java.util.Optional;
import org.bson.Document;

/** A client and the database in it that is used, with our own concerns. Thread-safe. */
final class Connection implements AutoCloseable {
    private static final Duration PATIENCE_AT_CLOSE = Duration.ofSeconds(2);

    private final MongoClient client;
    private final boolean ours;
    private final ClusterConnectionMode mode;
    private final MongoDatabase database;
    private final MongoPlace place;
    private volatile boolean closed;

    Connection(MongoClient client, boolean ours, ClusterConnectionMode mode, MongoDatabase database, MongoPlace place) {
        this.client = client;
        this.ours = ours;
        this.mode = mode;
        this.database = database.withWriteConcern(WriteConcern.MAJORITY)
                .withReadConcern(ReadConcern.MAJORITY)
                .withReadPreference(ReadPreference.primary())
                .withCodecRegistry(MongoClientSettings.getDefaultCodecRegistry());
        this.place = place;
    }

    MongoDatabase database() {
        return database;
    }

    MongoDatabase admin() {
        return client.getDatabase("admin");
    }

    MongoCollection<Document> collection(String name) {
        return database.getCollection(place.prefix() + name);
    }

    /**
     * Tells whether a new primary would not be found.
     *
     * @param hello the server's answer about itself
     */
    boolean isTiedToOneMemberOf(Document hello) {
        return mode == ClusterConnectionMode.SINGLE && hello.get("setName") != null;
    }

    /** The reason why servers cannot be used; empty where none is known. */
    Optional<String> trouble() {
        return ServerTrouble.of(client.getClusterDescription());
    }

    boolean isClosed() {
        return closed;
    }

    /**
     * Closes the client, if it is ours. The driver takes leave of a member then, and waits for ever for one that is frozen;
     * so a thread of its own does it, and is not waited for much longer than a member takes that is well.
     */
    @Override
    public void close() {
        closed = true;
        if (ours) {
            Thread closer = new Thread(client::close, "worker-mongo-close");
            closer.setDaemon(true);
            closer.start();
            try {
                closer.join(PATIENCE_AT_CLOSE.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    static String hosts(ClusterSettings cluster) {
        return cluster.getSrvHost() != null
                ? cluster.getSrvHost()
                : cluster.getHosts().stream().map(ServerAddress::toString).collect(joining(","));
    }
}
