package io.workersupervisor.mongo;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoCompressor;
import com.mongodb.connection.ClusterSettings;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A MongoDB, a database in it and the collections to use. Immutable; making one opens nothing.
 *
 * <pre>{@code
 * MongoPlace.of("mongodb://workers:secret@db1,db2,db3/workers?replicaSet=rs0")
 * MongoPlace.of(client, "workers").prefix("bots_")
 * }</pre>
 *
 * <p>Majority write concern, majority reads from the primary and a time limit for each operation are set here, whatever the
 * URI or the client says. {@link #toString()} names hosts, database and user; the password is never shown.
 */
public final class MongoPlace {
    /** The database of a URI that names none: {@value}. */
    public static final String DATABASE = "workers";

    /** The longest time of a call, all attempts together: 30 s, which outlasts an election. */
    public static final Duration TIMEOUT = Duration.ofSeconds(30);

    private static final Consumer<String> SILENT = text -> {};

    /** The libraries that compress for the driver, by the names in a connection string. */
    private static final Map<String, String> COMPRESSORS =
            Map.of("snappy", "org.xerial.snappy.Snappy", "zstd", "com.github.luben.zstd.Zstd");

    private static final Map<String, String> LIBRARIES =
            Map.of("snappy", "org.xerial.snappy:snappy-java", "zstd", "com.github.luben:zstd-jni");

    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9_-]{0,32}");
    /** Resolving one asks the network. */
    private static final String BY_DNS = "mongodb+srv://";

    private final @Nullable String uri;
    private final @Nullable MongoClient client;
    private final String database;
    private final String description;
    private final String prefix;
    private final Duration timeout;
    private final Consumer<String> listener;

    private MongoPlace(
            @Nullable String uri,
            @Nullable MongoClient client,
            String database,
            String description,
            String prefix,
            Duration timeout,
            Consumer<String> listener) {
        if (!PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException(
                    "prefix must be at most 32 characters of [A-Za-z0-9_-], was \"" + prefix + '"');
        }
        if (timeout.compareTo(Duration.ofSeconds(1)) < 0 || timeout.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("timeout must be between 1 s and 1 h, was " + timeout);
        }
        this.uri = uri;
        this.client = client;
        this.database = database;
        this.description = description;
        this.prefix = prefix;
        this.timeout = timeout;
        this.listener = listener;
    }

    /**
     * The database that a URI names, or {@value #DATABASE}. A client of its own is opened for it, and closed with what
     * was opened here.
     *
     * @param uri a connection string; for a replica set with {@code replicaSet=NAME}, so that a new primary is found
     * @return the place
     * @throws IllegalArgumentException if it cannot be read; nothing of it is quoted
     */
    public static MongoPlace of(String uri) {
        String description = uri.startsWith(BY_DNS) ? "MongoDB " + nameIn(uri) : describe(parse(uri));
        return new MongoPlace(uri, null, "", description, "", TIMEOUT, SILENT);
    }

    /**
     * A database of a client that the application has opened, and closes itself when what was opened here is closed.
     *
     * @param client the application's client
     * @param database the name of the database
     * @return the place
     */
    public static MongoPlace of(MongoClient client, String database) {
        ClusterSettings cluster = client.getClusterDescription().getClusterSettings();
        return new MongoPlace(
                null, client, database, "MongoDB " + Connection.hosts(cluster) + '/' + database, "", TIMEOUT, SILENT);
    }

    /**
     * A copy in the same database: the names of all collections begin with this.
     *
     * @param begin at most 32 characters of {@code [A-Za-z0-9_-]}
     * @return the place
     */
    public MongoPlace prefix(String begin) {
        return new MongoPlace(uri, client, database, description, begin, timeout, listener);
    }

    /**
     * The same place with another limit for each call.
     *
     * @param most the longest time of a call, 1 s to 1 h; below 25 s an election can fail it
     * @return the place
     */
    public MongoPlace timeout(Duration most) {
        return new MongoPlace(uri, client, database, description, prefix, most, listener);
    }

    /**
     * The same place with somebody who is told, once a call and in one line, that it has had no answer for 5 s: without a
     * primary a call is tried for its whole time.
     *
     * @param told called by the thread that waits
     * @return the place
     */
    public MongoPlace reportTo(Consumer<String> told) {
        return new MongoPlace(uri, client, database, description, prefix, timeout, told);
    }

    String prefix() {
        return prefix;
    }

    Consumer<String> listener() {
        return listener;
    }

    /** The longest time of a call. */
    public Duration timeout() {
        return timeout;
    }

    /** Opens what is to be opened; sends nothing yet. */
    Connection connect() {
        if (client != null) {
            ClusterSettings cluster = client.getClusterDescription().getClusterSettings();
            return new Connection(client, false, cluster.getMode(), client.getDatabase(database), this);
        }
        ConnectionString where = parse(String.valueOf(uri));
        MongoClientSettings settings = MongoClientSettings.builder()
                .applyConnectionString(where)
                .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .build();
        MongoClient opened = MongoClients.create(settings);
        String name = Optional.ofNullable(where.getDatabase()).orElse(DATABASE);
        return new Connection(opened, true, settings.getClusterSettings().getMode(), opened.getDatabase(name), this);
    }

    /** The driver finds out that a library is missing in each of its threads, and goes on trying. */
    private static ConnectionString withCompressors(ConnectionString where) {
        for (MongoCompressor compressor : where.getCompressorList()) {
            String name = compressor.getName();
            if (COMPRESSORS.containsKey(name) && !isThere(COMPRESSORS.get(name))) {
                throw new IllegalArgumentException(
                        "uri: compressors=" + name + " needs the library " + LIBRARIES.get(name)
                                + ", which is not there: add it, or say compressors=zlib, which needs none");
            }
        }
        return where;
    }

    private static boolean isThere(String type) {
        try {
            Class.forName(type, false, MongoPlace.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException missing) {
            return false;
        }
    }

    private static ConnectionString parse(String uri) {
        ConnectionString where;
        try {
            where = new ConnectionString(uri);
        } catch (IllegalArgumentException quoting) {
            // Not chained: the driver's message can hold a part of the password.
            throw new IllegalArgumentException("uri must be a MongoDB connection string such as"
                    + " mongodb://USER:PASSWORD@HOST1,HOST2/DATABASE?replicaSet=NAME. Characters of user and password"
                    + " other than letters and digits are written as a percent sign and two hexadecimal digits");
        }
        return withCompressors(where);
    }

    private static String describe(ConnectionString where) {
        String user = where.getCredential() == null
                ? ""
                : " as " + where.getCredential().getUserName();
        String database = Optional.ofNullable(where.getDatabase()).orElse(DATABASE);
        return "MongoDB " + String.join(",", where.getHosts()) + '/' + database + user;
    }

    /** The host name alone, where the driver would ask the network to read the rest. */
    private static String nameIn(String uri) {
        String name = uri.substring(uri.lastIndexOf('@') + 1)
                .replaceFirst("^mongodb\\+srv://", "")
                .replaceFirst("[/?].*", "");
        return name.matches("[A-Za-z0-9.-]+") ? name : "by DNS";
    }

    /** Hosts, database and user, for messages. */
    @Override
    public String toString() {
        return description;
    }
}
