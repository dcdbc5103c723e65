package io.workersupervisor.examples.console.frame;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.mongo.MongoLogSink;
import io.workersupervisor.mongo.MongoPlace;
import io.workersupervisor.mongo.MongoWorkerRegistry;
import io.workersupervisor.spi.LogSink;
import io.workersupervisor.sqlite.SqliteLogSink;
import io.workersupervisor.sqlite.SqliteWorkerRegistry;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;

/**
 * The stores of rows and log entries of a command: SQLite files in the data directory, or the MongoDB that options and
 * environment name.
 *
 * @param logs the MongoDB that has the log entries, if one has
 * @param rows the MongoDB that has the registry, if one has
 * @param patience the longest time of a call of one who looks
 */
public record Stores(Optional<MongoPlace> logs, Optional<MongoPlace> rows, Duration patience) {
    /** A person who looks rather reads the files than waits for an election. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** SQLite alone. */
    private static final Stores NONE = new Stores(Optional.empty(), Optional.empty(), PATIENCE);

    /** For commands that have nothing to do with log entries. */
    public static Stores ofRows(StoreOptions options, Call call) {
        return options.hasSharedRegistry() ? of(options, call) : NONE;
    }

    public static Stores of(StoreOptions options, Call call) {
        Optional<MongoUri> uri = MongoUri.of(options, call, System.getenv());
        if (uri.isEmpty()) {
            if (options.needMongo()) {
                throw call.wrong("which MongoDB? Say " + StoreOptions.MONGO + " URI, or set " + MongoUri.URI
                        + " in the environment");
            }
            return NONE;
        }
        if (uri.get().isSeenByOthers()) {
            call.output()
                    .warn("every user of this machine sees the password in " + StoreOptions.MONGO + ": use "
                            + StoreOptions.MONGO_PASSWORD_FILE + ", " + MongoUri.PASSWORD + " or " + MongoUri.URI);
        }
        Optional<MongoPlace> place = Optional.of(place(call, uri.get(), options));
        return new Stores(
                place,
                options.hasSharedRegistry() ? place : Optional.empty(),
                options.timeout().orElse(PATIENCE));
    }

    private static MongoPlace place(Call call, MongoUri uri, StoreOptions options) {
        Optional<String> prefix = options.prefix();
        try {
            MongoPlace place = MongoPlace.of(uri.text()).reportTo(call.output()::warn);
            place = options.timeout().map(place::timeout).orElse(place);
            return prefix.isPresent() ? place.prefix(prefix.get()) : place;
        } catch (IllegalArgumentException impossible) {
            throw call.wrong(StoreOptions.MONGO + ": " + impossible.getMessage());
        }
    }

    /** To start, stop and supervise; made where it is missing. */
    public Registry registry(DataDirectory data) {
        return rows.isPresent()
                ? Registry.of(MongoWorkerRegistry.open(rows.get()))
                : Registry.of(SqliteWorkerRegistry.open(data));
    }

    /** To look; made by nobody. */
    public Registry registryToLookAt(DataDirectory data) {
        if (rows.isPresent()) {
            return Registry.of(MongoWorkerRegistry.openReadOnly(rows.get().timeout(patience)));
        }
        if (Files.notExists(data.registryFile())) {
            throw new DataDirectoryException(
                    "data directory " + data + " has no registry.db: nothing was started there yet, it was lost, or the"
                            + " registry is in MongoDB (" + StoreOptions.REGISTRY + " mongo)");
        }
        return Registry.of(SqliteWorkerRegistry.openReadOnly(data));
    }

    /** The sink of a host; opened when entries come. */
    public LogSink sink(DataDirectory data, Optional<Duration> keep, boolean deletesOlder) {
        if (logs.isPresent()) {
            MongoLogSink sink = MongoLogSink.in(logs.get());
            MongoLogSink keeping = keep.map(sink::keepingFor).orElse(sink);
            return deletesOlder ? keeping.deletingOlder() : keeping;
        }
        return SqliteLogSink.builder(data)
                .keepFor(keep.orElse(SqliteLogSink.KEEP_FOR))
                .build();
    }

    /** The sink for looking up entries; empty where no host has made one. */
    public Optional<LogSink> sinkToLookAt(DataDirectory data) {
        if (logs.isPresent()) {
            return mongoToLookAt().map(LogSink.class::cast);
        }
        return Files.notExists(data.path().resolve("logs").resolve("logs.db"))
                ? Optional.empty()
                : Optional.of(SqliteLogSink.openReadOnly(data));
    }

    /** The MongoDB that has the log entries. */
    public Optional<MongoLogSink> mongo() {
        return logs.map(MongoLogSink::in);
    }

    /** The MongoDB that has the log entries, for one who looks. */
    public Optional<MongoLogSink> mongoToLookAt() {
        return logs.map(place -> place.timeout(patience)).map(MongoLogSink::in);
    }
}
