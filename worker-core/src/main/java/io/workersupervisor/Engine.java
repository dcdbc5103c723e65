package io.workersupervisor;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * One host at work: wires the protocols together, lets each call of the application through its door, and has the threads
 * ({@link HostThreads}) call what goes on by itself.
 */
final class Engine {
    /** How long an end that was told waits for a start that carries it, or for others that share its commit. */
    private static final Duration BEHIND = Duration.ofMillis(20);

    /** How long a closing host tries to file what it has told. */
    private static final Duration LAST_FILING = Duration.ofSeconds(2);

    /** How long a call waits for another call of this host for the same account. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** How long a beginning host waits for its first pass over the rows, which goes on behind it. */
    private static final Duration FIRST_LOOK = Duration.ofSeconds(10);

    private final Context context;
    private final HostThreads threads;
    private final Supervised supervised = new Supervised();
    private final Reconciler reconciler;
    private final EndOfWorker end;
    private final StartProtocol starts;
    private final WorkerLaunch launch;
    private final StartVerification verification;
    private final StopProtocol stops;
    private final Unregistered unregistered;
    private final WorkerInspector inspector;
    private final NodeStamp stamp;
    private final LaunchPaths paths;
    private final LogPipeline logs;
    private final WorkerSupervisor.OnClose onClose;
    private final Duration closeTimeout;
    private final ReentrantReadWriteLock calls = new ReentrantReadWriteLock();
    /** New calls are refused; calls in flight and ladders go on. */
    private volatile boolean closing;

    private volatile boolean closed;
    private volatile boolean begun;
    private final AtomicBoolean moved = new AtomicBoolean();

    /** Whether a start is a person's or the application's. */
    enum Verb {
        START,
        ENSURE
    }

    private Engine(WorkerSupervisor.Builder settings, HostThreads threads) {
        this.threads = threads;
        this.onClose = settings.onClose;
        this.closeTimeout = settings.closeTimeout;
        Timing timing = settings.timing.apply(Timing.system(settings.clock));
        Machine machine = Machine.current();
        ShellScript script = settings.script.apply(ShellTools.find(settings.searchPath.get(), settings.withoutLock));
        NodeStamp.Stamped stamped =
                NodeStamp.stamp(settings.data, machine, settings.registry.id(), settings.acceptMoved);
        this.stamp = stamped.stamp();
        EventLog eventLog = new EventLog(settings.data.eventLog());
        Events events = new Events(eventLog, event -> {
            endOfLog(event);
            settings.listeners.forEach(
                    listener -> Guard.run("listener", event.account(), () -> listener.onEvent(event)));
        });
        this.paths = LaunchPaths.of(settings, script, machine, timing, new Told(events, timing));
        LocalMachine local = LocalMachine.of(
                settings.data, machine, ProcFs.system(), script, timing, paths.records(), paths.trial());
        UnfiledEnds unfiled = new UnfiledEnds();
        WorkerRegistry known = unfiled.over(settings.registry);
        this.logs = LogPipeline.of(settings, known, eventLog, events, paths.puncher(settings.data), timing);
        RulesDirectory rules = new RulesDirectory(
                settings.data.rules(),
                settings.rules,
                timing,
                problem -> events.emit(new WorkerEvent.Trouble(timing.now(), Optional.empty(), problem)));
        // Reading and compiling them takes longer than a restart.
        threads.readers().execute(rules::rules);
        Judge judge = new Judge(local.probe(stamp.node()), Optional.ofNullable(settings.probe));
        this.context = new Context(
                stamp.node(),
                new Actor(UUID.randomUUID().toString(), self(local)),
                settings.registry,
                local,
                judge,
                paths.launcher(),
                events,
                timing,
                new AccountMutex(),
                new Diagnosis(
                        settings.data,
                        rules,
                        new MemoryCounters(settings.root, timing, new KernelLog()),
                        settings.redaction,
                        !script.tools().locker().equals(ShellTools.NO_LOCKER)),
                settings.steps);
        Ailments ailments = new Ailments(settings.data, rules, settings.redaction, timing);
        Vigil vigil = new Vigil(
                settings.data,
                ailments,
                (row, ailment) -> events.emit(new WorkerEvent.Ailing(timing.now(), row, ailment)));
        Settlement settlement = new Settlement(context);
        this.end = new EndOfWorker(context, unfiled, behind());
        StopLadder ladder = new StopLadder(context, settlement, end);
        this.unregistered = new Unregistered(settings.registry, local);
        this.launch = new WorkerLaunch(context, settlement, end, ladder, unregistered);
        this.starts = new StartProtocol(context, settlement, end, ladder, unregistered, launch);
        this.verification = new StartVerification(context, end);
        this.stops = new StopProtocol(context, end, ladder, unregistered);
        ToldOnce told = new ToldOnce(context);
        this.reconciler = new Reconciler(
                context,
                end,
                new AccountCheck(context, settlement, end, ladder, verification, supervised, told),
                supervised,
                told,
                vigil,
                threads.pool(),
                threads.ladders(),
                paths.keepers()::isHeld);
        this.inspector = new WorkerInspector(
                settings.data,
                known,
                local,
                judge,
                paths.described(),
                ailments,
                new LogLookup(settings.data, known, settings.sinks.stream().findFirst(), settings.redaction, timing),
                this::tell);
        OpenHosts.opened(context.self().host());
        stamped.notices().forEach(this::tell);
    }

    /** The last words of a worker may have no newline. */
    private void endOfLog(WorkerEvent event) {
        if (event instanceof WorkerEvent.Stopped stopped) {
            Path directory = context.local().data().path();
            StopReport report = stopped.report();
            WorkerLogFile.of(directory.resolve(DataDirectory.logName(report.account(), report.workerId())))
                    .ifPresent(logs::ended);
        }
    }

    /** What launch paths tell this host. */
    private final class Told implements LaunchPaths.Host {
        private final Events events;
        private final Timing timing;

        Told(Events events, Timing timing) {
            this.events = events;
            this.timing = timing;
        }

        @Override
        public void ended(String workerId) {
            // Before this host has begun its first look comes anyway.
            if (begun) {
                supervised.accountOf(workerId).ifPresent(account -> Engine.this.ended(account, workerId));
            }
        }

        @Override
        public void trouble(String text) {
            events.emit(new WorkerEvent.Trouble(timing.now(), Optional.empty(), text));
        }

        @Override
        public Executor executor() {
            return threads.readers();
        }
    }

    static Engine open(WorkerSupervisor.Builder settings) {
        HostThreads threads = new HostThreads();
        try {
            Engine engine = new Engine(settings, threads);
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
            if (!closed && !isMoved()) {
                work.run();
            }
        });
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a tick contains what it throws
    private void begin(WorkerSupervisor.Builder settings) {
        begun = true;
        lookForStrangers();
        if (settings.reconciles) {
            logs.begin();
            long interval = settings.reconcileInterval.toMillis();
            tick();
            reconciler.awaitLooks(FIRST_LOOK);
            threads.pool().execute(() -> Guard.run("other nodes", Optional.empty(), reconciler::tellOfOtherNodes));
            threads.ticker().scheduleWithFixedDelay(this::tick, interval, interval, TimeUnit.MILLISECONDS);
        }
    }

    private static ProcessIdentity self(LocalMachine local) {
        long pid = ProcessHandle.current().pid();
        long ticks = local.proc().stat(pid).map(ProcFs.Stat::startTicks).orElse(0L);
        Machine machine = local.machine();
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
                    if (!closed && !isMoved()) {
                        paths.keepers().discover();
                        reconciler.tick();
                    }
                })
                .ifPresent(thrown -> tell("reconcile failed, tried again at the next interval: " + thrown));
    }

    /**
     * Whoever replaced the directory beneath a running host took the locks and records of its workers away: what is not
     * found there proves nothing.
     */
    private boolean isMoved() {
        boolean intact = stamp.isIntact(context.local().data(), context.local().machine());
        if (!moved.getAndSet(!intact) && !intact) {
            tell(replaced() + ": nothing is started, stopped or filed until the host is restarted");
        }
        return !intact;
    }

    private void requireIntact() {
        if (isMoved()) {
            throw new DataDirectoryException(replaced() + ": restart the host");
        }
    }

    private String replaced() {
        return "data directory " + context.local().data() + " was replaced while this host runs";
    }

    private void lookForStrangers() {
        for (EnvironmentSearch.Marked stranger : unregistered.look()) {
            Guard.run(
                    "stranger",
                    Optional.empty(),
                    () -> context.events()
                            .emit(new WorkerEvent.Trouble(
                                    context.timing().now(),
                                    stranger.accountId(),
                                    Unregistered.describe(List.of(stranger))
                                            + " and the registry does not know it: "
                                            + (stranger.accountId().isPresent()
                                                    ? "its account is refused while it lives"
                                                    : "its account is none, " + Text.quoted(stranger.account())))));
        }
    }

    private void tell(String text) {
        context.events().emit(new WorkerEvent.Trouble(context.timing().now(), Optional.empty(), text));
    }

    /** Runs one call of the application; close waits for it. */
    <T> T call(Supplier<T> body) {
        calls.readLock().lock();
        try {
            requireOpen();
            return body.get();
        } finally {
            calls.readLock().unlock();
        }
    }

    private void requireOpen() {
        if (closing) {
            throw new IllegalStateException("the supervisor is closed");
        }
    }

    WorkerInspector inspector() {
        return inspector;
    }

    StartResult start(WorkerSpec spec, Verb verb) {
        return finish(begin(spec, verb));
    }

    /** One of many may still wait for a thread when the supervisor closes. */
    private StartProtocol.Progress beginOpen(WorkerSpec spec, Verb verb) {
        requireOpen();
        requireIntact();
        return alone(spec.account(), () -> starts.begin(spec, verb == Verb.ENSURE));
    }

    /** Behind the launch, so that the next of many is not kept waiting; what another call makes of the row meanwhile counts. */
    private StartProtocol.Progress recordAlone(StartProtocol.Progress begun) {
        return begun instanceof StartProtocol.Launched launched
                ? alone(launched.row().account(), () -> record(launched))
                : begun;
    }

    private StartProtocol.Progress begin(WorkerSpec spec, Verb verb) {
        requireIntact();
        return alone(spec.account(), () -> beginAlone(spec, verb));
    }

    private StartProtocol.Progress alone(AccountId account, Supplier<StartProtocol.Progress> call) {
        return context.mutex().call(account, PATIENCE, call).orElseGet(() -> contended(account));
    }

    /** That the worker runs is written before another call has its account. */
    private StartProtocol.Progress beginAlone(WorkerSpec spec, Verb verb) {
        return record(starts.begin(spec, verb == Verb.ENSURE));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what follows an end contains what it throws
    private StartProtocol.Progress record(StartProtocol.Progress begun) {
        StartProtocol.Progress progress =
                begun instanceof StartProtocol.Launched launched ? launch.record(launched) : begun;
        if (progress instanceof StartProtocol.Born born) {
            AccountId account = born.row().account();
            String workerId = born.row().workerId();
            supervised.add(account, workerId);
            born.over().thenRun(() -> ended(account, workerId));
        }
        return progress;
    }

    private static StartProtocol.Progress contended(AccountId account) {
        return new StartProtocol.Decided(
                new StartResult.Refused(account, RefusalReason.CONTENDED, "another call of this host is at it"));
    }

    /** The start grace passes without holding up other calls for the account. */
    private StartResult finish(StartProtocol.Progress progress) {
        StartResult result = progress instanceof StartProtocol.Born born
                ? verification.verify(born)
                : ((StartProtocol.Decided) progress).result();
        if (result instanceof StartResult.Started started) {
            context.events().emit(new WorkerEvent.Started(context.timing().now(), started));
        } else if (!(result instanceof StartResult.AlreadyRunning)) {
            context.events().emit(new WorkerEvent.NotStarted(context.timing().now(), result));
        }
        return result;
    }

    /** A launcher has ended, and so has its worker unless the launcher was killed. */
    private void ended(AccountId account, String workerId) {
        try {
            threads.pool()
                    .execute(() -> Guard.run("end", Optional.of(account), () -> {
                        if (!closed && !isMoved()) {
                            reconciler.ended(account, workerId);
                        }
                    }));
        } catch (RejectedExecutionException isClosed) {
            // The next host files it.
            return;
        }
    }

    Map<AccountId, StartResult> startMany(Map<AccountId, WorkerSpec> specs, Verb verb) {
        Map<AccountId, CompletableFuture<StartProtocol.Progress>> begun = new LinkedHashMap<>();
        specs.forEach((account, spec) -> begun.put(account, submit(spec, verb)));
        Map<AccountId, StartResult> results = new LinkedHashMap<>();
        Map<AccountId, RuntimeException> failures = new LinkedHashMap<>();
        begun.forEach((account, progress) -> {
            try {
                results.put(account, finish(progress.join()));
            } catch (CompletionException failed) {
                failures.put(
                        account,
                        failed.getCause() instanceof RuntimeException cause
                                ? cause
                                : new WorkerSupervisorException("start of account " + account + " failed", failed));
            } catch (RuntimeException failed) {
                failures.put(account, failed);
            }
        });
        if (!failures.isEmpty()) {
            throw new WorkerSupervisor.ManyFailed(results, failures);
        }
        return results;
    }

    private CompletableFuture<StartProtocol.Progress> submit(WorkerSpec spec, Verb verb) {
        try {
            return CompletableFuture.supplyAsync(() -> beginOpen(spec, verb), threads.starters())
                    .thenApplyAsync(this::recordAlone, threads.writers());
        } catch (RejectedExecutionException overtaken) {
            return CompletableFuture.failedFuture(new IllegalStateException("the supervisor is closed", overtaken));
        }
    }

    StopResult stop(AccountId account) {
        return isMoved()
                ? stops.askAndRefuse(account, RefusalReason.DIRECTORY_REPLACED, replaced())
                : stops.stop(account);
    }

    StartResult restart(WorkerSpec spec) {
        requireIntact();
        return finish(alone(spec.account(), () -> endAndBegin(spec)));
    }

    private StartProtocol.Progress endAndBegin(WorkerSpec spec) {
        Optional<StopResult> ended = stops.endOnly(spec.account(), Optional.empty(), StopCause.RESTART);
        return ended.isPresent() && ended.get() instanceof StopResult.Refused refused
                ? new StartProtocol.Decided(
                        new StartResult.Refused(spec.account(), refused.reason(), refused.evidence()))
                : begin(spec, Verb.ENSURE);
    }

    ReconcileReport reconcile() {
        requireIntact();
        lookForStrangers();
        return reconciler.reconcile();
    }

    synchronized void close() {
        if (closing) {
            return;
        }
        closing = true;
        long deadline = context.timing().nanos() + closeTimeout.toNanos();
        threads.ticker().shutdown();
        boolean idle = awaitCalls(deadline);
        if (onClose == WorkerSupervisor.OnClose.STOP_WORKERS) {
            stopWorkers(deadline);
        }
        if (!isMoved()) {
            end.fileTold(LAST_FILING);
        }
        closed = true;
        if (calls.isWriteLockedByCurrentThread()) {
            calls.writeLock().unlock();
        }
        threads.shutdown();
        boolean over = threads.await(deadline, context.timing());
        if (!over || !idle) {
            tell("closed within " + Text.words(closeTimeout)
                    + " although calls were in flight; the next host settles what they leave");
        }
        logs.close();
        paths.keepers().close();
        OpenHosts.closed(context.self().host());
        context.events()
                .close(Duration.ofNanos(
                        Math.max(1_000_000, deadline - context.timing().nanos())));
    }

    /** All rows are STOPPING before the first ladder begins, so that another host goes on with those that are not over. */
    private void stopWorkers(long deadline) {
        if (isMoved()) {
            tell(replaced() + ": its workers are left running at close");
            return;
        }
        Map<AccountId, String> workers = supervised.all();
        if (!forEach(workers, (account, workerId) -> stops.askOnly(account, workerId, StopCause.CLOSE), deadline)) {
            tell("not all rows could be marked as stopping within " + Text.words(closeTimeout)
                    + " at close; the workers of the others run on");
        } else if (!forEach(workers, this::endOnClose, deadline)) {
            tell("not all workers ended within " + Text.words(closeTimeout)
                    + " at close; the next host goes on with them");
        }
    }

    /** Whether the work was over for all in time; what is late goes on. */
    private boolean forEach(Map<AccountId, String> workers, BiConsumer<AccountId, String> work, long deadline) {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        workers.forEach((account, workerId) -> all.add(CompletableFuture.runAsync(
                () -> Guard.run("stop at close", Optional.of(account), () -> work.accept(account, workerId)),
                threads.ladders())));
        try {
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                    .get(Math.max(0, deadline - context.timing().nanos()), TimeUnit.NANOSECONDS);
            return true;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        } catch (java.util.concurrent.TimeoutException | java.util.concurrent.ExecutionException late) {
            return false;
        }
    }

    private void endOnClose(AccountId account, String workerId) {
        context.mutex().call(account, PATIENCE, () -> stops.endOnly(account, Optional.of(workerId), StopCause.CLOSE));
    }

    private boolean awaitCalls(long deadline) {
        try {
            return calls.writeLock()
                    .tryLock(Math.max(0, deadline - context.timing().nanos()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
