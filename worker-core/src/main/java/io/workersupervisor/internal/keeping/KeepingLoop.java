package io.workersupervisor.internal.keeping;

import io.workersupervisor.AccountId;
import io.workersupervisor.Desired;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.events.Guard;
import io.workersupervisor.internal.lifecycle.Bell;
import io.workersupervisor.internal.lifecycle.ProtocolContext;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RestartPlan;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Starts wanted accounts of this node when their start is due. The plan stands in the row alone, so that any host of the node
 * goes on where another one ended.
 *
 * <ol>
 *   <li>An end is reported: the plan of its row is looked at at once, and the account comes to step 3 when it is due.
 *   <li>At each tick the rows that are due are read, and those alone; and the accounts that the application lists and that
 *       have no row. A bell that another process has rung brings this forward ({@link Bell}). Accounts that died again and
 *       again for a cause they share wait ({@link Brake}).
 *   <li>The application says what to run ({@link SpecLookup}); without an answer, or where this host does not serve the
 *       account, nothing changes.
 *   <li>The start, on the threads for starts of many; the start grace holds nobody up. It looks at the row again: a person's
 *       stop wins.
 *   <li>Not started: the row stays as it is, and the next try is held back for 1 s to 5 min, or until another end is reported.
 *       A worker that ran and ended has a plan of its own.
 * </ol>
 *
 * Thread-safe. Nothing here throws.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what they begin contains what it throws
public final class KeepingLoop {
    private static final Duration FIRST_HOLD = Duration.ofSeconds(1);
    private static final Duration LONGEST_HOLD = Duration.ofMinutes(5);

    /** Time between two looks at the bell: one read of a file's time each. */
    private static final Duration LISTENING = Duration.ofMillis(250);

    private final ProtocolContext context;
    private final WorkerRegistry rows;
    private final SpecLookup specs;
    private final PlannedRestarts restarts;
    private final Roller roller;
    private final Function<WorkerSpec, CompletableFuture<StartResult>> start;
    private final Executor looks;
    private final ScheduledExecutorService timer;
    private final Duration interval;
    private final Bell bell;
    private final Set<AccountId> underWay = ConcurrentHashMap.newKeySet();
    /** Listed accounts that have a row. */
    private final Set<AccountId> begun = ConcurrentHashMap.newKeySet();

    private final Map<AccountId, Hold> held = new ConcurrentHashMap<>();
    /** The wall clock at the last tick. */
    private volatile Instant ticked = Instant.MIN;

    private volatile boolean closed;

    /** Accounts that a try was refused for. */
    private record Hold(long until, Duration length) {}

    /**
     * Makes the loop of a host, which begins with {@link #prepare} and {@link #begin}.
     *
     * @param rows the rows, in which an end that is reported counts as filed
     * @param roller replaces workers by those of another version, at the same ticks
     * @param start begins a start; the future completes when the grace is over, and may fail
     * @param looks runs a look at one account
     * @param interval the time between two ticks
     */
    public KeepingLoop(
            ProtocolContext context,
            WorkerRegistry rows,
            SpecLookup specs,
            PlannedRestarts restarts,
            Roller roller,
            Function<WorkerSpec, CompletableFuture<StartResult>> start,
            Executor looks,
            ScheduledExecutorService timer,
            Duration interval) {
        this.context = context;
        this.rows = rows;
        this.specs = specs;
        this.restarts = restarts;
        this.roller = roller;
        this.start = start;
        this.looks = looks;
        this.timer = timer;
        this.interval = interval;
        this.bell = Bell.of(context);
    }

    /**
     * Asks for the policies of the accounts that run, before an end is planned; waits for as long as a lookup may take. Where
     * there is no answer, the policy for all accounts counts.
     */
    public void prepare() {
        Guard.run("keeping", Optional.empty(), () -> {
            List<CompletableFuture<?>> asked = new ArrayList<>();
            rows.list(RowSelection.openOf(context.node())).rows().forEach(row -> asked.add(specs.find(row.account())));
            ProtocolContext.await(CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)), SpecLookup.LONGEST);
        });
    }

    /** Takes up the accounts of this node, and begins the first tick. */
    public void begin() {
        Guard.run("keeping", Optional.empty(), this::takeUp);
        Guard.run("keeping", Optional.empty(), this::tick);
        timer.scheduleWithFixedDelay(
                () -> Guard.run("bell", Optional.empty(), this::listen),
                LISTENING.toMillis(),
                LISTENING.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void listen() {
        if (!closed && bell.isRung()) {
            soon(() -> Guard.run("bell", Optional.empty(), this::wished));
        }
    }

    /** Starts what a person wants now; an earlier refusal does not hold it back. */
    private void wished() {
        List<WorkerRow> due =
                rows.list(RowSelection.dueOf(context.node(), context.now())).rows();
        for (WorkerRow row : due) {
            if (ProtocolContext.isWished(row)) {
                held.remove(row.account());
            }
        }
        startAdmitted(due);
    }

    /**
     * Plans each wanted account that was closed without a plan, by a host that kept nothing running; and anew each one whose
     * plan was made by a clock that is set back since: it waits no longer than was decided.
     */
    private void takeUp() {
        Instant now = context.now();
        for (WorkerRow row :
                rows.list(new RowSelection(Optional.of(context.node()), false)).rows()) {
            contained(row.account(), () -> {
                Optional<RestartPlan> late = RestartPlan.of(row)
                        .filter(plan -> row.state() == WorkerState.BACKING_OFF && plan.isFromLater(now));
                if (isWithoutPlan(row)) {
                    plan(row);
                } else if (late.isPresent()) {
                    Map<String, @Nullable Object> anew = late.get().from(now).fields();
                    context.registry().update(Optional.of(row), RowChanges.planned(row, row.state(), anew));
                }
            });
        }
    }

    private static boolean isWithoutPlan(WorkerRow row) {
        return !row.state().isOpen()
                && row.desired() == Desired.RUNNING
                && Detail.of(row).restart().isEmpty();
    }

    /** From the last report, by the policy that the spec has. */
    private void plan(WorkerRow row) {
        AccountId account = row.account();
        specs.find(account).thenRunAsync(() -> contained(account, () -> planNow(row)), looks);
    }

    private void planNow(WorkerRow row) {
        Optional<StopReport> last = rows.reports(row.account(), 1).stream()
                .filter(report -> report.workerId().equals(row.workerId()))
                .findFirst();
        if (last.isPresent()
                && context.registry()
                        .update(Optional.of(row), context.restarts().ended(row, last.get()))) {
            look(row.account());
        }
    }

    /** Step 1. */
    public void ended(StopReport report) {
        held.remove(report.account());
        soon(() -> contained(report.account(), () -> look(report.account())));
    }

    /** Where the host is closing, the next one finds the plan in the row. */
    private void soon(Runnable look) {
        try {
            if (!closed) {
                looks.execute(look);
            }
        } catch (RejectedExecutionException closing) {
            close();
        }
    }

    private void look(AccountId account) {
        Optional<WorkerRow> row =
                rows.find(account).filter(found -> found.node().equals(context.node()));
        row.filter(KeepingLoop::isWithoutPlan).ifPresent(this::plan);
        Optional<Duration> left = row.filter(found -> found.state() == WorkerState.BACKING_OFF)
                .filter(found -> found.desired() == Desired.RUNNING)
                .flatMap(RestartPlan::of)
                .filter(plan -> !plan.needsPerson())
                .map(plan -> plan.left(context.now()));
        if (left.filter(Duration::isZero).isPresent()) {
            startAdmitted(List.of(row.get()));
        } else if (left.filter(wait -> wait.compareTo(interval) < 0).isPresent()) {
            timer.schedule(
                    () -> soon(() -> contained(account, () -> look(account))),
                    left.get().toMillis() + 1,
                    TimeUnit.MILLISECONDS);
        }
    }

    /** Step 2. */
    public void tick() {
        if (closed) {
            return;
        }
        Instant now = context.now();
        if (now.isBefore(ticked)) {
            takeUp();
        }
        ticked = now;
        bell.attend();
        startAdmitted(rows.list(RowSelection.dueOf(context.node(), now)).rows());
        roller.tick();
        specs.accounts()
                .thenAcceptAsync(answer -> answer.found().orElse(List.of()).forEach(this::startIfNew), looks);
    }

    /** An account that has a row once has it for ever, so it is looked for once. */
    private void startIfNew(AccountId account) {
        if (begun.contains(account) || underWay.contains(account) || isHeld(account)) {
            return;
        }
        contained(account, () -> {
            if (rows.find(account).isPresent()) {
                begun.add(account);
            } else if (context.paused(account).isEmpty()) {
                due(account);
            }
        });
    }

    private boolean isHeld(AccountId account) {
        Hold hold = held.get(account);
        return hold != null && context.nanos() - hold.until() < 0;
    }

    /**
     * Tries no account that is left alone: a refusal would be reported. The brake is not asked about one that would not be
     * started, as its only try in a minute may be that one.
     */
    private void startAdmitted(List<WorkerRow> due) {
        List<WorkerRow> free = due.stream()
                .filter(row -> !isHeld(row.account()) && !underWay.contains(row.account()))
                .filter(row -> ProtocolContext.isWished(row)
                        || context.paused(row.account()).isEmpty())
                .toList();
        restarts.admitted(free).forEach(row -> due(row.account()));
    }

    /** Step 3. */
    private void due(AccountId account) {
        if (closed || isHeld(account) || !underWay.add(account)) {
            return;
        }
        specs.find(account).thenAccept(answer -> {
            Optional<WorkerSpec> spec = answer.found().flatMap(found -> found);
            if (spec.isPresent()) {
                begin(spec.get());
            } else {
                restarts.notStarted(account);
                underWay.remove(account);
            }
        });
    }

    /** Step 4. */
    private void begin(WorkerSpec spec) {
        AccountId account = spec.account();
        start.apply(spec).whenComplete((result, failed) -> {
            if (failed != null || !result.isRunning()) {
                restarts.notStarted(account);
            }
            underWay.remove(account);
            boolean isPlanned =
                    result instanceof StartResult.Failed ended && ended.report().isPresent();
            if (failed == null && (result.isRunning() || isPlanned)) {
                held.remove(account);
            } else {
                hold(account);
            }
        });
    }

    /** Step 5. */
    private void hold(AccountId account) {
        held.compute(account, (key, before) -> {
            Duration length = before == null ? FIRST_HOLD : before.length().multipliedBy(2);
            Duration bounded = length.compareTo(LONGEST_HOLD) > 0 ? LONGEST_HOLD : length;
            return new Hold(context.nanos() + bounded.toNanos(), bounded);
        });
    }

    /** A store that fails is tried again at the next tick; reconcile reports it. */
    private static void contained(AccountId account, Guard.Work work) {
        Guard.run("keeping", Optional.of(account), work);
    }

    /** Begins no start any more. */
    public void close() {
        closed = true;
        roller.close();
        bell.close();
        specs.close();
    }
}
