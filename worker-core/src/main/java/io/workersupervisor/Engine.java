package io.workersupervisor;

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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * One host at work: wires the protocols together, and owns the threads that call them.
 *
 * <ul>
 *   <li>{@code worker-tick}, one thread: reconciles at every interval.
 *   <li>{@code worker-pool-N}: rows of a reconcile, ends that were noticed.
 *   <li>{@code worker-start-N}: starts of many, apart from the pool as each may wait for seconds.
 *   <li>{@code worker-ladder-N}: stops that reconcile resumes or close begins, one thread each while it lasts.
 *   <li>{@code worker-launch-N}: waits for the answers of launchers, and for a keeper to begin.
 *   <li>{@code worker-keeper}, one thread: the connections to keepers.
 *   <li>{@code worker-events}: calls the listener; {@code worker-probe-N}: calls the application's probe.
 * </ul>
 */
final class Engine {
    private static final int POOL = 16;

    /** Starts of many at a time. */
    private static final int STARTERS = 64;

    /** How long a call waits for another call of this host for the same account. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** How long a beginning host waits for its first pass over the rows, which goes on behind it. */
    private static final Duration FIRST_LOOK = Duration.ofSeconds(10);

    private final Context context;
    private final Reconciler reconciler;
    private final StartProtocol starts;
    private final StartVerification verification;
    private final StopProtocol stops;
    private final Unregistered unregistered;
    private final WorkerInspector inspector;
    private final NodeStamp stamp;
    private final LaunchPaths paths;
    private final WorkerSupervisor.OnClose onClose;
    private final Duration closeTimeout;
    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(threads("worker-tick"));
    private final ExecutorService starters = starters();
    private final ExecutorService pool;
    private final ExecutorService readers;
    private final ExecutorService ladders;
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

    private Engine(
            WorkerSupervisor.Builder settings, ExecutorService pool, ExecutorService readers, ExecutorService ladders) {
        this.pool = pool;
        this.readers = readers;
        this.ladders = ladders;
        this.onClose = settings.onClose;
        this.closeTimeout = settings.closeTimeout;
        Timing timing = settings.timing.apply(Timing.system(settings.clock));
        Machine machine = Machine.current();
        ShellScript script = settings.script.apply(ShellTools.find(settings.searchPath.get(), settings.withoutLock));
        NodeStamp.Stamped stamped =
                NodeStamp.stamp(settings.data, machine, settings.registry.id(), settings.acceptMoved);
        this.stamp = stamped.stamp();
        Events events = new Events(
                new EventLog(settings.data.eventLog()),
                event -> settings.listeners.forEach(
                        listener -> Guard.run("listener", event.account(), () -> listener.onEvent(event))));
        this.paths = LaunchPaths.of(settings, script, machine, timing, new Told(events, timing));
        LocalMachine local = LocalMachine.of(
                settings.data, machine, ProcFs.system(), script, timing, paths.records(), paths.trial());
        RulesDirectory rules = new RulesDirectory(
                settings.data.rules(),
                settings.rules,
                timing,
                problem -> events.emit(new WorkerEvent.Trouble(timing.now(), Optional.empty(), problem)));
        // Reading and compiling them takes longer than a restart.
        readers.execute(rules::rules);
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
                        !script.tools().locker().equals(ShellTools.NO_LOCKER)),
                settings.steps);
        Ailments ailments = new Ailments(settings.data, rules, timing);
        Vigil vigil = new Vigil(
                settings.data,
                ailments,
                (row, ailment) -> events.emit(new WorkerEvent.Ailing(timing.now(), row, ailment)));
        Settlement settlement = new Settlement(context);
        EndOfWorker end = new EndOfWorker(context);
        StopLadder ladder = new StopLadder(context, settlement, end);
        this.unregistered = new Unregistered(settings.registry, local);
        this.starts = new StartProtocol(context, settlement, end, ladder, unregistered);
        this.verification = new StartVerification(context, end);
        this.stops = new StopProtocol(context, end, ladder, unregistered);
        this.reconciler = new Reconciler(
                context, settlement, end, ladder, verification, vigil, pool, ladders, paths.keepers()::isHeld);
        this.inspector = new WorkerInspector(
                settings.data, settings.registry, local, judge, paths.described(), ailments, this::tell);
        OpenHosts.opened(context.self().host());
        stamped.notices().forEach(this::tell);
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
                reconciler.accountOf(workerId).ifPresent(Engine.this::ended);
            }
        }

        @Override
        public void trouble(String text) {
            events.emit(new WorkerEvent.Trouble(timing.now(), Optional.empty(), text));
        }

        @Override
        public Executor executor() {
            return readers;
        }
    }

    static Engine open(WorkerSupervisor.Builder settings) {
        ExecutorService pool = Executors.newFixedThreadPool(POOL, threads("worker-pool"));
        ExecutorService readers = Executors.newCachedThreadPool(threads("worker-launch"));
        ExecutorService ladders = Executors.newCachedThreadPool(threads("worker-ladder"));
        try {
            Engine engine = new Engine(settings, pool, readers, ladders);
            try {
                engine.begin(settings);
            } catch (RuntimeException refused) {
                engine.paths.keepers().close();
                throw refused;
            }
            return engine;
        } catch (RuntimeException refused) {
            pool.shutdownNow();
            readers.shutdownNow();
            ladders.shutdownNow();
            throw refused;
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a tick contains what it throws
    private void begin(WorkerSupervisor.Builder settings) {
        begun = true;
        lookForStrangers();
        if (settings.reconciles) {
            long interval = settings.reconcileInterval.toMillis();
            tick();
            reconciler.awaitLooks(FIRST_LOOK);
            pool.execute(() -> Guard.run("other nodes", Optional.empty(), reconciler::tellOfOtherNodes));
            ticker.scheduleWithFixedDelay(this::tick, interval, interval, TimeUnit.MILLISECONDS);
        }
    }

    /** Many wait for one durable commit, which they share; threads that have nothing to do end. */
    private static ExecutorService starters() {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                STARTERS, STARTERS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads("worker-start"));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static java.util.concurrent.ThreadFactory threads(String name) {
        AtomicInteger number = new AtomicInteger();
        return work -> {
            Thread thread = new Thread(work, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
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
        return begin(spec, verb);
    }

    private StartProtocol.Progress begin(WorkerSpec spec, Verb verb) {
        requireIntact();
        return context.mutex()
                .call(spec.account(), PATIENCE, () -> beginAlone(spec, verb))
                .orElseGet(() -> contended(spec.account()));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what follows an end contains what it throws
    private StartProtocol.Progress beginAlone(WorkerSpec spec, Verb verb) {
        StartProtocol.Progress progress = starts.begin(spec, verb == Verb.ENSURE);
        if (progress instanceof StartProtocol.Born born) {
            reconciler.startedHere(spec.account(), born.row().workerId());
            born.over().thenRun(() -> ended(spec.account()));
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
    private void ended(AccountId account) {
        try {
            pool.execute(() -> Guard.run("end", Optional.of(account), () -> {
                if (!closed && !isMoved()) {
                    reconciler.ended(account);
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
            return CompletableFuture.supplyAsync(() -> beginOpen(spec, verb), starters);
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
        return finish(context.mutex()
                .call(spec.account(), PATIENCE, () -> endAndBegin(spec))
                .orElseGet(() -> contended(spec.account())));
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
        ticker.shutdown();
        boolean idle = awaitCalls(deadline);
        if (onClose == WorkerSupervisor.OnClose.STOP_WORKERS) {
            stopWorkers(deadline);
        }
        closed = true;
        if (calls.isWriteLockedByCurrentThread()) {
            calls.writeLock().unlock();
        }
        // Nothing is interrupted or dropped: whoever waits for it gets an answer, and threads are daemons.
        starters.shutdown();
        pool.shutdown();
        ladders.shutdown();
        readers.shutdown();
        boolean over = await(ticker, deadline)
                && await(starters, deadline)
                && await(pool, deadline)
                && await(ladders, deadline);
        if (!over || !idle) {
            tell("closed within " + Text.words(closeTimeout)
                    + " although calls were in flight; the next host settles what they leave");
        }
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
        Map<AccountId, String> workers = reconciler.supervised();
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
                ladders)));
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

    private boolean await(ExecutorService executor, long deadline) {
        try {
            return executor.awaitTermination(
                    Math.max(1_000_000, deadline - context.timing().nanos()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
