package io.workersupervisor;

import io.workersupervisor.internal.host.Host;
import io.workersupervisor.internal.host.HostSettings;
import io.workersupervisor.internal.host.Seams;
import io.workersupervisor.internal.launch.combined.LaunchSettings;
import io.workersupervisor.internal.lifecycle.StartCalls;
import io.workersupervisor.internal.logs.LogSettings;
import io.workersupervisor.internal.text.Text;
import io.workersupervisor.spi.LogSink;
import io.workersupervisor.spi.WorkerRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/**
 * Starts worker processes safely, at most one for each account, and knows why each one stopped. The entry point.
 *
 * <pre>{@code
 * DataDirectory data = DataDirectory.open(Path.of("data"));
 * try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(data);
 *         WorkerSupervisor supervisor = WorkerSupervisor.builder(data, registry).build()) {
 *     StartResult result = supervisor.start(WorkerSpec.of(AccountId.of(4711), "python3", "bot.py"));
 *     System.out.println(result.describe());
 * }
 * }</pre>
 *
 * <p>Workers outlive the supervisor: closing it, or the death of its process at any point, leaves them running, and the
 * next supervisor of the data directory takes them up. Several supervisors in several processes may share one.
 *
 * <p>Thread-safe. Methods block the caller: a start for its start grace, a stop for up to the stop grace and some
 * seconds. Calls for one account wait for each other; calls for different accounts do not. A registry that fails is a
 * {@link RegistryException}, a data directory that does a {@link DataDirectoryException}; nothing is half done then that
 * the next call or host does not resolve. After {@link #close()} every method throws {@link IllegalStateException}. An
 * interrupt makes a call answer early, with what it knows, and stays set.
 */
public final class WorkerSupervisor implements AutoCloseable {
    /** How often rows and processes are brought in line unless the builder says otherwise: 5 s. */
    public static final Duration DEFAULT_RECONCILE_INTERVAL = Duration.ofSeconds(5);

    /** How long {@link #close()} may take unless the builder says otherwise: 30 s. */
    public static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(30);

    private final Host engine;

    private WorkerSupervisor(Host engine) {
        this.engine = engine;
    }

    /**
     * Begins a supervisor.
     *
     * @param data the data directory
     * @param registry the durable rows; the caller closes it after the supervisor
     * @return a builder
     */
    public static Builder builder(DataDirectory data, WorkerRegistry registry) {
        return new Builder(data, registry);
    }

    /**
     * Starts a worker because a person wants it: the account is wanted from now on, even if it was stopped by hand.
     *
     * @param spec what to run
     * @return what came of it
     * @throws RegistryException if the registry fails
     */
    public StartResult start(WorkerSpec spec) {
        return engine.call(() -> engine.starts().start(spec, StartCalls.Verb.START));
    }

    /**
     * Starts a worker because the application wants it, for instance at boot: an account that a person stopped is
     * {@code Refused}, STOPPED_BY_OPERATOR.
     *
     * @param spec what to run
     * @return what came of it
     * @throws RegistryException if the registry fails
     */
    public StartResult ensure(WorkerSpec spec) {
        return engine.call(() -> engine.starts().start(spec, StartCalls.Verb.ENSURE));
    }

    /**
     * Starts many workers side by side, each as {@link #start}.
     *
     * @param specs what to run, one for each account
     * @return the results in the order of the specs; an account whose start threw is not in it, see {@link StartsFailedException}
     * @throws IllegalArgumentException if two specs name one account
     * @throws StartsFailedException if the registry failed for some of them, after all were tried
     */
    public Map<AccountId, StartResult> startAll(Collection<WorkerSpec> specs) {
        return many(specs, StartCalls.Verb.START);
    }

    /**
     * Starts many workers side by side, each as {@link #ensure}.
     *
     * @param specs what to run, one for each account
     * @return the results in the order of the specs
     * @throws IllegalArgumentException if two specs name one account
     * @throws StartsFailedException if the registry failed for some of them, after all were tried
     */
    public Map<AccountId, StartResult> ensureAll(Collection<WorkerSpec> specs) {
        return many(specs, StartCalls.Verb.ENSURE);
    }

    private Map<AccountId, StartResult> many(Collection<WorkerSpec> specs, StartCalls.Verb verb) {
        Map<AccountId, WorkerSpec> byAccount = new LinkedHashMap<>();
        for (WorkerSpec spec : specs) {
            if (byAccount.put(spec.account(), spec) != null) {
                throw new IllegalArgumentException(
                        "specs must name each account once, account " + spec.account() + " is there twice");
            }
        }
        return engine.call(() -> engine.starts().startMany(byAccount, verb));
    }

    /**
     * Stops the worker of an account because a person wants it: the account stays stopped, across restarts of every host,
     * until {@link #start}. An account that was never started is marked as stopped.
     *
     * @param account the account
     * @return what came of it
     * @throws RegistryException if the registry fails
     */
    public StopResult stop(AccountId account) {
        return engine.call(() -> engine.stop(account));
    }

    /**
     * Ends the worker of an account, if there is one, and starts another. Whether the account is wanted does not change: one
     * that a person stopped is {@code Refused}.
     *
     * @param spec what to run
     * @return what came of the start
     * @throws RegistryException if the registry fails
     */
    public StartResult restart(WorkerSpec spec) {
        return engine.call(() -> engine.starts().restart(spec));
    }

    /**
     * How an account stands.
     *
     * @param account the account
     * @return empty if it was neither started nor stopped yet
     * @throws RegistryException if the registry fails or the row cannot be read
     */
    public Optional<WorkerStatus> status(AccountId account) {
        return engine.call(() -> engine.inspector().status(account));
    }

    /**
     * How every account stands, in order. An account whose row cannot be read is missing: it is told as a
     * {@link WorkerEvent.Trouble} when it is first met, and named by {@link #doctor()} every time.
     *
     * @return empty if nothing was ever started
     * @throws RegistryException if the registry fails
     */
    public List<WorkerStatus> list() {
        return engine.call(() -> engine.inspector().list());
    }

    /**
     * Why the last workers of an account stopped.
     *
     * @param account the account
     * @return at most {@value StopReport#KEPT} reports, newest first; empty if none has ended yet
     * @throws RegistryException if the registry fails
     */
    public List<StopReport> why(AccountId account) {
        return engine.call(() -> engine.inspector().why(account));
    }

    /**
     * Looks up what workers logged: in the first log sink, and in the files of the workers what it does not have yet; all
     * of it where there is no sink, or it is down or holds nothing of it. Blocks for as long as the sink does.
     *
     * @param query which entries
     * @return the entries, oldest first, and where they are from
     */
    public LogAnswer logs(LogQuery query) {
        return engine.call(() -> engine.inspector().logs(query));
    }

    /**
     * What happened to an account, as far as it is kept: starts, stops with their reasons, and from the end of
     * {@code worker.log} what was refused.
     *
     * @param account the account
     * @return oldest first; empty if nothing is known
     * @throws RegistryException if the registry fails
     */
    public List<TimelineEntry> timeline(AccountId account) {
        return engine.call(() -> engine.inspector().timeline(account));
    }

    /**
     * How often workers of all accounts stopped, by reason and by version; of each account at most its last
     * {@value StopReport#KEPT} stops are known.
     *
     * @param since from when on
     * @return counts
     * @throws RegistryException if the registry fails
     */
    public StopCounts counts(Instant since) {
        return engine.call(() -> engine.inspector().counts(since));
    }

    /** What is wrong with machine, data directory, registry and rows; findings, those that need somebody first. */
    public List<WorkerInspector.Finding> doctor() {
        return engine.call(() -> engine.inspector().doctor());
    }

    /**
     * Brings rows and processes in line now: takes up workers of other hosts, files the ends of dead ones, resumes stops,
     * ends leftovers. It also runs by itself, when the supervisor begins and at every interval.
     *
     * @return what was found and done
     * @throws RegistryException if the registry fails
     */
    public ReconcileReport reconcile() {
        return engine.call(engine::reconcile);
    }

    /**
     * Ends the supervision and leaves the workers running, unless the builder was told to end them. Waits for calls in
     * flight, within the close timeout. Closing twice is harmless.
     */
    @Override
    public void close() {
        engine.close();
    }

    /** Builds a {@link WorkerSupervisor}; not thread-safe. */
    public static final class Builder {
        private final DataDirectory data;
        private final WorkerRegistry registry;
        private final List<WorkerListener> listeners = new ArrayList<>();
        private final List<DiagnosisRule> rules = new ArrayList<>();
        private final List<LogSink> sinks = new ArrayList<>();
        private Optional<LivenessProbe> probe = Optional.empty();
        private InstantSource clock = InstantSource.system();
        private Optional<Duration> reconcileInterval = Optional.of(DEFAULT_RECONCILE_INTERVAL);
        private Duration closeTimeout = DEFAULT_CLOSE_TIMEOUT;
        private OnClose onClose = OnClose.LEAVE_RUNNING;
        private boolean withoutLock;
        private boolean acceptsMoved;
        private LogLevel summaryLevel = LogLevel.WARNING;
        private Redaction redaction = Redaction.standard();
        private OptionalInt logBudget = OptionalInt.empty();
        private LogRetention logRetention = LogRetention.DEFAULT;
        private LaunchPath launcher = LaunchPath.AUTO;
        private Optional<Path> keeperDirectory = Optional.empty();
        private Seams seams = Seams.NONE;

        private Builder(DataDirectory data, WorkerRegistry registry) {
            this.data = data;
            this.registry = registry;
        }

        /**
         * Adds a listener.
         *
         * @param listener hears every event
         */
        public Builder listener(WorkerListener listener) {
            listeners.add(listener);
            return this;
        }

        /**
         * Adds a rule by which the end of a worker's log is understood. It is asked before those of {@code data/rules.d} and
         * the library's own, in the order in which rules are added.
         *
         * @param rule for instance {@code DiagnosisRule.rule("shop.quota", StopReason.FLOOD_WAIT, "^Quota used up").build()}
         */
        public Builder rule(DiagnosisRule rule) {
            rules.add(rule);
            return this;
        }

        /**
         * Sets a probe of the application's, which may turn an answer into doubt; it is waited for 2 s at most.
         *
         * @param probe asked beside the library's own
         */
        public Builder probe(LivenessProbe probe) {
            this.probe = Optional.of(probe);
            return this;
        }

        /**
         * Sets the wall clock, which only people read: nothing is decided by it.
         *
         * @param clock by default the system's
         */
        public Builder clock(InstantSource clock) {
            this.clock = clock;
            return this;
        }

        /**
         * Sets how often rows and processes are brought in line, by default {@link #DEFAULT_RECONCILE_INTERVAL}.
         *
         * @param interval 100 ms to one hour
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder reconcileInterval(Duration interval) {
            this.reconcileInterval = Optional.of(
                    Text.between("reconcileInterval", interval, Duration.ofMillis(100), Duration.ofHours(1)));
            return this;
        }

        /**
         * Leaves the other accounts alone: the supervisor reconciles only when {@link WorkerSupervisor#reconcile} is called.
         * For tools that do one thing and end.
         */
        public Builder withoutReconcile() {
            this.reconcileInterval = Optional.empty();
            return this;
        }

        /**
         * Sets how long {@link WorkerSupervisor#close()} may take, by default {@link #DEFAULT_CLOSE_TIMEOUT}.
         *
         * @param timeout zero to one day
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder closeTimeout(Duration timeout) {
            this.closeTimeout = Text.atLeastZero("closeTimeout", timeout);
            return this;
        }

        /**
         * Sets what becomes of the workers at close, by default {@link OnClose#LEAVE_RUNNING}.
         *
         * @param onClose leave them or end them
         */
        public Builder onClose(OnClose onClose) {
            this.onClose = onClose;
            return this;
        }

        /**
         * Sets what starts and holds the workers, by default {@link LaunchPath#AUTO}. Workers that were started by one path
         * are taken up and stopped through the other.
         *
         * @param path the launch path
         */
        public Builder launcher(LaunchPath path) {
            this.launcher = path;
            return this;
        }

        /**
         * Sets where the keeper's program is written to and run from, in place of the data directory, {@code
         * XDG_RUNTIME_DIR} and the temporary directory, which are tried in this order.
         *
         * @param directory it is made if it is missing; it must be this user's alone to write, and not mounted noexec
         */
        public Builder keeperDirectory(Path directory) {
            this.keeperDirectory = Optional.of(directory.toAbsolutePath());
            return this;
        }

        /**
         * Adds a sink, which gets every entry that workers log, of all workers of the data directory, also of those that
         * ended while no host ran. Sinks are served apart from each other; where several hosts name one, one of them serves
         * it. The first one is asked by {@link WorkerSupervisor#logs}.
         *
         * @param sink the caller closes it after the supervisor
         * @throws IllegalArgumentException if there is one of this name already, or the name cannot name a directory
         */
        public Builder logSink(LogSink sink) {
            String name = sink.name();
            if (!name.matches("[a-z0-9-]{1,32}") || name.equals(LogSettings.RESERVED_SINK)) {
                throw new IllegalArgumentException(
                        "sink must have a name of 1 to 32 characters of [a-z0-9-] that is not "
                                + LogSettings.RESERVED_SINK + ", was " + Text.quoted(name));
            }
            if (sinks.stream().anyMatch(other -> other.name().equals(name))) {
                throw new IllegalArgumentException("sink must not have the name of another, was " + Text.quoted(name));
            }
            sinks.add(sink);
            return this;
        }

        /**
         * Sets from which level on the entries of workers are written to {@code data/worker.log}, by default
         * {@link LogLevel#WARNING}.
         *
         * @param least the least level
         */
        public Builder summaryLevel(LogLevel least) {
            this.summaryLevel = least;
            return this;
        }

        /**
         * Sets what is masked before an entry leaves the workers' files, for a sink or a stop report, by default {@link Redaction#standard()}.
         *
         * @param redaction what is masked
         */
        public Builder redaction(Redaction redaction) {
            this.redaction = redaction;
            return this;
        }

        /**
         * Sets how many entries of one worker go into a sink in a minute; what is more stays in its file, and one entry with
         * the number stands for it. By default all go.
         *
         * @param entriesPerMinute 1 to 10,000,000
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder logBudget(int entriesPerMinute) {
            if (entriesPerMinute < 1 || entriesPerMinute > 10_000_000) {
                throw new IllegalArgumentException(
                        "entriesPerMinute must be between 1 and 10000000, was " + entriesPerMinute);
            }
            this.logBudget = OptionalInt.of(entriesPerMinute);
            return this;
        }

        /**
         * Sets when files of workers are archived and removed, by default {@link LogRetention#DEFAULT}. What a sink does not
         * have yet is never removed.
         *
         * @param retention how long and how much
         */
        public Builder logRetention(LogRetention retention) {
            this.logRetention = retention;
            return this;
        }

        /**
         * Allows a machine that has neither {@code flock} nor {@code perl}. Two workers of an account are then kept apart by
         * the registry and the search for processes alone, which does not hold against every crash.
         */
        public Builder allowWithoutLock() {
            this.withoutLock = true;
            return this;
        }

        /**
         * Accepts a data directory that was copied, restored or moved. Say it once, when no host and no worker uses the
         * original any more.
         */
        public Builder acceptMovedDirectory() {
            this.acceptsMoved = true;
            return this;
        }

        /**
         * Makes the supervisor: stamps the data directory, looks for living workers that no row names, and reconciles; what
         * that takes longer than 10 s goes on behind it. A failing reconcile is logged and told to the listener; it is
         * tried again at every interval.
         *
         * @return the supervisor
         * @throws DataDirectoryException if the platform lacks what is needed, or the directory is not the one that was
         *     stamped
         * @throws RegistryException if the registry fails
         */
        public WorkerSupervisor build() {
            return new WorkerSupervisor(Host.open(new HostSettings(
                    data,
                    registry,
                    probe,
                    List.copyOf(listeners),
                    List.copyOf(rules),
                    clock,
                    reconcileInterval,
                    closeTimeout,
                    onClose,
                    acceptsMoved,
                    new LaunchSettings(launcher, keeperDirectory, withoutLock, seams.keeper(), seams.keeperPatience()),
                    new LogSettings(List.copyOf(sinks), summaryLevel, redaction, logBudget, logRetention),
                    seams)));
        }

        /** Changes what only tests change. */
        Builder seams(UnaryOperator<Seams> change) {
            seams = change.apply(seams);
            return this;
        }
    }
}
