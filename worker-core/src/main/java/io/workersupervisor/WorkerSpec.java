package io.workersupervisor;

import io.workersupervisor.internal.text.PlatformCharset;
import io.workersupervisor.internal.text.Require;
import io.workersupervisor.internal.text.Text;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The program to run for an account: its command, environment and directory, and the patience with it.
 *
 * <p>Nothing of the command and the environment is stored or printed: {@link #toString()} names the account and the
 * program only. Immutable and thread-safe.
 */
public final class WorkerSpec {
    /** The time that a worker must live before its start counts as done, unless the spec says otherwise: 500 ms. */
    public static final Duration DEFAULT_START_GRACE = Duration.ofMillis(500);

    /** The time that a worker has from TERM to KILL, unless the spec says otherwise: 10 s. */
    public static final Duration DEFAULT_STOP_GRACE = Duration.ofSeconds(10);

    /** The variables that the library sets for a worker; a spec cannot. */
    public static final Set<String> OWN_VARIABLES = Set.of(
            "WORKER_ID",
            "WORKER_ACCOUNT",
            "WORKER_EPOCH",
            "WORKER_DATA",
            "WORKER_SESSION",
            "WORKER_READY_FILE",
            "WORKER_HEARTBEAT_FILE",
            "WORKER_REASON_FILE");

    private static final Pattern PASSABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private static final int LONGEST_LABEL = 256;

    private final AccountId account;
    private final List<String> command;
    private final Map<String, String> environment;
    private final boolean cleanEnvironment;
    private final Optional<Path> directory;
    private final Optional<String> userId;
    private final Optional<String> version;
    private final LogShipping shipping;
    private final Duration startGrace;
    private final Duration stopGrace;
    private final Optional<Duration> heartbeat;
    private final Optional<RestartPolicy> restart;
    private final Optional<Readiness> readiness;
    private final HealthLimits healthLimits;

    private WorkerSpec(Builder builder) {
        this.account = builder.account;
        this.command = builder.command;
        this.environment = Map.copyOf(builder.environment);
        this.cleanEnvironment = builder.cleanEnvironment;
        this.directory = Optional.ofNullable(builder.directory);
        this.userId = Optional.ofNullable(builder.userId);
        this.version = Optional.ofNullable(builder.version);
        this.shipping = builder.shipping;
        this.startGrace = builder.startGrace;
        this.stopGrace = builder.stopGrace;
        this.heartbeat = Optional.ofNullable(builder.heartbeat);
        this.restart = Optional.ofNullable(builder.restart);
        this.readiness = Optional.ofNullable(builder.readiness);
        this.healthLimits = builder.healthLimits;
    }

    /**
     * A spec with all defaults; {@link #builder} says more about the command.
     *
     * @throws IllegalArgumentException as {@link #builder} and {@link Builder#build()}
     */
    public static WorkerSpec of(AccountId account, String... command) {
        return builder(account, command).build();
    }

    /**
     * Begins a spec. The program is looked up on the worker's {@code PATH} unless it holds a slash; a relative path is taken
     * from the worker's directory.
     *
     * @param command the program and its arguments
     * @throws IllegalArgumentException if there is no program or a word holds a NUL
     */
    public static Builder builder(AccountId account, String... command) {
        Require.noneNull("account command", account, command);
        return new Builder(account, List.of(command));
    }

    /** The account. */
    public AccountId account() {
        return account;
    }

    /** The program and its arguments, at least one word. */
    public List<String> command() {
        return command;
    }

    /** The owner of the account; empty if none was given. */
    public Optional<String> userId() {
        return userId;
    }

    /** The way of the lines that the worker writes. */
    public LogShipping logShipping() {
        return shipping;
    }

    /** The version of what runs; empty if none was given. */
    public Optional<String> version() {
        return version;
    }

    /** The directory that the worker starts in; empty for the host's own. */
    public Optional<Path> directory() {
        return directory;
    }

    /** The time that the worker must live before its start counts as done; at least zero. */
    public Duration startGrace() {
        return startGrace;
    }

    /** The time that the worker has from TERM to KILL; at least zero. */
    public Duration stopGrace() {
        return stopGrace;
    }

    /**
     * The longest time between two touches of the file that {@code WORKER_HEARTBEAT_FILE} names; empty if the worker promises
     * none.
     */
    public Optional<Duration> heartbeat() {
        return heartbeat;
    }

    /**
     * The variables that the spec gives the worker, beside those it inherits; unmodifiable. Values may be secrets: show none.
     */
    public Map<String, String> environment() {
        return environment;
    }

    /** Tells whether the worker gets the variables of the spec and of the library alone. */
    public boolean cleanEnvironment() {
        return cleanEnvironment;
    }

    @Override
    public String toString() {
        return "WorkerSpec[account=" + account + ", program=" + command.get(0) + ", " + (command.size() - 1)
                + " arguments, " + environment.size() + " variables]";
    }

    /** The policy for this account where it has one of its own. */
    public Optional<RestartPolicy> restart() {
        return restart;
    }

    /** The sign by which the worker shows that it can work; empty if it is ready once it has outlived its start grace. */
    public Optional<Readiness> readiness() {
        return readiness;
    }

    /** The limits beyond which the library ends the living worker. */
    public HealthLimits healthLimits() {
        return healthLimits;
    }

    /** Tells whether every shell passes a variable of this name on to its children. */
    public static boolean isPassable(String name) {
        return PASSABLE.matcher(Require.nonNull("name", name)).matches();
    }

    /** Builds a {@link WorkerSpec}; not thread-safe. A value out of its bounds is an {@link IllegalArgumentException}. */
    public static final class Builder {
        private final AccountId account;
        private final List<String> command;
        private final Map<String, String> environment = new LinkedHashMap<>();
        private boolean cleanEnvironment;
        private @Nullable Path directory;
        private @Nullable String userId;
        private @Nullable String version;
        private LogShipping shipping = LogShipping.SINKS;
        private Duration startGrace = DEFAULT_START_GRACE;
        private Duration stopGrace = DEFAULT_STOP_GRACE;
        private @Nullable Duration heartbeat;
        private @Nullable RestartPolicy restart;
        private @Nullable Readiness readiness;
        private HealthLimits healthLimits = HealthLimits.NONE;
        private Charset charset = PlatformCharset.CHARSET;

        private Builder(AccountId account, List<String> command) {
            this.account = account;
            this.command = List.copyOf(new ArrayList<>(command));
            if (command.isEmpty() || command.get(0).isBlank()) {
                throw new IllegalArgumentException("command of account " + account + " must name a program");
            }
            for (int word = 0; word < command.size(); word++) {
                if (command.get(word).indexOf('\0') >= 0) {
                    throw new IllegalArgumentException(
                            "command of account " + account + " holds a NUL in word " + word);
                }
            }
        }

        /**
         * Sets one variable of the worker's environment. The value is a secret to the library: it reaches the worker and nothing
         * else.
         *
         * @param name a letter or underscore, then letters, digits and underscores: every shell passes such a name on
         * @param value any text without NUL
         * @throws IllegalArgumentException if the name cannot be passed on or belongs to the library
         */
        public Builder environment(String name, String value) {
            Require.noneNull("name value", name, value);
            if (!isPassable(name)) {
                throw new IllegalArgumentException("environment variable of account " + account
                        + " must be named [A-Za-z_][A-Za-z0-9_]*, was " + Text.quoted(name));
            }
            if (OWN_VARIABLES.contains(name)) {
                throw new IllegalArgumentException(
                        "environment variable " + name + " is set by the library, account " + account);
            }
            if (value.indexOf('\0') >= 0) {
                throw new IllegalArgumentException(
                        "environment variable " + name + " of account " + account + " holds a NUL");
            }
            environment.put(name, value);
            return this;
        }

        /** Sets several variables, each as {@link #environment(String, String)}. */
        public Builder environment(Map<String, String> variables) {
            Require.nonNull("variables", variables).forEach(this::environment);
            return this;
        }

        /**
         * Starts the worker with the variables of this spec and of the library only; by default it inherits those of the host.
         */
        public Builder cleanEnvironment() {
            cleanEnvironment = true;
            return this;
        }

        /**
         * Sets the directory that the worker starts in, by default the host's own. It must exist when the worker is started.
         *
         * @throws DataDirectoryException if it is not certain which one is meant, as {@link DataDirectory#absolute}
         */
        public Builder directory(Path directory) {
            this.directory = DataDirectory.absolute(Require.nonNull("directory", directory));
            return this;
        }

        /** Names the owner of the account, in 1 to 256 characters; stored with the row and the reports. */
        public Builder userId(String userId) {
            this.userId = Require.notBlank("userId", userId, LONGEST_LABEL);
            return this;
        }

        /** Names the version of what runs, in 1 to 256 characters; stored with the row and the reports. */
        public Builder version(String version) {
            this.version = Require.notBlank("version", version, LONGEST_LABEL);
            return this;
        }

        /** Sets the way of the lines that the worker writes, by default {@link LogShipping#SINKS}. */
        public Builder logShipping(LogShipping shipping) {
            this.shipping = Require.nonNull("shipping", shipping);
            return this;
        }

        /**
         * Sets the time that the worker must live before its start counts as done, by default {@link #DEFAULT_START_GRACE}: zero
         * to one day. An end within it makes the start {@link StartResult.Failed}; zero returns as soon as the worker is registered.
         */
        public Builder startGrace(Duration grace) {
            this.startGrace = Require.upToOneDay("startGrace", Require.nonNull("grace", grace));
            return this;
        }

        /** Sets the time that the worker has from TERM to KILL, by default {@link #DEFAULT_STOP_GRACE}: zero to one day. */
        public Builder stopGrace(Duration grace) {
            this.stopGrace = Require.upToOneDay("stopGrace", Require.nonNull("grace", grace));
            return this;
        }

        /** Sets when this account is started again, where the supervisor keeps its accounts running. */
        public Builder restart(RestartPolicy policy) {
            this.restart = Require.nonNull("policy", policy);
            return this;
        }

        /**
         * Makes a start of the worker wait for this sign: {@link StartResult.Started}, its event and {@link WorkerState#RUNNING}
         * mean from then on that the worker is ready. A call that starts it blocks for that long, and no thread of the library
         * does. A worker that is not ready within the limit is ended as by a stop, and its end is {@link
         * StopReason#START_FAILED}; where the host ends meanwhile, the next one goes on.
         */
        public Builder readyWhen(Readiness sign) {
            this.readiness = Require.nonNull("sign", sign);
            return this;
        }

        /** Sets the limits beyond which the library ends the living worker, by default {@link HealthLimits#NONE}. */
        public Builder healthLimits(HealthLimits limits) {
            this.healthLimits = Require.nonNull("limits", limits);
            return this;
        }

        /**
         * Promises that the worker touches the file that {@code WORKER_HEARTBEAT_FILE} names at least once in this time, one
         * second to one day. A longer silence is reported as {@link WorkerEvent.Unhealthy}; the library ends nothing for it, but
         * where {@link #healthLimits} say so.
         */
        public Builder heartbeat(Duration interval) {
            this.heartbeat = Require.between(
                    "heartbeat", Require.nonNull("interval", interval), Duration.ofSeconds(1), Duration.ofDays(1));
            return this;
        }

        /** Sets the charset of the platform, for tests. */
        Builder charset(Charset platform) {
            this.charset = platform;
            return this;
        }

        /**
         * Makes the spec.
         *
         * @throws IllegalArgumentException if the command or a variable holds a character that this JVM cannot pass to a process,
         *     as every one outside ASCII under {@code LC_ALL=C}
         */
        public WorkerSpec build() {
            for (int word = 0; word < command.size(); word++) {
                String name = word == 0 ? "the program" : "argument " + word;
                PlatformCharset.requireEncodable(charset, name + " of account " + account, command.get(word));
            }
            environment.forEach((name, value) -> PlatformCharset.requireEncodable(
                    charset, "environment variable " + name + " of account " + account, value));
            return new WorkerSpec(this);
        }
    }
}
