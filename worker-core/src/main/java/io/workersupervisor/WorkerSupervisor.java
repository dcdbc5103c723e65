package io.workersupervisor;

import io.workersupervisor.internal.host.Host;
import io.workersupervisor.internal.host.HostSettings;
import io.workersupervisor.internal.host.Seams;
import io.workersupervisor.internal.launch.combined.LaunchPaths;
import io.workersupervisor.internal.logs.LogSettings;
import io.workersupervisor.internal.text.Require;
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
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
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
 * next supervisor of the data directory adopts them. Several supervisors in several processes may share one.
 *
 * <p>Thread-safe. Methods block the caller: a start for its start grace, a stop for up to the stop grace and some
 * seconds. Calls for one account wait for each other; calls for different accounts do not. A registry that fails is a
 * {@link RegistryException}, a data directory that fails a {@link DataDirectoryException}; nothing is half done then that
 * the next call or host does not resolve. After {@link #close()} every method throws {@link IllegalStateException}. An
 * interrupt makes a call answer early, with what it knows, and stays set.
 */
public final class WorkerSupervisor implements AutoCloseable {
    /** The time between two reconciles unless the builder says otherwise: 5 s. */
    public static final Duration DEFAULT_RECONCILE_INTERVAL = Duration.ofSeconds(5);

    /** The longest time of {@link #close()} unless the builder says otherwise: 30 s. */
    public static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(30);

    private final Host host;

    private WorkerSupervisor(Host host) {
        this.host = host;
    }

    /** Begins a supervisor; the caller closes the registry after it. */
    public static Builder builder(DataDirectory data, WorkerRegistry registry) {
        Require.noneNull("data registry", data, registry);
        return new Builder(data, registry);
    }

    /** Starts a worker because a person wants it: the account is wanted from now on, even if it was stopped by hand. */
    public StartResult start(WorkerSpec spec) {
        return host.calls().start(Require.nonNull("spec", spec));
    }

    /**
     * Starts a worker because the application wants it, for instance at boot: an account that a person stopped is
     * {@code Refused}, STOPPED_BY_OPERATOR.
     */
    public StartResult ensure(WorkerSpec spec) {
        return host.calls().ensure(Require.nonNull("spec", spec));
    }

    /**
     * Starts many workers side by side, each as {@link #start}; the results come in the order of the specs.
     *
     * @throws IllegalArgumentException if two specs name one account
     * @throws StartsFailedException if the registry failed for some of them, after all were tried; it has the other results
     */
    public Map<AccountId, StartResult> startAll(Collection<WorkerSpec> specs) {
        return host.calls().startAll(byAccount(specs));
    }

    /**
     * Starts many workers side by side, each as {@link #ensure}; the results come in the order of the specs.
     *
     * @throws IllegalArgumentException if two specs name one account
     * @throws StartsFailedException if the registry failed for some of them, after all were tried; it has the other results
     */
    public Map<AccountId, StartResult> ensureAll(Collection<WorkerSpec> specs) {
        return host.calls().ensureAll(byAccount(specs));
    }

    static Map<AccountId, WorkerSpec> byAccount(Collection<WorkerSpec> specs) {
        Map<AccountId, WorkerSpec> byAccount = new LinkedHashMap<>();
        for (WorkerSpec spec : Require.nonNull("specs", specs)) {
            if (byAccount.put(spec.account(), spec) != null) {
                throw new IllegalArgumentException(
                        "specs must name each account once, account " + spec.account() + " is there twice");
            }
        }
        return byAccount;
    }

    /**
     * Stops the worker of an account because a person wants it: the account stays stopped, across restarts of every host,
     * until {@link #start}. An account that was never started is marked as stopped. A worker of another machine is ended by the
     * hosts of that machine: they are waited for, for the grace and 10 s since they were asked first, or until this thread is
     * interrupted.
     */
    public StopResult stop(AccountId account) {
        return stop(account, StopOrder.byPerson());
    }

    /**
     * Stops the worker of an account by this order, which is kept with row and report. {@link StopOrder#byApplication} leaves
     * it to the application to start the account again with {@link #ensure}; it never takes the place of a person's stop.
     */
    public StopResult stop(AccountId account, StopOrder order) {
        Require.noneNull("account order", account, order);
        return host.calls().stop(account, order);
    }

    /**
     * Stops many accounts, each as {@link #stop(AccountId, StopOrder)}: all are marked as stopped first, and then their workers
     * are ended side by side. Blocks until all is done; the results come in the order of the accounts, each once.
     *
     * @throws StopsFailedException if the registry failed for some of them, after all were tried; it has the other results
     */
    public Map<AccountId, StopResult> stopAll(Collection<AccountId> accounts, StopOrder order) {
        return host.calls().stopAll(copy(accounts), Require.nonNull("order", order));
    }

    /**
     * Leaves an account alone: its worker runs on, and once it has ended nothing starts another but a person who names the
     * account. It counts for all hosts of the data directory and outlives them.
     *
     * @param until the end of the pause; empty until {@link #resume}
     */
    public void pause(AccountId account, Optional<Instant> until, StopOrder order) {
        Require.noneNull("account until order", account, until, order);
        host.calls().pause(Optional.of(account), until, order);
    }

    /** Leaves all accounts of the data directory alone, as {@link #pause}. */
    public void pauseAll(Optional<Instant> until, StopOrder order) {
        Require.noneNull("until order", until, order);
        host.calls().pause(Optional.empty(), until, order);
    }

    /** Ends the pause of an account; false if it had none of its own. */
    public boolean resume(AccountId account, StopOrder order) {
        Require.noneNull("account order", account, order);
        return host.calls().resume(Optional.of(account), order);
    }

    /** Ends the pause of all accounts together; false if there was none. Those of single accounts stay. */
    public boolean resumeAll(StopOrder order) {
        Require.nonNull("order", order);
        return host.calls().resume(Optional.empty(), order);
    }

    /**
     * Takes an account out of every list, and removes its reports and its plan; refused while a worker of it may run. Its
     * logs go by retention. The wish for it stays: one that a person stopped stays stopped, one that is wanted begins anew with
     * the next start.
     */
    public ForgetResult forget(AccountId account, StopOrder order) {
        Require.noneNull("account order", account, order);
        return host.calls().forget(account, order);
    }

    /** Sends a signal to the worker of an account, whose identity is verified right before. */
    public SignalResult signal(AccountId account, WorkerSignal signal) {
        Require.noneNull("account signal", account, signal);
        return host.calls().signal(account, signal);
    }

    /**
     * Ends the worker of an account, if there is one, and starts another. The wish for the account does not change: one that a
     * person stopped is {@code Refused}.
     */
    public StartResult restart(WorkerSpec spec) {
        return host.calls().restart(Require.nonNull("spec", spec));
    }

    /**
     * Starts an account because a person wants it, without knowing what to run: as {@link #start(Collection)}.
     */
    public StartResult start(AccountId account) {
        return one(account, host.calls()::start);
    }

    /** Starts the worker of an account again without knowing what to run: as {@link #restart(Collection)}. */
    public StartResult restart(AccountId account) {
        return one(account, host.calls()::restart);
    }

    private static StartResult one(
            AccountId account, Function<Collection<AccountId>, Map<AccountId, StartResult>> call) {
        return Objects.requireNonNull(
                call.apply(List.of(Require.nonNull("account", account))).get(account));
    }

    /**
     * Starts accounts because a person wants each of them, without knowing what to run. The wish is written to the row and
     * outlives this supervisor: a host that {@link Builder#keepRunning keeps the account running}, in this process or in
     * another of the node, starts the worker at once, in a new series of restarts. Waits until the workers have outlived
     * their start grace, for as long as something happens within 10 seconds. Where no host acts the wish stays, and the
     * account is {@code Refused}, WISH_WAITS.
     *
     * @return a result for each account, in this order
     */
    public Map<AccountId, StartResult> start(Collection<AccountId> accounts) {
        return host.calls().start(copy(accounts));
    }

    /**
     * As {@link #start(Collection)}, because the application wants it: an account that a person stopped, and one whose plan
     * waits for its time or for a person, are {@code Refused}.
     */
    public Map<AccountId, StartResult> ensure(Collection<AccountId> accounts) {
        return host.calls().ensure(copy(accounts));
    }

    /**
     * As {@link #start(Collection)}, in place of the workers that run: they are ended first, unless no host at work could
     * start others. The wish for an account does not change: one that a person stopped is {@code Refused}.
     */
    public Map<AccountId, StartResult> restart(Collection<AccountId> accounts) {
        return host.calls().restart(copy(accounts));
    }

    /**
     * Restarts every worker of this node that runs, is wanted and is not paused, as {@link #restart(Collection)}: so many at a
     * time, the next ones after those have outlived their start grace, and the pause. One that has ended meanwhile is left
     * to its plan. Blocks until all is done; an interrupt ends it before the next batch, with the results so far.
     *
     * @param batch the workers that are restarted together, 1 to 10,000
     * @param pause the time between two batches, 0 to 1 day
     * @return a result for each account that was tried
     */
    public Map<AccountId, StartResult> restartAll(int batch, Duration pause) {
        Require.between("batch", batch, 1, 10_000);
        return host.calls().restartAll(batch, Require.upToOneDay("pause", Require.nonNull("pause", pause)));
    }

    /**
     * Begins to replace the workers that run by those of another version, as the specs give it. It is written to the data
     * directory, outlives this supervisor, and is done by the hosts that {@link Builder#keepRunning keep accounts running}. At
     * most one goes on at a time; one that is halted is given up. Accounts that are stopped, paused, or wait for their
     * start or a person are not touched: they get the version at their next start. Those of which the specs give another
     * version are left as they are. Each change is told as a {@link WorkerEvent.RolloutChanged}.
     *
     * @return false while another goes on, which stays as it is
     */
    public boolean roll(Rollout rollout, StopOrder order) {
        Require.noneNull("rollout order", rollout, order);
        return host.calls().roll(rollout, order);
    }

    /** Begins a rollout, as {@link #roll(Rollout, StopOrder)} by a person who gives no name. */
    public boolean roll(Rollout rollout) {
        return roll(rollout, StopOrder.byPerson());
    }

    /** Halts the rollout: no further worker is ended. False if none goes on. */
    public boolean haltRollout(StopOrder order) {
        return host.calls().haltRollout(Require.nonNull("order", order));
    }

    /** Lets a halted rollout go on; the accounts that have halted it count no more. False if none is halted. */
    public boolean resumeRollout(StopOrder order) {
        return host.calls().resumeRollout(Require.nonNull("order", order));
    }

    /** The rollout that goes on, or the last one of the data directory; empty if there never was one. */
    public Optional<RolloutStatus> rollout() {
        return host.calls().rollout();
    }

    private static List<AccountId> copy(Collection<AccountId> accounts) {
        Require.nonNull("accounts", accounts).forEach(account -> Require.nonNull("account", account));
        return List.copyOf(accounts);
    }

    /**
     * The state of an account; empty if it was neither started nor stopped yet. A row that cannot be read is a
     * {@link RegistryException}.
     */
    public Optional<WorkerStatus> status(AccountId account) {
        return host.calls().look(inspector -> inspector.status(account));
    }

    /**
     * The state of every account, in order; empty if nothing was ever started. An account whose row cannot be read is missing:
     * it is reported as a {@link WorkerEvent.Trouble} when it is first met, and named by {@link #doctor()} every time.
     */
    public List<WorkerStatus> list() {
        return host.calls().look(inspector -> inspector.list());
    }

    /** The reports of the last stops of an account, newest first, as {@link WorkerInspector#why}. */
    public List<StopReport> why(AccountId account) {
        return host.calls().look(inspector -> inspector.why(account));
    }

    /** Looks up log entries, as {@link WorkerInspector#logs(LogQuery)}, in the first log sink. Blocks for as long as the sink does. */
    public LogAnswer logs(LogQuery query) {
        return host.calls().look(inspector -> inspector.logs(query));
    }

    /** Looks up more log entries than memory holds, as {@link WorkerInspector#logs(LogQuery, Consumer)}. */
    public void logs(LogQuery query, Consumer<LogAnswer> part) {
        host.calls().look(inspector -> {
            inspector.logs(query, part);
            return true;
        });
    }

    /** The history of an account, oldest first, as {@link WorkerInspector#timeline}. */
    public List<TimelineEntry> timeline(AccountId account) {
        return host.calls().look(inspector -> inspector.timeline(account));
    }

    /** The number of stops of all accounts since an instant, as {@link WorkerInspector#counts}. */
    public StopCounts counts(Instant since) {
        return host.calls().look(inspector -> inspector.counts(since));
    }

    /** The faults of machine, data directory, registry and rows, and facts worth knowing; the most urgent first. */
    public List<WorkerInspector.Finding> doctor() {
        return host.calls().look(inspector -> inspector.doctor());
    }

    /** Adds a listener, which gets every event from now on. */
    public void addListener(WorkerListener listener) {
        host.addListener(Require.nonNull("listener", listener));
    }

    /** Removes a listener that was added here or by the builder; false if it is none. */
    public boolean removeListener(WorkerListener listener) {
        return host.removeListener(Require.nonNull("listener", listener));
    }

    /**
     * Brings rows and processes in line now: adopts workers of other hosts, files the ends of dead ones, resumes stops, ends
     * leftover processes. It also runs by itself, when the supervisor begins and at every interval.
     */
    public ReconcileReport reconcile() {
        return host.calls().reconcile();
    }

    /**
     * Ends the supervision and leaves the workers running, unless the builder was told to end them. Waits for calls in
     * progress, within the close timeout. A second call does nothing.
     */
    @Override
    public void close() {
        host.close();
    }

    /** Builds a {@link WorkerSupervisor}; not thread-safe. A value out of its bounds is an {@link IllegalArgumentException}. */
    public static final class Builder {
        private final DataDirectory data;
        private final WorkerRegistry registry;
        private final List<WorkerListener> listeners = new ArrayList<>();
        private final List<BiConsumer<WorkerSupervisor, WorkerEvent>> informed = new ArrayList<>();
        private final List<DiagnosisRule> rules = new ArrayList<>();
        private final List<LogSink> sinks = new ArrayList<>();
        private Optional<LivenessProbe> probe = Optional.empty();
        private Optional<HostSettings.Keep> keeping = Optional.empty();
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
         * Adds a listener that gets the supervisor with every event, so that it need not be known before it is built. Events of
         * the building wait until it is over.
         */
        public Builder onEvent(BiConsumer<WorkerSupervisor, WorkerEvent> listener) {
            informed.add(Require.nonNull("listener", listener));
            return this;
        }

        /** Adds a listener, which gets every event. */
        public Builder listener(WorkerListener listener) {
            listeners.add(Require.nonNull("listener", listener));
            return this;
        }

        /**
         * Adds a rule that explains the end of a worker's log, for instance
         * {@code DiagnosisRule.rule("shop.quota", StopReason.FLOOD_WAIT, "^Quota used up").build()}. It is asked before those of
         * {@code data/rules.d} and the library's own, in the order in which rules are added.
         */
        public Builder rule(DiagnosisRule rule) {
            rules.add(Require.nonNull("rule", rule));
            return this;
        }

        /**
         * Sets the application's probe. It is asked beside the library's own, may turn an answer into doubt, and has 2 s to answer.
         */
        public Builder probe(LivenessProbe probe) {
            this.probe = Optional.of(Require.nonNull("probe", probe));
            return this;
        }

        /** Keeps accounts running by {@link RestartPolicy#standard()}; else as {@link #keepRunning(WorkerSpecs, RestartPolicy)}. */
        public Builder keepRunning(WorkerSpecs specs) {
            return keepRunning(specs, RestartPolicy.standard());
        }

        /**
         * Keeps accounts running: one that is wanted, that the specs know and whose worker has ended is started again when the
         * policy says so. Those that the specs list and that were never started are started. The plan for each account stands
         * in its row, so that it outlives this host. {@link #ensure} obeys it; {@link #start}, which a person calls, does not. By
         * default nothing is started again.
         *
         * @param specs asked for what to run at each of these starts
         * @param policy when, for all accounts that have no {@link WorkerSpec#restart() policy of their own}
         */
        public Builder keepRunning(WorkerSpecs specs, RestartPolicy policy) {
            Require.noneNull("specs policy", specs, policy);
            this.keeping = Optional.of(new HostSettings.Keep(specs, policy));
            return this;
        }

        /** Sets the wall clock, by default the system's. Only people read it: nothing is decided by it. */
        public Builder clock(InstantSource clock) {
            this.clock = Require.nonNull("clock", clock);
            return this;
        }

        /** Sets the time between two reconciles, by default {@link #DEFAULT_RECONCILE_INTERVAL}: 100 ms to one hour. */
        public Builder reconcileInterval(Duration interval) {
            Require.nonNull("interval", interval);
            this.reconcileInterval = Optional.of(
                    Require.between("reconcileInterval", interval, Duration.ofMillis(100), Duration.ofHours(1)));
            return this;
        }

        /**
         * Leaves the other accounts alone: the supervisor reconciles only when {@link WorkerSupervisor#reconcile} is called. For
         * tools that do one thing and end.
         */
        public Builder withoutReconcile() {
            this.reconcileInterval = Optional.empty();
            return this;
        }

        /** Sets the longest time of {@link WorkerSupervisor#close()}, by default {@link #DEFAULT_CLOSE_TIMEOUT}: up to one day. */
        public Builder closeTimeout(Duration timeout) {
            this.closeTimeout = Require.upToOneDay("closeTimeout", Require.nonNull("timeout", timeout));
            return this;
        }

        /** Sets the fate of the workers at close, by default {@link OnClose#LEAVE_RUNNING}. */
        public Builder onClose(OnClose onClose) {
            this.onClose = Require.nonNull("onClose", onClose);
            return this;
        }

        /**
         * Sets the launch path, by default {@link LaunchPath#AUTO}. Workers that were started by one path are supervised and
         * stopped through the other.
         */
        public Builder launcher(LaunchPath path) {
            this.launcher = Require.nonNull("path", path);
            return this;
        }

        /**
         * Sets the directory that the keeper's program is written to and run from, in place of the data directory,
         * {@code XDG_RUNTIME_DIR} and the temporary directory, which are tried in this order. It is made if it is missing; only
         * this user may be able to write it, and it must not be mounted noexec.
         *
         * @throws DataDirectoryException if it is not certain which one is meant, as {@link DataDirectory#absolute}
         */
        public Builder keeperDirectory(Path directory) {
            this.keeperDirectory = Optional.of(DataDirectory.absolute(Require.nonNull("directory", directory)));
            return this;
        }

        /**
         * Adds a sink, which gets every entry of all workers of the data directory, also of those that ended while no host ran.
         * Sinks are served apart from each other; where several hosts name one, one of them serves it. The first one answers
         * {@link WorkerSupervisor#logs}. The caller closes it after the supervisor.
         *
         * @throws IllegalArgumentException if there is one of this name already, or the name cannot name a directory
         */
        public Builder logSink(LogSink sink) {
            String name = Require.nonNull("sink", sink).name();
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

        /** Sets the least level of workers' entries in {@code data/worker.log}, by default {@link LogLevel#WARNING}. */
        public Builder summaryLevel(LogLevel least) {
            this.summaryLevel = Require.nonNull("least", least);
            return this;
        }

        /**
         * Sets the masking of entries before they leave the workers' files for a sink or a stop report, by default
         * {@link Redaction#standard()}.
         */
        public Builder redaction(Redaction redaction) {
            this.redaction = Require.nonNull("redaction", redaction);
            return this;
        }

        /**
         * Sets the most entries of one worker that go into a sink in a minute, 1 to 10,000,000; by default all go. The others stay
         * in its file, and one entry with their number stands for them.
         */
        public Builder logBudget(int entriesPerMinute) {
            Require.between("entriesPerMinute", entriesPerMinute, 1, 10_000_000);
            this.logBudget = OptionalInt.of(entriesPerMinute);
            return this;
        }

        /**
         * Sets the times at which files of workers are archived and removed, by default {@link LogRetention#DEFAULT}. Entries that
         * a sink does not have yet are never removed.
         */
        public Builder logRetention(LogRetention retention) {
            this.logRetention = Require.nonNull("retention", retention);
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
         * Accepts a data directory that was copied, restored or moved. Call it once, when no host and no worker uses the original
         * any more.
         */
        public Builder acceptMovedDirectory() {
            this.acceptsMoved = true;
            return this;
        }

        /**
         * Makes the supervisor: stamps the data directory, looks for living workers that no row names, and reconciles; work that
         * takes longer than 10 s goes on in the background. A failing reconcile is logged and reported to the listener; it is tried
         * again at every interval.
         *
         * @throws DataDirectoryException if the platform lacks what is needed, or the directory is not the one that was stamped
         * @throws RegistryException if the registry fails
         */
        public WorkerSupervisor build() {
            if (keeping.isPresent() && reconcileInterval.isEmpty()) {
                throw new IllegalStateException("keepRunning needs the reconcile, which withoutReconcile switched off");
            }
            CompletableFuture<WorkerSupervisor> built = new CompletableFuture<>();
            List<WorkerListener> all = new ArrayList<>(listeners);
            informed.forEach(listener -> all.add(event -> informed(built, listener, event)));
            try {
                WorkerSupervisor supervisor = new WorkerSupervisor(Host.open(settings(all)));
                built.complete(supervisor);
                return supervisor;
            } finally {
                built.cancel(false);
            }
        }

        private static void informed(
                CompletableFuture<WorkerSupervisor> built,
                BiConsumer<WorkerSupervisor, WorkerEvent> listener,
                WorkerEvent event) {
            WorkerSupervisor supervisor;
            try {
                supervisor = built.join();
            } catch (CancellationException neverBuilt) {
                return;
            }
            listener.accept(supervisor, event);
        }

        private HostSettings settings(List<WorkerListener> all) {
            return new HostSettings(
                    data,
                    registry,
                    probe,
                    List.copyOf(all),
                    List.copyOf(rules),
                    clock,
                    reconcileInterval,
                    closeTimeout,
                    onClose,
                    acceptsMoved,
                    new LaunchPaths.Settings(
                            launcher, keeperDirectory, withoutLock, seams.keeper(), seams.keeperPatience()),
                    new LogSettings(List.copyOf(sinks), summaryLevel, redaction, logBudget, logRetention),
                    keeping,
                    seams);
        }

        /** Changes settings that only tests change. */
        Builder seams(UnaryOperator<Seams> change) {
            seams = change.apply(seams);
            return this;
        }
    }
}
