package io.workersupervisor.internal.keeping;

import io.workersupervisor.AccountId;
import io.workersupervisor.Confidence;
import io.workersupervisor.Desired;
import io.workersupervisor.Redaction;
import io.workersupervisor.RegistryException;
import io.workersupervisor.Restart;
import io.workersupervisor.RestartPolicy;
import io.workersupervisor.Rollout;
import io.workersupervisor.StartResult;
import io.workersupervisor.StartsFailedException;
import io.workersupervisor.StopOrder;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerSignal;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSpecs;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.diagnosis.Diagnosis;
import io.workersupervisor.internal.diagnosis.OomCounters;
import io.workersupervisor.internal.diagnosis.RulesDirectory;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.directory.NodeStamp;
import io.workersupervisor.internal.directory.Pauses;
import io.workersupervisor.internal.events.Events;
import io.workersupervisor.internal.events.Guard;
import io.workersupervisor.internal.events.OperatorLog;
import io.workersupervisor.internal.launch.shell.ShellScript;
import io.workersupervisor.internal.launch.shell.ShellTools;
import io.workersupervisor.internal.lifecycle.AccountMutex;
import io.workersupervisor.internal.lifecycle.HostState;
import io.workersupervisor.internal.lifecycle.Lifecycle;
import io.workersupervisor.internal.lifecycle.ProtocolContext;
import io.workersupervisor.internal.lifecycle.RestartRules;
import io.workersupervisor.internal.lifecycle.StartCalls;
import io.workersupervisor.internal.lifecycle.UnfiledEnds;
import io.workersupervisor.internal.liveness.LocalEvidence;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.registry.Actor;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RestartPlan;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.mockito.Mockito;

/**
 * Months of a fleet in seconds, on one thread and from one seed: workers end for every reason, hosts die between any two steps,
 * the store is away, the clock is set, the machine goes down, people stop, start and roll. The engine and the protocols are the
 * real ones; simulated are the machine ({@link SimulatedMachine}), the store ({@link SimulatedStore}) and time
 * ({@link SimulatedTime}). {@link Promises} watches every step.
 */
final class Simulation {
    static final Duration TICK = Duration.ofMinutes(3);

    /** Its spec cannot be looked up, its launch throws, its row cannot be read. */
    static final AccountId WITHOUT_SPEC = AccountId.of(1);

    static final AccountId WITHOUT_LAUNCH = AccountId.of(2);
    static final AccountId WITHOUT_ROW = AccountId.of(3);

    /** One in so many gives up after five crashes. */
    private static final int GIVING_UP = 10;

    private static final List<String> STEPS = List.of(
            "claim",
            "claimed",
            "launched",
            "running",
            "run",
            "report",
            "closed",
            "told",
            "fence",
            "fenced",
            "terming",
            "termed",
            "term",
            "roll",
            "rolling",
            "roll end",
            "roll ended");

    private static final RestartPolicy GIVES_UP = RestartPolicy.standard()
            .on(
                    StopReason.UNHANDLED_EXCEPTION,
                    Restart.backoff(Duration.ofSeconds(1), Duration.ofMinutes(5))
                            .giveUpAfter(5));

    /** A host dies: it does nothing any more, whoever contains this. */
    private static final class Death extends RuntimeException {
        private static final long serialVersionUID = 1;

        Death() {
            super("planted death", null, false, false);
        }
    }

    /** It is thrown and logged by each tick: without a stack trace. */
    private static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;

        Failure() {
            super("planted failure", null, false, false);
        }
    }

    private static final ScheduledFuture<?> SCHEDULED = Mockito.mock(ScheduledFuture.class);

    private final int accounts;
    private final Duration length;
    private final Random random;
    private final SimulatedTime time = new SimulatedTime();
    private final ShellScript script = ShellScript.load(ShellTools.find(ShellTools.systemPath(), false));
    private final SimulatedMachine machine;
    private final SimulatedStore store;
    private final Promises promises;
    private final MessageDigest trace;
    private final Queue<Runnable> work = new ArrayDeque<>();
    private final Map<AccountId, StopReason> episodes = new HashMap<>();
    private final Map<StopReason, Integer> restarts = new EnumMap<>(StopReason.class);
    private final Map<String, Integer> counts = new TreeMap<>();
    private Person console;
    private @Nullable Host host;
    private int version = 1;
    private boolean isProxyDown;
    private boolean isBusy;

    Simulation(Path directory, long seed, int accounts, Duration length) throws NoSuchAlgorithmException {
        this.accounts = accounts;
        this.length = length;
        this.random = new Random(seed);
        this.trace = MessageDigest.getInstance("SHA-256");
        this.promises = new Promises();
        this.store = new SimulatedStore(WITHOUT_ROW, promises::filed);
        this.machine = new SimulatedMachine(directory, script, time, random, promises);
        this.console = new Person();
    }

    /** The findings; the same for the same seed. */
    record Outcome(
            String digest, Map<StopReason, Integer> restarts, Map<String, Integer> counts, List<String> broken) {}

    Outcome run() {
        console.open();
        open();
        plan(Duration.ofHours(7), this::crash);
        plan(Duration.ofHours(29), () -> outage(Duration.ofSeconds(30 + random.nextInt(900))));
        plan(Duration.ofDays(5), this::reboot);
        plan(Duration.ofDays(6), this::jump);
        plan(Duration.ofDays(6), this::proxy);
        plan(Duration.ofDays(4), this::roll);
        plan(Duration.ofHours(24), this::ensureSome);
        plan(Duration.ofMinutes(40_000 / accounts), this::stopOne);
        plan(Duration.ofMinutes(90_000 / accounts), () -> person(() -> restart(any())));
        plan(Duration.ofHours(10), this::pauseOne);
        plan(Duration.ofHours(3), () -> person(() -> signal(any())));
        long end = time.nanos() + length.toNanos();
        while (promises.broken.isEmpty() && time.nanos() < end) {
            time.pass(Duration.ofHours(1), this::drain);
        }
        if (host != null) {
            host.die();
        }
        console.close();
        return new Outcome(HexFormat.of().formatHex(trace.digest()), restarts, counts, promises.broken);
    }

    private AccountId any() {
        return AccountId.of(4 + random.nextInt(accounts - 3));
    }

    private static long number(AccountId account) {
        return (Long) account.value();
    }

    private Duration about(Duration mean) {
        return Duration.ofMillis((long) (-Math.log(1 - random.nextDouble()) * mean.toMillis()) + 1);
    }

    private void plan(Duration every, Runnable act) {
        time.later(about(every), () -> {
            act.run();
            plan(every, act);
        });
    }

    private void note(String what) {
        trace.update((time.nanos() / 1_000_000 + " " + what + "\n").getBytes(StandardCharsets.UTF_8));
        String kind = what.substring(0, what.indexOf(' '));
        counts.merge(kind, 1, Integer::sum);
    }

    private void drain() {
        for (Runnable next = work.poll(); next != null; next = work.poll()) {
            next.run();
        }
    }

    // Events that happen to the fleet.

    private void open() {
        Host opened = new Host();
        try {
            opened.open();
            host = opened;
            note("host begins");
        } catch (RegistryException | Death refused) {
            opened.die();
            time.later(Duration.ofSeconds(20), this::open);
        }
    }

    private void hostDied() {
        note("host dies");
        host = null;
        Duration back = random.nextInt(8) == 0 ? about(Duration.ofMinutes(30)) : about(Duration.ofSeconds(20));
        time.later(back, this::open);
    }

    private void crash() {
        if (host != null && random.nextInt(5) == 0) {
            host.die();
        } else if (host != null) {
            host.dieAt(STEPS.get(random.nextInt(STEPS.size())), 1 + random.nextInt(3));
        }
    }

    private void outage(Duration outage) {
        note("store away");
        if (random.nextBoolean()) {
            store.losesAnswer = true;
        } else {
            store.isAway = true;
        }
        promises.disturbed();
        time.later(outage, () -> {
            store.isAway = false;
            store.losesAnswer = false;
        });
    }

    private void reboot() {
        note("machine down");
        if (host != null) {
            host.die();
        }
        console.die();
        machine.reboot();
        console = new Person();
        console.open();
    }

    private void jump() {
        boolean isForward = random.nextBoolean();
        Duration by = Duration.ofMinutes(1 + random.nextInt(5 * 1_440));
        note("clock " + (isForward ? "+" : "-") + by);
        time.jump(isForward ? by : by.negated());
        promises.jumped(isForward);
    }

    private void proxy() {
        note("proxy down");
        isProxyDown = true;
        machine.living.values().stream()
                .filter(worker -> isBehindProxy(worker.account))
                .toList()
                .forEach(worker ->
                        time.world(Duration.ofMillis(random.nextInt(60_000)), () -> machine.disconnect(worker)));
        time.later(Duration.ofMinutes(30 + random.nextInt(90)), () -> isProxyDown = false);
    }

    private static boolean isBehindProxy(AccountId account) {
        return number(account) % 7 == 0;
    }

    /** Every second version is bad: some accounts cannot run it. */
    private boolean isBad(AccountId account, String of) {
        return Long.parseLong(of) % 2 == 0 && number(account) % 20 == 5;
    }

    private void roll() {
        person(() -> {
            version++;
            note("roll " + version);
            console.rollouts().halt(StopOrder.by("operator"));
            console.rollouts()
                    .begin(
                            Rollout.to(Integer.toString(version))
                                    .batch(Math.max(2, accounts / 20))
                                    .pauseBetween(Duration.ofMinutes(10))
                                    .haltAfter(3),
                            StopOrder.by("operator"));
        });
    }

    // Orders of people and of the application.

    private void person(Runnable act) {
        if (isBusy) {
            time.later(Duration.ofSeconds(30), () -> person(act));
            return;
        }
        isBusy = true;
        try {
            act.run();
        } catch (RegistryException | StartsFailedException away) {
            note("person sees that the store is away");
        } catch (Death reboot) {
            note("person is at a machine that is down");
        } finally {
            isBusy = false;
        }
        if (host != null) {
            host.listen();
        }
    }

    private void stopOne() {
        AccountId account = any();
        boolean isByApplication = random.nextInt(3) == 0;
        person(() -> {
            note("stop " + account);
            console.lifecycle()
                    .stopCalls()
                    .stop(account, isByApplication ? StopOrder.byApplication() : StopOrder.by("operator"));
        });
        if (!isByApplication) {
            time.later(about(Duration.ofHours(12)), () -> person(() -> start(account)));
        }
    }

    private void start(AccountId account) {
        note("start " + account);
        console.lifecycle().wishes().start(List.of(account), StartCalls.Verb.START);
    }

    private void restart(AccountId account) {
        note("restart " + account);
        console.lifecycle().wishes().start(List.of(account), StartCalls.Verb.RESTART);
    }

    private void signal(AccountId account) {
        console.lifecycle().orders().signal(account, WorkerSignal.HUP);
    }

    private void pauseOne() {
        AccountId account = any();
        person(() -> {
            note("pause " + account);
            console.lifecycle()
                    .orders()
                    .pause(
                            Optional.of(account),
                            Optional.of(time.now().plus(Duration.ofHours(3))),
                            StopOrder.by("operator"));
        });
    }

    /** The application's nightly job names accounts, and not people's stops. */
    private void ensureSome() {
        for (int one = 0; host != null && one < accounts / 4; one++) {
            host.start(any(), StartCalls.Verb.ENSURE);
        }
    }

    private SimulatedMachine.Life life(AccountId account, String of) {
        if (isProxyDown && isBehindProxy(account)) {
            return new SimulatedMachine.Life(
                    Duration.ofMillis(500 + random.nextInt(5_000)), StopReason.DISCONNECTED, Optional.empty());
        } else if (isBad(account, of)) {
            return new SimulatedMachine.Life(Duration.ofSeconds(3), StopReason.CONFIGURATION, Optional.empty());
        }
        StopReason reason = Optional.ofNullable(episodes.get(account)).orElseGet(this::cause);
        boolean isEpisode = episodes.remove(account) != null;
        if ((isEpisode || random.nextInt(8) == 0) && random.nextInt(8) > 0) {
            episodes.put(account, reason);
            return new SimulatedMachine.Life(
                    Duration.ofMillis(20 + random.nextInt(20_000)), reason, wait(reason, Duration.ofMinutes(3)));
        }
        return new SimulatedMachine.Life(about(length.dividedBy(4)), reason, wait(reason, Duration.ofHours(6)));
    }

    private Optional<Duration> wait(StopReason reason, Duration mean) {
        return reason == StopReason.FLOOD_WAIT && random.nextInt(4) > 0
                ? Optional.of(Duration.ofSeconds(1 + about(mean).toSeconds()))
                : Optional.empty();
    }

    private static final List<StopReason> CAUSES = List.of(
            StopReason.UNHANDLED_EXCEPTION,
            StopReason.UNHANDLED_EXCEPTION,
            StopReason.UNHANDLED_EXCEPTION,
            StopReason.KILLED_BY_SIGNAL,
            StopReason.KILLED_BY_SIGNAL,
            StopReason.DISCONNECTED,
            StopReason.DISCONNECTED,
            StopReason.FLOOD_WAIT,
            StopReason.FLOOD_WAIT,
            StopReason.COMPLETED,
            StopReason.UNKNOWN,
            StopReason.OUT_OF_MEMORY,
            StopReason.DATABASE_LOCKED,
            StopReason.SESSION_COPY_FAILED,
            StopReason.START_FAILED);

    private StopReason cause() {
        return random.nextInt(12) > 0
                ? CAUSES.get(random.nextInt(CAUSES.size()))
                : List.copyOf(Promises.OF_PEOPLE).stream()
                        .sorted()
                        .toList()
                        .get(random.nextInt(Promises.OF_PEOPLE.size()));
    }

    private WorkerSpec spec(AccountId account) {
        WorkerSpec.Builder spec = WorkerSpec.builder(account, "bot")
                .version(Integer.toString(version))
                .startGrace(Duration.ZERO)
                .stopGrace(Duration.ofSeconds(2));
        return (givesUp(account) ? spec.restart(GIVES_UP) : spec).build();
    }

    private static boolean givesUp(AccountId account) {
        return number(account) % GIVING_UP == 0;
    }

    /** The application. */
    private final class Specs implements WorkerSpecs {
        private final List<AccountId> all = new ArrayList<>();

        Specs() {
            for (int account = 1; account <= accounts; account++) {
                all.add(AccountId.of(account));
            }
        }

        @Override
        public Optional<WorkerSpec> find(AccountId account) {
            if (account.equals(WITHOUT_SPEC)) {
                throw new Failure();
            }
            return Optional.of(spec(account));
        }

        @Override
        public Collection<AccountId> accounts() {
            return all;
        }
    }

    /** The parts of a process that works on the directory, wired as {@link io.workersupervisor.internal.host.Host} does. */
    private abstract class Program {
        private boolean isDead;
        private Optional<String> last = Optional.empty();
        private int passes;
        private StartCalls.@Nullable Verb verb;
        private @Nullable ProtocolContext context;
        private @Nullable Lifecycle lifecycle;
        private @Nullable Rollouts rollouts;
        private @Nullable WorkerRegistry known;
        private final Executor executor = this::execute;

        /** Behind what is under way. */
        void execute(Runnable task) {
            if (!isDead) {
                work.add(() -> perform(task));
            }
        }

        private void perform(Runnable task) {
            try {
                if (!isDead) {
                    task.run();
                }
            } catch (Death died) {
                note("host is gone");
            }
        }

        abstract Clocks clocks();

        void open(Supplier<RestartRules> rules, Consumer<StopReport> ended) {
            LocalEvidence local = machine.evidence(this::requireAlive);
            Clocks clocks = clocks();
            WorkerRegistry registry = store.client(this::requireAlive, row -> promises.written(row, verb));
            NodeStamp.Stamped stamped = NodeStamp.stamp(machine.data, machine.kernel(), registry.id(), false);
            Events events = new Events(clocks, new OperatorLog(Layout.eventLog(machine.data)), ended);
            UnfiledEnds unfiled = new UnfiledEnds();
            known = unfiled.over(registry);
            context = new ProtocolContext(
                    stamped.stamp().node(),
                    new Actor("host-" + random.nextLong(), local.self()),
                    registry,
                    local,
                    local.judge(stamped.stamp().node(), Optional.empty()),
                    machine.launcher(this::requireAlive),
                    events,
                    clocks,
                    new AccountMutex(),
                    new Diagnosis(
                            machine.data,
                            new RulesDirectory(Layout.rules(machine.data), List.of(), clocks, events::trouble),
                            new OomCounters(machine.data.path().resolve("none"), clocks, List::of),
                            Redaction.standard(),
                            true),
                    rules.get(),
                    this::reached);
            HostState state = new HostState(stamped.stamp(), local, events::trouble);
            lifecycle = Lifecycle.of(
                    context,
                    state,
                    unfiled,
                    this::ended,
                    new Lifecycle.Threads(executor, executor, executor, this::behind));
            rollouts = new Rollouts(context, known);
            context.opened();
        }

        /** The filing of a reported end comes a moment later. */
        private void behind(Runnable task) {
            time.later(Duration.ofMillis(20), () -> executor.execute(task));
        }

        private void requireAlive() {
            if (isDead) {
                throw new Death();
            }
        }

        private void reached(String step) {
            requireAlive();
            if (last.equals(Optional.of(step)) && --passes == 0) {
                note("crash at " + step);
                die();
                throw new Death();
            }
        }

        void dieAt(String step, int pass) {
            last = Optional.of(step);
            passes = pass;
        }

        void die() {
            if (!isDead) {
                isDead = true;
                close();
            }
        }

        void close() {
            if (context != null) {
                context.closed();
            }
        }

        /** The one entrance for ends. */
        void ended(String workerId) {
            if (!isDead) {
                lifecycle()
                        .supervised()
                        .accountOf(workerId)
                        .ifPresent(account ->
                                executor.execute(() -> lifecycle().check().ended(account, workerId)));
            }
        }

        ProtocolContext context() {
            return Objects.requireNonNull(context);
        }

        Lifecycle lifecycle() {
            return Objects.requireNonNull(lifecycle);
        }

        Rollouts rollouts() {
            return Objects.requireNonNull(rollouts);
        }
    }

    /** A person at the console, which is a process of its own; while it waits, the hosts work on. */
    private final class Person extends Program {
        @Override
        Clocks clocks() {
            return time.clocks(wait -> {
                if (host != null) {
                    host.listen();
                }
                time.pass(wait, Simulation.this::drain);
            });
        }

        /** A call waits for its threads. */
        @Override
        void execute(Runnable task) {
            task.run();
        }

        void open() {
            open(() -> RestartRules.NONE, report -> {});
        }
    }

    /** A host that keeps the accounts running. */
    private final class Host extends Program {
        private @Nullable KeepingLoop keeping;
        private Runnable listening = () -> {};
        /** Adopted workers whose keeper tells nothing: they are looked at by each tick. */
        private final Set<String> unheard = new HashSet<>();

        @Override
        Clocks clocks() {
            return time.clocks(time::passWorld);
        }

        void open() {
            promises.hostBegins();
            PlannedRestarts planned =
                    new PlannedRestarts(RestartPolicy.standard(), clocks(), promises::told, () -> random);
            open(() -> planned, report -> Optional.ofNullable(keeping).ifPresent(loop -> loop.ended(report)));
            SpecLookup specs =
                    new SpecLookup(new Specs(), planned::seen, context().events(), inline());
            keeping = new KeepingLoop(
                    context(),
                    Objects.requireNonNull(super.known),
                    specs,
                    planned,
                    new Roller(context(), rollouts(), specs, lifecycle().stops(), super.executor, super.executor),
                    spec -> CompletableFuture.supplyAsync(() -> started(spec, StartCalls.Verb.KEEP), super.executor),
                    super.executor,
                    new Timer(),
                    TICK);
            lifecycle().unregistered().look();
            machine.living.values().stream()
                    .filter(worker -> random.nextInt(100) == 0)
                    .forEach(worker -> unheard.add(worker.workerId));
            keeping.prepare();
            Guard.run("reconcile", Optional.empty(), this::reconcile);
            drain();
            keeping.begin();
            time.later(TICK, this::tick);
            if (super.isDead) {
                throw new Death();
            }
        }

        @Override
        void die() {
            if (!super.isDead) {
                super.die();
                if (host == this) {
                    hostDied();
                }
            }
        }

        @Override
        void close() {
            super.close();
            Optional.ofNullable(keeping).ifPresent(KeepingLoop::close);
        }

        @Override
        void ended(String workerId) {
            if (!unheard.contains(workerId)) {
                super.ended(workerId);
            }
        }

        private StartResult started(WorkerSpec spec, StartCalls.Verb verb) {
            if (spec.account().equals(WITHOUT_LAUNCH)) {
                throw new Failure();
            }
            super.verb = verb;
            try {
                return lifecycle().starts().start(spec, verb);
            } finally {
                super.verb = null;
            }
        }

        void start(AccountId account, StartCalls.Verb verb) {
            super.executor.execute(() -> {
                try {
                    started(spec(account), verb);
                } catch (RegistryException away) {
                    note("application sees that the store is away");
                }
            });
        }

        void listen() {
            super.executor.execute(listening);
        }

        private void tick() {
            if (super.isDead) {
                return;
            }
            Guard.run("reconcile", Optional.empty(), () -> {
                reconcile();
                Objects.requireNonNull(keeping).tick();
            });
            listening.run();
            drain();
            promises.ticked();
            time.later(TICK, this::tick);
        }

        /** As a tick of the reconciler chooses. */
        private void reconcile() {
            context().registry().list(RowSelection.openOf(context().node())).rows().stream()
                    .filter(row -> !isHeld(row))
                    .forEach(row ->
                            super.executor.execute(() -> lifecycle().check().check(row.account())));
        }

        private boolean isHeld(WorkerRow row) {
            return row.state() == WorkerState.RUNNING
                    && row.desired() == Desired.RUNNING
                    && lifecycle().supervised().has(row.account(), row.workerId())
                    && machine.isLiving(row)
                    && !unheard.contains(row.workerId());
        }

        /** Runs what is to come later in simulated time; the bell is listened to when it is rung. */
        private final class Timer extends ScheduledThreadPoolExecutor {
            Timer() {
                super(0);
            }

            @Override
            public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
                time.later(Duration.of(delay, unit.toChronoUnit()), () -> Host.super.executor.execute(command));
                return SCHEDULED;
            }

            @Override
            public ScheduledFuture<?> scheduleWithFixedDelay(
                    Runnable command, long initialDelay, long delay, TimeUnit unit) {
                listening = command;
                return SCHEDULED;
            }
        }
    }

    private static ExecutorService inline() {
        return new AbstractExecutorService() {
            @Override
            public void execute(Runnable command) {
                command.run();
            }

            @Override
            public void shutdown() {
                // Nothing runs behind a call.
            }

            @Override
            public List<Runnable> shutdownNow() {
                return List.of();
            }

            @Override
            public boolean isShutdown() {
                return false;
            }

            @Override
            public boolean isTerminated() {
                return false;
            }

            @Override
            public boolean awaitTermination(long timeout, TimeUnit unit) {
                return true;
            }
        };
    }

    /** The promises, judged at every step by rules of their own. */
    private final class Promises implements SimulatedMachine.Watch {
        static final Set<StopReason> OF_PEOPLE = Set.of(
                StopReason.SESSION_CONFLICT,
                StopReason.ACCOUNT_BANNED,
                StopReason.AUTHORIZATION_LOST,
                StopReason.LOGIN_REQUIRED,
                StopReason.CONFIGURATION);
        private static final Set<StopReason> NOBODYS =
                Set.of(StopReason.STOPPED_ON_REQUEST, StopReason.MACHINE_LOST, StopReason.LEASE_LOST);
        private static final Set<StopReason> CONNECTIONS =
                Set.of(StopReason.DISCONNECTED, StopReason.DATABASE_LOCKED, StopReason.SESSION_COPY_FAILED);
        private static final String GAVE_UP = "gave up";

        /** Beyond the wait: ticks, and refused tries that are held back for up to five minutes. */
        private static final long SLACK = 15;

        private static final int CROWD = 20;

        private final List<String> broken = new ArrayList<>();
        private final Map<AccountId, Boolean> stoppedByPerson = new HashMap<>();
        private final Map<AccountId, String> needPerson = new HashMap<>();
        private final Map<AccountId, Long> notBefore = new HashMap<>();
        private final Set<AccountId> flooded = new HashSet<>();
        private final Map<AccountId, List<Long>> ends = new HashMap<>();
        private final Map<String, Long> goneAt = new HashMap<>();
        private final Map<AccountId, StopReason> last = new HashMap<>();
        private final Map<AccountId, String> ranVersion = new HashMap<>();
        private final Map<AccountId, Long> down = new HashMap<>();
        private final Map<AccountId, Long> allowed = new HashMap<>();
        private final Map<AccountId, Long> stopping = new HashMap<>();
        private final Set<StopReason> held = new HashSet<>();
        private long heldAt = Long.MIN_VALUE / 2;
        private long jumpedAt = Long.MIN_VALUE / 2;

        private void broken(String promise, AccountId account, String what) {
            note("BROKEN " + promise);
            if (broken.size() < 20) {
                broken.add(promise + " account " + account + " at " + time.nanos() / 1_000_000 + ": " + what
                        + ", last end "
                        + last.get(account) + ", row "
                        + Optional.ofNullable(store.rows.get(account))
                                .map(row -> row.state() + " " + row.desired() + " " + RestartPlan.of(row)));
            }
        }

        @Override
        public SimulatedMachine.Life born(AccountId account, String workerId, String of) {
            note("launch " + account);
            if (machine.living.containsKey(account)) {
                broken("P1", account, "a second worker is launched, and only the lock prevents it");
            }
            Optional.ofNullable(last.get(account)).ifPresent(reason -> restarts.merge(reason, 1, Integer::sum));
            down.remove(account);
            ranVersion.put(account, of);
            return life(account, of.isEmpty() ? "1" : of);
        }

        @Override
        public void signalled(Optional<SimulatedMachine.Worker> worker, String signal) {
            if (worker.isEmpty()) {
                broken("P3", WITHOUT_ROW, signal + " to a stranger");
                return;
            }
            AccountId account = worker.get().account;
            note(signal + " " + account);
            Optional<WorkerRow> row = Optional.ofNullable(store.rows.get(account))
                    .filter(found -> found.workerId().equals(worker.get().workerId));
            if (!signal.equals("HUP") && row.filter(found -> !found.isToEnd()).isPresent()) {
                broken("P3", account, signal + " to a worker that nobody ends");
            }
        }

        @Override
        public void gone(SimulatedMachine.Worker worker) {
            note("gone " + worker.account);
            goneAt.put(worker.workerId, time.nanos());
            if (host != null && !host.lifecycle().supervised().has(worker.account, worker.workerId)) {
                return;
            }
            // Adopted ones are told by their keeper; the future of a start tells its own, and twice is once.
            Optional.ofNullable(host).ifPresent(one -> one.ended(worker.workerId));
        }

        /** A row is written; {@code verb} is that of a start of a host. */
        void written(WorkerRow row, StartCalls.@Nullable Verb verb) {
            AccountId account = row.account();
            if (row.desired() == Desired.STOPPED) {
                stoppedByPerson.put(account, !Detail.of(row).isStoppedByApplication());
                return;
            }
            if (RestartPlan.of(row).filter(RestartPlan::isByPerson).isPresent()
                    && row.state() == WorkerState.BACKING_OFF) {
                begun(account);
            } else if (row.state() == WorkerState.STARTING && row.desired() == Desired.RUNNING && verb != null) {
                claimed(row, verb);
            }
        }

        private void begun(AccountId account) {
            stoppedByPerson.remove(account);
            needPerson.remove(account);
            notBefore.remove(account);
            flooded.remove(account);
            ends.remove(account);
            allowed.put(account, 0L);
        }

        private void claimed(WorkerRow row, StartCalls.Verb verb) {
            AccountId account = row.account();
            Boolean byPerson = stoppedByPerson.get(account);
            boolean isNew = !row.version().equals(Optional.ofNullable(ranVersion.get(account)));
            if (byPerson != null && (byPerson || verb != StartCalls.Verb.ENSURE)) {
                broken("P4", account, verb + " of an account that was stopped");
            }
            if (byPerson != null) {
                begun(account);
            }
            String need = needPerson.get(account);
            if (need != null && !(need.equals(GAVE_UP) && isNew)) {
                broken("P4", account, verb + " of an account that needs a person: " + need);
            }
            needPerson.remove(account);
            long early = notBefore.getOrDefault(account, 0L) - time.nanos();
            if (early > 0 && (!isNew || flooded.contains(account))) {
                broken("P4", account, verb + " is " + early / 1_000_000_000 + " s too early");
            }
            notBefore.remove(account);
            flooded.remove(account);
            if (isNew) {
                ends.remove(account);
            }
        }

        void filed(Optional<WorkerRow> before, StopReport report) {
            AccountId account = report.account();
            StopReason reason = report.reason();
            note("end " + account + " " + reason);
            long at = Optional.ofNullable(goneAt.remove(report.workerId())).orElse(time.nanos());
            last.put(account, reason);
            if (before.filter(row -> row.desired() == Desired.RUNNING).isEmpty()) {
                return;
            }
            boolean isOfPeople = OF_PEOPLE.contains(reason) && report.confidence() != Confidence.POSSIBLE;
            List<Long> counted = ends.computeIfAbsent(account, first -> new ArrayList<>());
            boolean isHeld = held.contains(reason)
                    || time.nanos() - heldAt < Duration.ofHours(2).toNanos();
            counted.removeIf(end -> at - end >= Restart.CALM.toNanos());
            if (isOfPeople) {
                needPerson.put(account, reason.name());
            } else if (reason == StopReason.FLOOD_WAIT) {
                report.retryAfter().ifPresent(wait -> {
                    notBefore.put(account, at + wait.toNanos());
                    flooded.add(account);
                });
                allow(account, report.retryAfter().orElse(Duration.ofDays(1)));
            } else if (NOBODYS.contains(reason)) {
                allow(account, Duration.ZERO);
            } else {
                counted.add(at);
                boolean isCrash = !CONNECTIONS.contains(reason);
                boolean isSpent = isCrash && counted.size() >= 5;
                if (isSpent && !isHeld && givesUp(account) && reason == StopReason.UNHANDLED_EXCEPTION) {
                    needPerson.put(account, GAVE_UP);
                } else if (isSpent && !isHeld) {
                    notBefore.put(account, at + Duration.ofMinutes(59).toNanos());
                }
                boolean mayBeSpent = isSpent || time.nanos() - jumpedAt < Restart.CALM.toNanos() * 2;
                allow(account, isCrash && mayBeSpent ? Duration.ofHours(1) : Duration.ofMinutes(5));
            }
            if (needPerson.containsKey(account)) {
                Duration until = Duration.ofHours(4).plus(about(Duration.ofHours(4)));
                time.later(until, () -> {
                    if (needPerson.containsKey(account) && !stoppedByPerson.containsKey(account)) {
                        person(() -> start(account));
                    }
                });
            }
        }

        private void allow(AccountId account, Duration wait) {
            allowed.put(account, down.getOrDefault(account, 0L) + wait.toMinutes());
        }

        void told(WorkerEvent event) {
            note("brake " + event.describe());
            heldAt = time.nanos();
            if (event instanceof WorkerEvent.RestartsHeld one && !one.isOver()) {
                held.add(one.reason());
            } else if (event instanceof WorkerEvent.RestartsHeld over) {
                held.remove(over.reason());
            }
        }

        void hostBegins() {
            held.clear();
            disturbed();
        }

        /** The engine begins anew with what it holds back. */
        void disturbed() {
            down.clear();
            stopping.clear();
            allowed.replaceAll((account, wait) -> Math.max(wait, 0));
        }

        void jumped(boolean isForward) {
            jumpedAt = time.nanos();
            down.clear();
            ends.clear();
            if (isForward) {
                notBefore.clear();
                flooded.clear();
            }
        }

        /** Takes the row's word: an end for a cause that many share may have counted or not. */
        private boolean isGivenUp(AccountId account) {
            return givesUp(account)
                    && ends.getOrDefault(account, List.of()).size() >= 5
                    && Optional.ofNullable(store.rows.get(account))
                            .flatMap(RestartPlan::of)
                            .filter(RestartPlan::needsPerson)
                            .isPresent();
        }

        /** A tick of a host has passed. */
        void ticked() {
            if (store.isAway || store.losesAnswer) {
                return;
            }
            Pauses.Counting pauses = new Pauses(machine.data).now(time.now());
            List<AccountId> late = new ArrayList<>();
            if (!held.isEmpty() && time.nanos() - heldAt > Duration.ofHours(6).toNanos()) {
                held.clear();
                broken("P2", WITHOUT_ROW, "restarts are held back although the cause is gone");
            }
            for (int number = 4; number <= accounts; number++) {
                AccountId account = AccountId.of(number);
                boolean lives = machine.living.containsKey(account);
                boolean isStopped = stoppedByPerson.containsKey(account);
                if (isStopped && lives) {
                    if (stopping.merge(account, 1L, Long::sum) == 4) {
                        broken("P4", account, "it still runs although it was stopped");
                    }
                    continue;
                }
                stopping.remove(account);
                if (lives
                        || isStopped
                        || needPerson.containsKey(account)
                        || !held.isEmpty()
                        || isGivenUp(account)
                        || pauses.of(account).isPresent()) {
                    continue;
                }
                long minutes = down.merge(account, TICK.toMinutes(), Long::sum);
                long over = minutes - allowed.getOrDefault(account, 0L) - SLACK;
                if (over >= 0 && over < TICK.toMinutes()) {
                    late.add(account);
                }
            }
            late.forEach(account ->
                    broken(late.size() >= CROWD ? "P7" : "P2", account, "not started within its wait and a while"));
        }
    }
}
