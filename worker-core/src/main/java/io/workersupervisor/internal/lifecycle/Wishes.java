package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.Desired;
import io.workersupervisor.Initiator;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.StartResult;
import io.workersupervisor.StartsFailedException;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.StopResult;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.directory.Pauses;
import io.workersupervisor.internal.liveness.Judgement;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RestartPlan;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.internal.registry.RowStatus;
import io.workersupervisor.internal.registry.StopPurpose;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/**
 * Starts accounts without knowing what to run: the wish is written to the row, and a host that keeps the account running,
 * in whatever process, starts it.
 *
 * <ol>
 *   <li>Look. A worker that lives and is wanted is {@code AlreadyRunning}, or for a restart ended by the ladder, if there is a
 *       host that could start another. A stop that is under way is waited for, bounded; a dead worker's end is filed.
 *   <li>Wish: by one compare-and-set the closed row is desired RUN and BACKING_OFF, due now, in a new series. A start that does
 *       not name its account gives way to a person's stop and to the plan.
 *   <li>Ring ({@link Bell}).
 *   <li>Wait until the new worker has outlived its start grace and is ready, or has ended, for as long as something happens within
 *       {@link #PATIENCE}. After that the wish stays, and the answer says so.
 * </ol>
 *
 * A crash between any two steps leaves the wish unwritten, or written for the next host. Thread-safe.
 */
public record Wishes(ProtocolContext context, StopProtocol stops, AccountCheck check, Bell bell, Executor threads) {
    /** Longest time in which nothing happens. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Longest wait for a stop that is under way, beyond its grace. */
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(15);

    private static final Duration POLL = Duration.ofMillis(50);

    /** From so many accounts on, all rows are read at once. */
    private static final int MANY = 16;

    /** The state of one wish: its answer, or the row that is waited for. */
    private record Wish(Optional<StartResult> result, Optional<WorkerRow> row) {
        static Wish decided(StartResult result) {
            return new Wish(Optional.of(result), Optional.empty());
        }

        static Wish refused(AccountId account, RefusalReason reason, String evidence) {
            return decided(new StartResult.Refused(account, reason, evidence));
        }

        static Wish waits(WorkerRow row) {
            return new Wish(Optional.empty(), Optional.of(row));
        }
    }

    /** Starts accounts side by side; results in the order of the accounts. */
    public Map<AccountId, StartResult> start(Collection<AccountId> accounts, StartCalls.Verb verb) {
        Map<AccountId, CompletableFuture<Wish>> begun = new LinkedHashMap<>();
        new LinkedHashSet<>(accounts)
                .forEach(account ->
                        begun.put(account, CompletableFuture.supplyAsync(() -> wish(account, verb), threads)));
        Map<AccountId, WorkerRow> open = new LinkedHashMap<>();
        Map<AccountId, StartResult> results = new LinkedHashMap<>();
        Map<AccountId, RuntimeException> failures = new LinkedHashMap<>();
        begun.forEach((account, future) -> {
            try {
                Wish wish = future.join();
                wish.result().ifPresent(result -> results.put(account, result));
                wish.row().ifPresent(row -> open.put(account, row));
            } catch (CompletionException failed) {
                failures.put(account, failed.getCause() instanceof RuntimeException cause ? cause : failed);
            }
        });
        await(open, results);
        Map<AccountId, StartResult> inOrder = new LinkedHashMap<>();
        begun.keySet()
                .forEach(account -> Optional.ofNullable(results.get(account))
                        .ifPresent(result -> inOrder.put(account, told(result))));
        if (failures.size() == 1 && inOrder.isEmpty()) {
            throw failures.values().iterator().next();
        } else if (!failures.isEmpty()) {
            throw new StartsFailedException(inOrder, failures);
        }
        return inOrder;
    }

    /** Reports a refusal, which the host that starts the account knows nothing of. */
    private StartResult told(StartResult result) {
        if (result instanceof StartResult.Refused) {
            context.events().emit(new WorkerEvent.NotStarted(context.now(), result));
        }
        return result;
    }

    /** Steps 1 to 3. */
    private Wish wish(AccountId account, StartCalls.Verb verb) {
        long deadline = context.nanos() + STOP_PATIENCE.toNanos();
        Optional<String> ended = Optional.empty();
        while (true) {
            Optional<WorkerRow> seen = context.registry().find(account);
            Optional<WorkerRow> open = seen.filter(row -> row.state().isOpen());
            if (seen.filter(verb::givesWayTo).isPresent()) {
                return Wish.refused(account, RefusalReason.STOPPED_BY_OPERATOR, "it was stopped by hand");
            } else if (open.isEmpty()) {
                Optional<Wish> wished = wish(account, seen, verb);
                if (wished.isPresent()) {
                    return wished.get();
                }
                continue;
            }
            WorkerRow row = open.get();
            Judgement judgement = context.judge().judge(row);
            if (ended.isPresent() && !ended.get().equals(row.workerId())) {
                // A host was faster: it planned the end of the worker, which leaves the account due at once.
                return Wish.waits(row);
            } else if (!row.isToEnd() && judgement instanceof Judgement.Alive alive) {
                if (verb != StartCalls.Verb.RESTART) {
                    return Wish.decided(new StartResult.AlreadyRunning(
                            account, row.workerId(), alive.process().pid(), row.startedAt(), alive.evidence()));
                }
                Optional<Wish> stuck = end(row);
                if (stuck.isPresent()) {
                    return stuck.get();
                }
                ended = Optional.of(row.workerId());
            } else if (!row.node().equals(context.node())) {
                return Wish.refused(account, RefusalReason.OTHER_NODE, judgement.evidence());
            } else if (row.state() == WorkerState.RUNNING && judgement instanceof Judgement.Doubt doubt) {
                return Wish.refused(account, doubt.reason(), doubt.evidence());
            } else if (context.nanos() > deadline + Detail.of(row).stopGrace().toNanos()) {
                return Wish.refused(
                        account,
                        row.isToEnd() ? RefusalReason.STOPPING : RefusalReason.PROCESS_IN_DOUBT,
                        "worker " + row.workerId() + " is " + row.state() + ": " + judgement.evidence());
            } else if (Thread.currentThread().isInterrupted()) {
                return Wish.refused(account, RefusalReason.INTERRUPTED, "its wish was not written");
            } else {
                check.check(account);
                context.timing().pause(POLL);
            }
        }
    }

    /** Step 2; empty where the row has changed. */
    private Optional<Wish> wish(AccountId account, Optional<WorkerRow> seen, StartCalls.Verb verb) {
        Instant now = context.now();
        Optional<String> paused = verb.obeysPlan() ? context.paused(account) : Optional.empty();
        if (paused.isPresent()) {
            return Optional.of(Wish.refused(account, RefusalReason.PAUSED, paused.get()));
        }
        Optional<RestartPlan> plan = seen.flatMap(RestartPlan::of)
                .filter(known -> verb.obeysPlan() && seen.get().desired() == Desired.RUNNING)
                .filter(known -> known.needsPerson() || !known.left(now).isZero());
        if (plan.isPresent()) {
            boolean needsPerson = plan.get().needsPerson();
            Optional<Instant> at = needsPerson
                    ? Optional.empty()
                    : Optional.of(now.plus(plan.get().left(now)));
            return Optional.of(Wish.decided(new StartResult.Refused(
                    account,
                    needsPerson ? RefusalReason.NEEDS_PERSON : RefusalReason.RESTART_WAITS,
                    plan.get().words() + at.map(due -> ", starts at " + due).orElse(""),
                    at)));
        }
        WorkerRow wished = RowChanges.wished(seen, account, context.node(), now);
        context.reached("wish");
        if (!context.registry().update(seen, wished)) {
            return Optional.empty();
        }
        context.reached("wished");
        bell.ring();
        return Optional.of(Wish.waits(wished));
    }

    /** Ends the worker for a restart; empty if that is done. */
    private Optional<Wish> end(WorkerRow row) {
        if (row.node().equals(context.node()) && !bell.isAttended()) {
            return Optional.of(Wish.refused(
                    row.account(),
                    RefusalReason.WISH_WAITS,
                    "it runs on, as no host at work here could start it again"));
        }
        Optional<StopResult> result = stops.stopAlone(row.account(), row.workerId(), StopPurpose.RESTART);
        if (result.isEmpty() && !row.node().equals(context.node())) {
            return Optional.of(Wish.refused(row.account(), RefusalReason.OTHER_NODE, "its worker runs elsewhere"));
        }
        return result.filter(StopResult.Refused.class::isInstance)
                .map(StopResult.Refused.class::cast)
                .map(refused -> Wish.refused(row.account(), refused.reason(), refused.evidence()));
    }

    /** Step 4. */
    private void await(Map<AccountId, WorkerRow> open, Map<AccountId, StartResult> results) {
        Map<AccountId, Long> runningSince = new HashMap<>();
        Map<AccountId, Long> revisions = new HashMap<>();
        long deadline = context.nanos() + PATIENCE.toNanos();
        while (!open.isEmpty()) {
            boolean late = context.nanos() > deadline;
            boolean isAttended = bell.isAttended();
            Map<AccountId, WorkerRow> now = read(open.keySet());
            for (Iterator<Map.Entry<AccountId, WorkerRow>> each =
                            open.entrySet().iterator();
                    each.hasNext(); ) {
                Map.Entry<AccountId, WorkerRow> one = each.next();
                AccountId account = one.getKey();
                WorkerRow row = now.getOrDefault(account, one.getValue());
                if (!Long.valueOf(row.revision()).equals(revisions.put(account, row.revision()))) {
                    deadline =
                            Math.max(deadline, context.nanos() + patience(row).toNanos());
                }
                Optional<StartResult> outcome =
                        outcome(one.getValue(), row, runningSince).or(() -> waits(row, late, isAttended));
                outcome.ifPresent(result -> {
                    results.put(account, result);
                    each.remove();
                });
            }
            if (!open.isEmpty()) {
                context.timing().pause(POLL);
            }
        }
    }

    private static Duration patience(WorkerRow row) {
        return row.state() == WorkerState.STOPPING
                ? STOP_PATIENCE.plus(Detail.of(row).stopGrace())
                : PATIENCE;
    }

    /** The accounts of this node whose worker runs, is wanted and is not paused. */
    public List<AccountId> running() {
        Pauses.Counting pauses = new Pauses(context.data()).now(context.now());
        return context.registry().list(RowSelection.openOf(context.node())).rows().stream()
                .filter(row -> row.state() == WorkerState.RUNNING && row.desired() == Desired.RUNNING)
                .map(WorkerRow::account)
                .filter(account -> pauses.of(account).isEmpty())
                .sorted()
                .toList();
    }

    private Map<AccountId, WorkerRow> read(Collection<AccountId> accounts) {
        List<WorkerRow> rows = accounts.size() < MANY
                ? accounts.stream()
                        .flatMap(account -> context.registry().find(account).stream())
                        .toList()
                : context.registry().list(RowSelection.ALL).rows();
        return rows.stream().collect(Collectors.toMap(WorkerRow::account, row -> row));
    }

    private Optional<StartResult> outcome(WorkerRow wished, WorkerRow row, Map<AccountId, Long> runningSince) {
        AccountId account = row.account();
        boolean isWished = wished.state().isOpen() || row.epoch() > wished.epoch();
        if (row.desired() == Desired.STOPPED) {
            return Optional.of(StartVerification.stopped(row));
        } else if (!isWished
                || row.state() == WorkerState.STARTING
                || row.state() == WorkerState.STOPPING
                || RowStatus.isUnready(row)) {
            return Optional.empty();
        } else if (row.state() == WorkerState.RUNNING) {
            long grace = Detail.of(row).startGrace().toNanos();
            long now = context.nanos();
            return now - runningSince.computeIfAbsent(account, key -> now) < grace
                    ? Optional.empty()
                    : Optional.of(new StartResult.Started(
                            account, row.workerId(), row.pid().orElse(0), row.epoch(), row.startedAt()));
        }
        return Optional.of(ended(row));
    }

    private StartResult ended(WorkerRow row) {
        Optional<StopReport> report = context.registry().reports(row.account(), StopReport.KEPT).stream()
                .filter(filed -> filed.workerId().equals(row.workerId()))
                .findFirst();
        boolean isFault = report.filter(filed -> filed.initiator() == Initiator.LIBRARY)
                .filter(filed -> filed.reason() == StopReason.START_FAILED)
                .isPresent();
        if (isFault
                || report.filter(filed -> filed.reason() == StopReason.STOPPED_ON_REQUEST)
                        .isPresent()) {
            return StartVerification.unready(row, report);
        }
        return new StartResult.Failed(
                row.account(),
                "start grace",
                "the worker ended, "
                        + report.map(known -> known.exit() + ", " + known.reason())
                                .orElse("unexplained"),
                report);
    }

    /** The answer where nothing came of the wish; empty while that is waited for. */
    private Optional<StartResult> waits(WorkerRow row, boolean late, boolean isAttended) {
        boolean isHere = row.node().equals(context.node());
        boolean waits = row.state() == WorkerState.BACKING_OFF;
        if (Thread.currentThread().isInterrupted()) {
            return Optional.of(refused(row, RefusalReason.INTERRUPTED, "the wish stays"));
        } else if (waits && isHere && !isAttended) {
            return Optional.of(refused(
                    row,
                    RefusalReason.WISH_WAITS,
                    "no host of this data directory keeps accounts running; the wish stays"));
        } else if (!late || row.state() == WorkerState.RUNNING) {
            return Optional.empty();
        }
        return Optional.of(
                waits
                        ? refused(
                                row,
                                RefusalReason.WISH_WAITS,
                                "no host acted on it within " + PATIENCE.toSeconds() + " s"
                                        + (isHere ? "" : ", its row belongs to node " + row.node())
                                        + "; the wish stays")
                        : refused(
                                row,
                                row.isToEnd() ? RefusalReason.STOPPING : RefusalReason.STARTING,
                                "worker " + row.workerId() + " is " + row.state()));
    }

    private static StartResult refused(WorkerRow row, RefusalReason reason, String evidence) {
        return new StartResult.Refused(row.account(), reason, evidence);
    }
}
