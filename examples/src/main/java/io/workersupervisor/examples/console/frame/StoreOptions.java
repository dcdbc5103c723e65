package io.workersupervisor.examples.console.frame;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that say where rows and log entries are. */
public final class StoreOptions {
    public static final String MONGO = "--mongo";
    public static final String MONGO_PASSWORD_FILE = "--mongo-password-file";
    public static final String REGISTRY = "--registry";

    @Option(
            names = MONGO,
            paramLabel = "URI",
            converter = Values.Text.class,
            description = "Log entries are in MongoDB: mongodb://USER@HOST1,HOST2/DATABASE?replicaSet=NAME. Default: "
                    + MongoUri.URI + " in the environment. Put no password here: other users can see it.")
    private Optional<String> uri = Optional.empty();

    @Option(
            names = MONGO_PASSWORD_FILE,
            paramLabel = "FILE",
            description = "A file whose only line is the user's password. Default: " + MongoUri.PASSWORD
                    + " in the environment.")
    private Optional<Path> passwordFile = Optional.empty();

    @Option(
            names = "--mongo-prefix",
            paramLabel = "TEXT",
            converter = Values.Text.class,
            description = "The names of the collections begin with this text.")
    private Optional<String> prefix = Optional.empty();

    @Option(
            names = "--mongo-timeout",
            paramLabel = "TIME",
            converter = Values.Patience.class,
            description = "How long a call to MongoDB may take with all its attempts: 1s to 1h. Default: 30s, which"
                    + " outlasts an election; 5s for commands that look.")
    private Optional<Duration> timeout = Optional.empty();

    @Option(
            names = REGISTRY,
            paramLabel = "STORE",
            converter = Store.class,
            completionCandidates = Store.class,
            description = "Where the registry is: sqlite (the default: registry.db in the data directory), or mongo.")
    private Optional<String> registry = Optional.empty();

    /** Reads the store of the registry. */
    public static final class Store extends Values.Candidates implements ITypeConverter<String> {
        private static final List<String> NAMES = List.of("sqlite", "mongo");

        Store() {
            super(NAMES);
        }

        @Override
        public String convert(String value) {
            if (!NAMES.contains(value)) {
                throw new TypeConversionException("must be sqlite or mongo, was " + Output.quoted(value));
            }
            return value;
        }
    }

    public Optional<String> uri() {
        return uri;
    }

    public Optional<Path> passwordFile() {
        return passwordFile;
    }

    public Optional<String> prefix() {
        return prefix;
    }

    public Optional<Duration> timeout() {
        return timeout;
    }

    /** Tells whether the registry is in MongoDB, too. */
    public boolean hasSharedRegistry() {
        return registry.filter("mongo"::equals).isPresent();
    }

    /** Tells whether they name something that only a MongoDB has. */
    public boolean needMongo() {
        return hasSharedRegistry() || prefix.isPresent() || passwordFile.isPresent() || timeout.isPresent();
    }
}
