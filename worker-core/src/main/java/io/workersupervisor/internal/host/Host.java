package io.workersupervisor.internal.host;

import io.workersupervisor.AccountId;
import io.workersupervisor.Liveness;
import io.workersupervisor.OnClose;
import io.workersupervisor.ReconcileReport;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.StopResult;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerInspector;
import io.workersupervisor.internal.diagnosis.Ailments;
import io.workersupervisor.internal.diagnosis.Diagnosis;
import io.workersupervisor.internal.diagnosis.KernelLog;
import io.workersupervisor.internal.diagnosis.MemoryCounters;
import io.workersupervisor.internal.diagnosis.RulesDirectory;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.directory.NodeStamp;
import io.workersupervisor.internal.events.Events;
import io.workersupervisor.internal.events.Guard;
import io.workersupervisor.internal.events.OperatorLog;
import io.workersupervisor.internal.inspect.Inspector;
import io.workersupervisor.internal.launch.combined.LaunchPaths;
import io.workersupervisor.internal.launch.shell.ShellScript;
import io.workersupervisor.internal.launch.shell.ShellTools;
import io.workersupervisor.internal.lifecycle.AccountCheck;
import io.workersupervisor.internal.lifecycle.AccountMutex;
import io.workersupervisor.internal.lifecycle.EndFiling;
import io.workersupervisor.internal.lifecycle.HostState;
import io.workersupervisor.internal.lifecycle.LaunchSettlement;
import io.workersupervisor.internal.lifecycle.OpenHosts;
import io.workersupervisor.internal.lifecycle.ProtocolContext;
import io.workersupervisor.internal.lifecycle.Signals;
import io.workersupervisor.internal.lifecycle.StartCalls;
import io.workersupervisor.internal.lifecycle.StartProtocol;
import io.workersupervisor.internal.lifecycle.StartVerification;
import io.workersupervisor.internal.lifecycle.StopLadder;
import io.workersupervisor.internal.lifecycle.StopProtocol;
import io.workersupervisor.internal.lifecycle.SupervisedWorkers;
import io.workersupervisor.internal.lifecycle.UnfiledEnds;
import io.workersupervisor.internal.lifecycle.UnregisteredStop;
import io.workersupervisor.internal.lifecycle.WorkerLaunch;
import io.workersupervisor.internal.liveness.LocalEvidence;
import io.workersupervisor.internal.liveness.RowJudge;
import io.workersupervisor.internal.liveness.UnregisteredWorkers;
import io.workersupervisor.internal.logs.LogLookup;
import io.workersupervisor.internal.logs.LogThreads;
import io.workersupervisor.internal.logs.WorkerLogFile;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.EnvironmentSearch;
import io.workersupervisor.internal.machine.Kernel;
import io.workersupervisor.internal.machine.ProcFs;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.registry.Actor;
import io.workersupervisor.internal.registry.RowStatus;
import io.workersupervisor.internal.supervision.AilmentWatch;
import io.workersupervisor.internal.supervision.Reconciler;
import io.workersupervisor.internal.text.Text;
import io.workersupervisor.spi.WorkerRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * One host at work: wires the protocols together, lets each call of the application through its door, and has the threads
 * ({@link HostThreads}) call what goes on by itself.
 */
public final class Host {
    /** How long an end that was told waits for a start that carries it, or for others that share its commit. */
    private static final Duration BEHIND = Duration.ofMillis(20);

    /** How long a beginning host waits for its first pass over the rows, which goes on behind it. */
    private static final Duration FIRST_LOOK = Duration.ofSeconds(10);

    private final ProtocolContext context;
    private final HostState state;
    private final HostThreads threads;
    private final StartCalls starts;
    private final HostClose closing;
    private final SupervisedWorkers supervised = new SupervisedWorkers();
    private final Reconciler reconciler;
    private final StopProtocol stops;
    private final UnregisteredWorkers unregistered;
    private final WorkerInspector inspector;
    private final LaunchPaths paths;
    private final LogThreads logs;
    private final OnClose onClose;
    private final Duration closeTimeout;
    private volatile boolean begun;

    private Host(HostSettings settings, HostThreads threads) {
        this.threads = threads;
        this.onClose = settings.onClose();
        this.closeTimeout = settings.closeTimeout();
        Clocks timing = settings.seams().timing().apply(Clocks.system(settings.clock()));
        Kernel machine = Kernel.current();
        ShellScript script = settings.seams()
                .script()
                .apply(ShellTools.find(
                        settings.seams().searchPath().get(), settings.launch().withoutLock()));
        NodeStamp.Stamped stamped =
                NodeStamp.stamp(settings.data(), machine, settings.registry().id(), settings.acceptsMoved());
        OperatorLog eventLog = new OperatorLog(Layout.eventLog(settings.data()));
        Events events = new Events(
                timing,
                eventLog,
                event -> settings.listeners()
                        .forEach(listener -> Guard.run("listener", event.account(), () -> listener.onEvent(event))),
                this::endOfLog);
        this.paths = LaunchPaths.of(settings.data(), settings.launch(), script, machine, timing, new Told(events));
        LocalEvidence local = LocalEvidence.of(
                settings.data(), machine, ProcFs.system(), script, timing, paths.records(), paths.trial());
        UnfiledEnds unfiled = new UnfiledEnds();
        WorkerRegistry known = unfiled.over(settings.registry());
        RulesDirectory rules =
                new RulesDirectory(Layout.rules(settings.data()), settings.rules(), timing, events::trouble);
        // Reading and compiling them takes longer than a restart.
        threads.readers().execute(rules::rules);
        RowJudge judge = local.judge(stamped.stamp().node(), settings.probe());
        this.context = new ProtocolContext(
                stamped.stamp().node(),
                new Actor(UUID.randomUUID().toString(), self(local)),
                settings.registry(),
                local,
                judge,
                paths.launcher(),
                events,
                timing,
                new AccountMutex(),
                new Diagnosis(
                        settings.data(),
                        rules,
                        new MemoryCounters(settings.seams().root(), timing, new KernelLog()),
                        settings.logs().redaction(),
                        !script.tools().locker().equals(ShellTools.NO_LOCKER)),
                settings.seams().steps());
        this.state = new HostState(stamped.stamp(), local, this::tell);
        Ailments ailments = new Ailments(settings.data(), rules, settings.logs().redaction(), timing);
        AilmentWatch vigil = new AilmentWatch(
                settings.data(),
                ailments,
                (row, ailment) -> events.emit(new WorkerEvent.Unhealthy(
                        timing.now(),
                        RowStatus.of(
                                row,
                                settings.data(),
                                Optional.of(Liveness.alive("worker " + row.workerId() + " runs")),
                                Optional.of(ailment)),
                        ailment)));
        this.logs = LogThreads.of(
                settings.data(),
                settings.logs(),
                known,
                settings.registry(),
                eventLog,
                events,
                paths.puncher(settings.data()),
                file -> vigil.noticed(file.workerId()),
                timing);
        LaunchSettlement settlement = new LaunchSettlement(context);
        EndFiling end = new EndFiling(context, unfiled, behind());
        Signals signals = new Signals(context, settlement);
        StopLadder ladder = new StopLadder(context, settlement, end, signals);
        this.unregistered = new UnregisteredWorkers(settings.registry(), local);
        WorkerLaunch launch = new WorkerLaunch(context, settlement, end, ladder, signals, unregistered);
        StartVerification verification = new StartVerification(context, end);
        this.stops = new StopProtocol(context, end, ladder, unregistered, new UnregisteredStop(context, signals));
        this.starts = new StartCalls(
                context,
                state,
                threads.starters(),
                threads.writers(),
                new StartProtocol(context, settlement, end, ladder, unregistered, launch),
                launch,
                verification,
                stops,
                supervised,
                this::ended);
        this.closing = new HostClose(context, state, threads, stops, supervised, end, this::tell);
        this.reconciler = new Reconciler(
                context,
                end,
                new AccountCheck(context, settlement, end, ladder, verification, supervised),
                supervised,
                vigil,
                threads.pool(),
                threads.ladders(),
                paths.keepers());
        this.inspector = new Inspector(
                settings.data(),
                known,
                local,
                judge,
                paths.described(),
                ailments,
                new LogLookup(
                        settings.data(),
                        known,
                        settings.logs().sinks().stream().findFirst(),
                        settings.logs().redaction(),
                        timing),
                this::tell);
        OpenHosts.opened(context.self().host());
        stamped.notices().forEach(this::tell);
    }

    /** The last words of a worker may have no newline. */
    private void endOfLog(StopReport report) {
        Path directory = context.local().data().path();
        WorkerLogFile.of(directory.resolve(Layout.logName(report.account(), report.workerId())))
                .ifPresent(logs::ended);
    }

    /** What launch paths tell this host. */
    private final class Told implements LaunchPaths.Host {
        private final Events events;

        Told(Events events) {
            this.events = events;
        }

        @Override
        public void ended(String workerId) {
            // Before this host has begun its first look comes anyway.
            if (begun) {
                supervised.accountOf(workerId).ifPresent(account -> Host.this.ended(account, workerId));
            }
        }

        @Override
        public void trouble(String text) {
            events.trouble(text);
        }

        @Override
        public Executor executor() {
            return threads.readers();
        }
    }

    public static Host open(HostSettings settings) {
        HostThreads threads = new HostThreads();
        try {
            Host engine = new Host(settings, threads);
            try {
                engine.begin(settings);
            } catch (RuntimeException refused) {
                engine.paths.keepers().close();
                throw refused;
            }
            return engine;
        } catch (RuntimeException refused) {
            threads.stop();
            throw refused;
        }
    }

    /** Runs what was left to be filed a moment later; once this host is closed the next one does it. */
    private Executor behind() {
        Executor later = CompletableFuture.delayedExecutor(BEHIND.toMillis(), TimeUnit.MILLISECONDS, threads.writers());
        return work -> later.execute(() -> {
            if (state.isAtWork()) {
                work.run();
            }
        });
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a tick contains what it throws
    private void begin(HostSettings settings) {
        begun = true;
        lookForStrangers();
        if (settings.reconcileInterval().isPresent()) {
            logs.begin();
            long interval = settings.reconcileInterval().get().toMillis();
            tick();
            reconciler.awaitLooks(FIRST_LOOK);
            threads.pool().execute(() -> Guard.run("other nodes", Optional.empty(), reconciler::tellOfOtherNodes));
            threads.ticker().scheduleWithFixedDelay(this::tick, interval, interval, TimeUnit.MILLISECONDS);
        }
    }

    private static ProcessIdentity self(LocalEvidence local) {
        long pid = ProcessHandle.current().pid();
        long ticks = local.proc().stat(pid).map(ProcFs.Stat::startTicks).orElse(0L);
        Kernel machine = local.machine();
        return new ProcessIdentity(
                pid,
                ticks,
                ticks == 0 ? ProcessIdentity.startMillis(pid) : 0,
                machine.bootId(),
                machine.pidNamespace(),
                machine.timeNamespace());
    }

    /** Begins a pass over the rows of this node; what it throws is told and does not end the next one. */
    void tick() {
        Guard.run("reconcile", Optional.empty(), () -> {
                    if (state.isAtWork()) {
                        paths.keepers().discover();
                        reconciler.tick();
                    }
                })
                .ifPresent(thrown -> tell("reconcile failed, tried again at the next interval: " + thrown));
    }

    private void lookForStrangers() {
        for (EnvironmentSearch.Marked stranger : unregistered.look()) {
            Guard.run(
                    "stranger",
                    Optional.empty(),
                    () -> context.events()
                            .trouble(
                                    stranger.accountId(),
                                    UnregisteredWorkers.describe(List.of(stranger))
                                            + " and the registry does not know it: "
                                            + (stranger.accountId().isPresent()
                                                    ? "its account is refused while it lives"
                                                    : "its account is none, " + Text.quoted(stranger.account()))));
        }
    }

    private void tell(String text) {
        context.events().trouble(text);
    }

    /** Runs one call of the application; close waits for it. */
    public <T> T call(Supplier<T> body) {
        return state.call(body);
    }

    public StartCalls starts() {
        return starts;
    }

    public WorkerInspector inspector() {
        return inspector;
    }

    /** A launcher has ended, and so has its worker unless the launcher was killed. */
    private void ended(AccountId account, String workerId) {
        try {
            threads.pool()
                    .execute(() -> Guard.run("end", Optional.of(account), () -> {
                        if (state.isAtWork()) {
                            reconciler.ended(account, workerId);
                        }
                    }));
        } catch (RejectedExecutionException isClosed) {
            // The next host files it.
            return;
        }
    }

    public StopResult stop(AccountId account) {
        return state.isMoved()
                ? stops.askAndRefuse(account, RefusalReason.DIRECTORY_REPLACED, state.replaced())
                : stops.stop(account);
    }

    public ReconcileReport reconcile() {
        state.requireIntact();
        lookForStrangers();
        return reconciler.reconcile();
    }

    public synchronized void close() {
        if (!state.beginClosing()) {
            return;
        }
        long deadline = context.timing().nanos() + closeTimeout.toNanos();
        closing.run(onClose == OnClose.STOP_WORKERS, closeTimeout);
        logs.close();
        paths.keepers().close();
        OpenHosts.closed(context.self().host());
        context.events()
                .close(Duration.ofNanos(
                        Math.max(1_000_000, deadline - context.timing().nanos())));
    }
}
