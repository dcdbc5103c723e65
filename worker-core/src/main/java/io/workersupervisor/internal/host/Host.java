package io.workersupervisor.internal.host;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.OnClose;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerListener;
import io.workersupervisor.internal.diagnosis.Ailments;
import io.workersupervisor.internal.diagnosis.Diagnosis;
import io.workersupervisor.internal.diagnosis.OomCounters;
import io.workersupervisor.internal.diagnosis.RulesDirectory;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.directory.NodeStamp;
import io.workersupervisor.internal.events.Events;
import io.workersupervisor.internal.events.Guard;
import io.workersupervisor.internal.events.OperatorLog;
import io.workersupervisor.internal.inspect.Inspector;
import io.workersupervisor.internal.inspect.RunningFiles;
import io.workersupervisor.internal.inspect.WorkerFigures;
import io.workersupervisor.internal.keeping.KeepingLoop;
import io.workersupervisor.internal.keeping.PlannedRestarts;
import io.workersupervisor.internal.keeping.Roller;
import io.workersupervisor.internal.keeping.Rollouts;
import io.workersupervisor.internal.keeping.SpecLookup;
import io.workersupervisor.internal.launch.combined.LaunchPaths;
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
import io.workersupervisor.internal.liveness.RowJudge;
import io.workersupervisor.internal.liveness.UnregisteredWorkers;
import io.workersupervisor.internal.logs.LogLookup;
import io.workersupervisor.internal.logs.LogThreads;
import io.workersupervisor.internal.logs.WorkerLogFile;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.Kernel;
import io.workersupervisor.internal.machine.KernelLog;
import io.workersupervisor.internal.machine.ProcFs;
import io.workersupervisor.internal.registry.Actor;
import io.workersupervisor.internal.registry.RowStatus;
import io.workersupervisor.internal.supervision.AilmentWatch;
import io.workersupervisor.internal.supervision.Reconciler;
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

/**
 * One host at work: wires the parts together, is the one listener to the
 * ends of workers, and has the threads ({@link HostThreads}) call the parts that work by themselves.
 */
public final class Host {
    /** Delay before a reported end is filed, so that a start carries it, or several share one commit. */
    private static final Duration BEHIND = Duration.ofMillis(20);

    /** Longest wait of a beginning host for its first pass over the rows, which goes on behind it. */
    private static final Duration FIRST_LOOK = Duration.ofSeconds(10);

    private final ProtocolContext context;
    private final HostState state;
    private final HostThreads threads;
    private final Lifecycle lifecycle;
    private final Reconciler reconciler;
    private final Inspector inspector;
    private final LaunchPaths paths;
    private final LogThreads logs;
    private final Rollouts rollouts;
    private final Optional<KeepingLoop> keeping;
    private final OnClose onClose;
    private final Duration closeTimeout;
    /** Files of the JDK and the library that were replaced at the last tick. */
    private volatile List<Path> replaced = List.of();

    private volatile boolean begun;

    private Host(HostSettings settings, HostThreads threads) {
        this.threads = threads;
        this.onClose = settings.onClose();
        this.closeTimeout = settings.closeTimeout();
        DataDirectory data = settings.data();
        Seams seams = settings.seams();
        Clocks timing = seams.timing().apply(Clocks.system(settings.clock()));
        Kernel machine = Kernel.current();
        ShellScript script = seams.script()
                .apply(ShellTools.find(
                        seams.searchPath().get(), settings.launch().withoutLock()));
        NodeStamp.Stamped stamped =
                NodeStamp.stamp(data, machine, settings.registry().id(), settings.acceptsMoved());
        OperatorLog eventLog = new OperatorLog(Layout.eventLog(data));
        Events events = new Events(timing, eventLog, this::afterEnd);
        settings.listeners().forEach(events::add);
        this.paths = LaunchPaths.of(
                data, settings.launch(), script, machine, timing, this::ended, events::trouble, threads.readers());
        LocalEvidence local =
                LocalEvidence.of(data, machine, ProcFs.system(), script, timing, paths.records(), paths.trial());
        UnfiledEnds unfiled = new UnfiledEnds();
        WorkerRegistry known = unfiled.over(settings.registry());
        RulesDirectory rules = new RulesDirectory(Layout.rules(data), settings.rules(), timing, events::trouble);
        // Reading and compiling them takes longer than a restart.
        threads.readers().execute(() -> rules.rules());
        Optional<PlannedRestarts> restarts =
                settings.keeping().map(keep -> new PlannedRestarts(keep.policy(), timing, events::emit));
        RowJudge judge = local.judge(stamped.stamp().node(), settings.probe());
        this.context = new ProtocolContext(
                stamped.stamp().node(),
                new Actor(Kernel.hostName() + "/" + UUID.randomUUID(), local.self()),
                settings.registry(),
                local,
                judge,
                paths.launcher(),
                events,
                timing,
                new AccountMutex(),
                new Diagnosis(
                        data,
                        rules,
                        new OomCounters(seams.root(), timing, KernelLog::lines),
                        settings.logs().redaction(),
                        !script.tools().locker().equals(ShellTools.NONE)),
                restarts.<RestartRules>map(planned -> planned).orElse(RestartRules.NONE),
                seams.points());
        this.state = new HostState(stamped.stamp(), local, events::trouble);
        this.lifecycle = Lifecycle.of(
                context,
                state,
                unfiled,
                this::ended,
                new Lifecycle.Threads(threads.starters(), threads.writers(), threads.ladders(), behind()));
        this.rollouts = new Rollouts(context, known);
        this.keeping = settings.keeping()
                .map(keep -> new SpecLookup(keep.specs(), restarts.orElseThrow()::seen, events))
                .map(specs -> new KeepingLoop(
                        context,
                        known,
                        specs,
                        restarts.orElseThrow(),
                        new Roller(context, rollouts, specs, lifecycle.stops(), threads.ladders(), threads.rollers()),
                        spec -> lifecycle.starts().startLater(spec, StartCalls.Verb.KEEP),
                        threads.pool(),
                        threads.ticker(),
                        settings.reconcileInterval().orElseThrow()));
        Ailments ailments = new Ailments(data, rules, settings.logs().redaction(), timing);
        AilmentWatch watch = new AilmentWatch(
                data,
                ailments,
                (row, ailment) -> events.emit(new WorkerEvent.Unhealthy(
                        timing.now(), RowStatus.ofLiving(row, data, "runs", Optional.of(ailment)), ailment)));
        this.logs = new LogThreads(
                data,
                settings.logs(),
                known,
                settings.registry(),
                eventLog,
                events,
                paths.puncher(),
                file -> watch.noticed(file.workerId()),
                timing);
        this.reconciler = new Reconciler(context, lifecycle, watch, threads.pool(), paths.keepers());
        this.inspector = new Inspector(
                data,
                known,
                local,
                judge,
                paths.described(),
                ailments,
                new WorkerFigures(local, timing),
                new LogLookup(
                        data,
                        known,
                        settings.logs().sinks().stream().findFirst(),
                        settings.logs().redaction(),
                        timing),
                new UnregisteredWorkers(known, local),
                new RunningFiles(script),
                text -> events.troubleOnce(Optional.empty(), text));
        context.opened();
        stamped.notices().forEach(events::trouble);
    }

    /** The last words of a worker may have no newline; and its account may be wanted. */
    private void afterEnd(StopReport report) {
        keeping.ifPresent(loop -> loop.ended(report));
        Path directory = context.local().data().path();
        WorkerLogFile.of(directory.resolve(Layout.logName(report.account(), report.workerId())))
                .ifPresent(logs::ended);
    }

    public static Host open(HostSettings settings) {
        HostThreads threads = new HostThreads();
        try {
            Host host = new Host(settings, threads);
            try {
                host.begin(settings);
            } catch (RuntimeException refused) {
                host.keeping.ifPresent(KeepingLoop::close);
                host.lifecycle.readiness().close();
                host.logs.close();
                host.paths.keepers().close();
                host.context.closed();
                throw refused;
            }
            return host;
        } catch (RuntimeException refused) {
            threads.stop();
            throw refused;
        }
    }

    /** Runs the filing of reported ends a moment later; once this host is closed the next one does it. */
    private Executor behind() {
        Executor later = CompletableFuture.delayedExecutor(BEHIND.toMillis(), TimeUnit.MILLISECONDS, threads.writers());
        return work -> later.execute(() -> state.work(work));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a tick contains what it throws
    private void begin(HostSettings settings) {
        begun = true;
        reconciler.reportStrangers();
        if (settings.reconcileInterval().isPresent()) {
            logs.begin();
            long interval = settings.reconcileInterval().get().toMillis();
            keeping.ifPresent(KeepingLoop::prepare);
            tick();
            reconciler.awaitLooks(FIRST_LOOK);
            keeping.ifPresent(KeepingLoop::begin);
            threads.pool().execute(() -> Guard.run("other nodes", Optional.empty(), reconciler::reportOtherNodes));
            if (onClose == OnClose.LEAVE_RUNNING) {
                threads.readers().execute(() -> Guard.run("end of the host", Optional.empty(), this::warnOfOwnEnd));
            }
            threads.ticker().scheduleWithFixedDelay(this::tick, interval, interval, TimeUnit.MILLISECONDS);
        }
    }

    private void warnOfOwnEnd() {
        inspector.endsOfHost().forEach(text -> context.events().troubleOnce(Optional.empty(), text));
    }

    /** Begins a pass over the rows of this node; an exception is reported once and does not end the next pass. */
    void tick() {
        Guard.run(
                        "reconcile",
                        Optional.empty(),
                        () -> state.work(() -> {
                            lookBeneath();
                            paths.keepers().discover();
                            reconciler.tick();
                            keeping.ifPresent(KeepingLoop::tick);
                        }))
                .ifPresent(thrown -> context.events()
                        .troubleOnce(
                                Optional.empty(), "reconcile failed, tried again at the next interval: " + thrown));
    }

    /** Findings take a program that runs, so they are asked for once for what is replaced, and hold up no tick. */
    private void lookBeneath() {
        List<Path> now = inspector.running().replaced();
        if (!now.equals(replaced)) {
            replaced = now;
            threads.readers()
                    .execute(() -> context.events()
                            .troubleOnce(
                                    Optional.empty(),
                                    String.join("; ", inspector.running().findings())));
        }
    }

    /** Hands events to one more listener. */
    public void addListener(WorkerListener listener) {
        context.events().add(listener);
    }

    public boolean removeListener(WorkerListener listener) {
        return context.events().remove(listener);
    }

    /** The calls of the application. */
    public HostCalls calls() {
        return new HostCalls(state, lifecycle, reconciler, inspector, rollouts);
    }

    /** The one entrance for the end of a worker, of this host's starts and of adopted ones; checks its account. */
    private void ended(String workerId) {
        if (!begun) {
            // Launch paths call while this host is built; its first look comes anyway.
            return;
        }
        lifecycle.supervised().accountOf(workerId).ifPresent(account -> {
            try {
                threads.pool().execute(() -> {
                    if (state.isAtWork()) {
                        lifecycle.check().ended(account, workerId);
                    }
                });
            } catch (RejectedExecutionException isClosed) {
                // The next host files it.
                return;
            }
        });
    }

    public synchronized void close() {
        if (!state.beginClosing()) {
            return;
        }
        long deadline = context.nanos() + closeTimeout.toNanos();
        keeping.ifPresent(KeepingLoop::close);
        lifecycle.readiness().close();
        new HostClose(context, state, threads, lifecycle).run(onClose == OnClose.STOP_WORKERS, closeTimeout);
        logs.close();
        paths.keepers().close();
        context.closed();
        context.events().close(Duration.ofNanos(Math.max(1_000_000, deadline - context.nanos())));
    }
}
