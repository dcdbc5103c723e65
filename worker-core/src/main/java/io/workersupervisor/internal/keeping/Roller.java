package io.workersupervisor.internal.keeping;

import io.workersupervisor.AccountId;
import io.workersupervisor.Desired;
import io.workersupervisor.Readiness;
import io.workersupervisor.RolloutStatus;
import io.workersupervisor.StopReason;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.directory.Pauses;
import io.workersupervisor.internal.directory.RolloutDraft;
import io.workersupervisor.internal.events.Guard;
import io.workersupervisor.internal.lifecycle.ProtocolContext;
import io.workersupervisor.internal.lifecycle.StopProtocol;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RestartPlan;
import io.workersupervisor.internal.registry.RowStatus;
import io.workersupervisor.internal.registry.StopPurpose;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Replaces workers by those of another version, a batch at a time. Every host of the data directory that keeps accounts
 * running takes these steps at each of its ticks, from what stands in the file
 * ({@link io.workersupervisor.internal.directory.RolloutFile}) and in the rows; each change of the file is a
 * compare-and-set, so that one of them wins, and the next host goes on where one ended.
 *
 * <ol>
 *   <li>Count. An account that has the version and whose worker ended for a reason that none of its workers of another version
 *       had is written down, once. If there are {@code haltAfter} of them, the rollout is halted: no worker is ended any more;
 *       accounts whose workers have ended are started by their plans.
 *   <li>Choose, where no batch is under way and the pause is over: accounts of this node that are wanted, run another version,
 *       are not paused, and have a spec of the version here. The batch is written, each account with the worker that is to
 *       end, before anything is done. Accounts that are stopped or wait for their start are not touched: they get the version
 *       when they are started.
 *   <li>End, for each account of the batch that still has that worker and has a spec of the version here: by the ladder, as a
 *       restart, unless the rollout was halted meanwhile; a few at a time. Its end leaves the account due, and
 *       {@link KeepingLoop} starts it; a person's stop wins in between.
 *   <li>Wait until each has another worker that has outlived its start grace and is ready, or has ended, or was stopped or
 *       paused by a person. One that is not back within {@link #LONGEST}, its stop grace and the limit of its readiness counts
 *       as in step 1; one that was not ended in that time is left out. One that is back with another version, as another host
 *       has another spec, counts, too, and is left: it is not chosen again unless the rollout is resumed. Then the batch is
 *       emptied, and the time of the next one written.
 *   <li>Nothing more to choose: done. Where accounts are left without a spec of the version, only after {@link #SETTLING}, in
 *       which another host or a new spec may serve them.
 * </ol>
 *
 * A crash after 2 or 3 leaves a batch that the next host takes up at 3: a worker that is not the one written down is never
 * ended. Thread-safe. Nothing here throws.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what they begin contains what it throws
public final class Roller {
    /** Time in which an account of a batch must be back, beyond its stop grace and the limit of its readiness. */
    static final Duration LONGEST = Duration.ofMinutes(2);

    /** Time in which accounts without a spec of the version are waited for. */
    static final Duration SETTLING = Duration.ofMinutes(1);

    /** Before the version in {@link RolloutStatus#left}: it was replaced, by a worker of that version. */
    private static final String CAME_BACK = "came back as ";

    private final ProtocolContext context;
    private final Rollouts rollouts;
    private final SpecLookup specs;
    private final StopProtocol stops;
    private final Executor threads;
    private final Executor ladders;
    private final AtomicBoolean busy = new AtomicBoolean();
    /** The file as the last step saw it, and when it first did: waits of this host count from then on. */
    private Optional<RolloutStatus> known = Optional.empty();

    private long since;
    /** True for a state that the first look found: how long it has been so, only the file says. */
    private boolean isFound;
    /** The revision of each row whose reports were read. */
    private final Map<AccountId, Long> counted = new HashMap<>();
    /** The first sight of each worker of the batch that runs. */
    private final Map<String, Long> running = new HashMap<>();

    private final Set<AccountId> ending = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Makes the roller of a host; {@code threads} run its steps, which wait for lookups, and few {@code ladders} its ends. */
    public Roller(
            ProtocolContext context,
            Rollouts rollouts,
            SpecLookup specs,
            StopProtocol stops,
            Executor threads,
            Executor ladders) {
        this.context = context;
        this.rollouts = rollouts;
        this.specs = specs;
        this.stops = stops;
        this.threads = threads;
        this.ladders = ladders;
    }

    /** Takes the steps that are due, behind this call; reads one small file where no rollout goes on. */
    void tick() {
        contained(() -> {
            boolean goesOn = rollouts.status().filter(Rollouts::goesOn).isPresent();
            if (goesOn && !closed && busy.compareAndSet(false, true)) {
                threads.execute(() -> {
                    contained(this::steps);
                    busy.set(false);
                });
            }
        });
    }

    private void contained(Guard.Work work) {
        Guard.run("rollout", Optional.empty(), work)
                .filter(thrown -> !closed)
                .ifPresent(thrown -> context.events().troubleOnce(Optional.empty(), "the rollout waits: " + thrown));
    }

    /** Begins nothing any more. */
    void close() {
        closed = true;
    }

    private void steps() {
        boolean changed = true;
        while (changed && !closed) {
            Optional<RolloutStatus> seen = rollouts.status();
            if (!seen.equals(known)) {
                isFound = known.isEmpty();
                known = seen;
                since = context.nanos();
            }
            changed = seen.filter(Rollouts::goesOn).isPresent() && step(seen.get());
        }
    }

    private boolean isOver(Duration wait) {
        return context.nanos() - since >= wait.toNanos();
    }

    /** True where the file was changed, by whomever. */
    private boolean step(RolloutStatus now) {
        Map<AccountId, WorkerRow> all = new TreeMap<>();
        rollouts.ofNode().forEach(row -> all.put(row.account(), row));
        Pauses.Counting pauses = new Pauses(context.data()).now(context.now());
        Map<AccountId, String> died = died(now, all);
        if (!died.equals(now.died())) {
            return changed(now, RolloutDraft.of(now).died(died));
        } else if (!now.batch().isEmpty()) {
            return work(now, all, pauses);
        }
        boolean waits = now.nextBatch()
                .filter(at -> !isOver(now.rollout().pauseBetween())
                        && (!isFound || context.now().isBefore(at)))
                .isPresent();
        return !waits && choose(now, all, pauses);
    }

    /** Stores the next step, which is to halt where enough accounts have died; true, as the file has changed. */
    private boolean changed(RolloutStatus now, RolloutDraft to) {
        Map<AccountId, String> died = to.status().died();
        String because = "accounts that this version did not serve as others did: " + RolloutStatus.named(died);
        boolean won = died.size() >= now.rollout().haltAfter()
                ? rollouts.stored(Optional.of(now), to.halted(because).status())
                : rollouts.file().replace(Optional.of(now), to.status());
        if (!won) {
            counted.clear();
        }
        return true;
    }

    /** Step 1. */
    private Map<AccountId, String> died(RolloutStatus now, Map<AccountId, WorkerRow> all) {
        String version = now.rollout().version();
        Map<AccountId, String> died = new TreeMap<>(now.died());
        all.forEach((account, row) -> {
            if (isOf(row, version)
                    && !now.excused().contains(account)
                    && !died.containsKey(account)
                    && !Long.valueOf(row.revision()).equals(counted.get(account))) {
                rollouts.death(account, version).ifPresent(reason -> died.put(account, reason.name()));
                counted.put(account, row.revision());
            }
        });
        return died;
    }

    /** Step 2, and 5. */
    private boolean choose(RolloutStatus now, Map<AccountId, WorkerRow> all, Pauses.Counting pauses) {
        String version = now.rollout().version();
        int most = now.rollout().batch();
        List<WorkerRow> others = all.values().stream()
                .filter(row -> row.state() == WorkerState.RUNNING && row.desired() == Desired.RUNNING)
                .filter(row -> !isOf(row, version))
                .sorted(Comparator.comparing(row -> now.left().containsKey(row.account())))
                .toList();
        Map<AccountId, String> paused = new TreeMap<>();
        others.forEach(row -> pauses.of(row.account()).ifPresent(pause -> paused.put(row.account(), pause.words())));
        Map<AccountId, String> back = new TreeMap<>(now.left());
        back.entrySet()
                .removeIf(one -> !one.getValue().startsWith(CAME_BACK)
                        || Optional.ofNullable(all.get(one.getKey()))
                                .filter(row -> !isOf(row, version))
                                .isEmpty());
        List<WorkerRow> free = others.stream()
                .filter(row -> !paused.containsKey(row.account()) && !back.containsKey(row.account()))
                .toList();
        Map<AccountId, String> batch = new TreeMap<>();
        Map<AccountId, String> left = new TreeMap<>();
        for (int from = 0; from < free.size() && batch.size() < most; from += most) {
            Map<WorkerRow, CompletableFuture<SpecLookup.Answer<Optional<WorkerSpec>>>> asked = new LinkedHashMap<>();
            free.subList(from, Math.min(from + most, free.size()))
                    .forEach(row -> asked.put(row, specs.find(row.account())));
            ProtocolContext.await(
                    CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new)), SpecLookup.LONGEST);
            asked.forEach((row, answer) -> {
                Optional<String> without = without(version, answer.getNow(new SpecLookup.Answer<>(Optional.empty())));
                if (without.isPresent()) {
                    left.put(row.account(), without.get());
                } else if (batch.size() < most) {
                    batch.put(row.account(), row.workerId());
                }
            });
        }
        if (!batch.isEmpty()) {
            context.reached("roll");
            running.clear();
            left.putAll(back);
            changed(now, RolloutDraft.of(now).batch(batch, Optional.empty()).left(left));
            context.reached("rolling");
            return true;
        }
        Duration settling =
                SETTLING.plus(now.nextBatch().isPresent() ? now.rollout().pauseBetween() : Duration.ZERO);
        if (pauses.isOfAll() || (!left.isEmpty() && !isOver(settling))) {
            return false;
        }
        left.putAll(paused);
        left.putAll(back);
        return rollouts.stored(
                Optional.of(now),
                RolloutDraft.of(now)
                        .state(RolloutStatus.State.DONE, Optional.empty())
                        .batch(Map.of(), Optional.empty())
                        .left(left)
                        .status());
    }

    /** The reason for which an account cannot get the version now. */
    private static Optional<String> without(String version, SpecLookup.Answer<Optional<WorkerSpec>> answer) {
        if (answer.found().isEmpty()) {
            return Optional.of("its spec cannot be looked up");
        } else if (answer.found().get().isEmpty()) {
            return Optional.of("no host has a spec for it");
        }
        Optional<String> found = answer.found().get().get().version();
        return found.equals(Optional.of(version)) ? Optional.empty() : Optional.of("its spec gives " + words(found));
    }

    private static String words(Optional<String> version) {
        return version.map(known -> "version " + known).orElse("no version");
    }

    private static boolean isOf(WorkerRow row, String version) {
        return row.version().equals(Optional.of(version));
    }

    /** Steps 3 and 4. */
    private boolean work(RolloutStatus now, Map<AccountId, WorkerRow> all, Pauses.Counting pauses) {
        Map<AccountId, WorkerRow> open = new TreeMap<>();
        Map<AccountId, String> died = new TreeMap<>(now.died());
        now.batch()
                .forEach((account, workerId) -> Optional.ofNullable(all.get(account))
                        .filter(row -> isOpen(row, workerId, pauses.of(account).isPresent()))
                        .ifPresent(row -> open.put(account, row)));
        Duration longest = Duration.ZERO;
        for (WorkerRow row : open.values()) {
            AccountId account = row.account();
            Duration own = LONGEST.plus(Detail.of(row).stopGrace())
                    .plus(Detail.of(row)
                            .limits(row.epoch())
                            .unready()
                            .map(Readiness::limit)
                            .orElse(Duration.ZERO));
            longest = own.compareTo(longest) > 0 ? own : longest;
            if (!isToEnd(row, now)) {
                died.put(account, "not back within " + own.toSeconds() + " s");
            } else if (ending.add(account)) {
                end(account, row.workerId(), now.rollout().version());
            }
        }
        if (!open.isEmpty() && !isOver(longest)) {
            return false;
        }
        Map<AccountId, String> left = new TreeMap<>(now.left());
        now.batch()
                .forEach((account, workerId) -> Optional.ofNullable(all.get(account))
                        .filter(row -> row.desired() == Desired.RUNNING
                                && !row.workerId().equals(workerId)
                                && !isOf(row, now.rollout().version()))
                        .ifPresent(row -> {
                            left.put(account, CAME_BACK + words(row.version()));
                            died.put(account, CAME_BACK + words(row.version()));
                        }));
        died.keySet().removeAll(now.excused());
        Instant next = context.now().plus(now.rollout().pauseBetween());
        return changed(
                now,
                RolloutDraft.of(now)
                        .batch(Map.of(), Optional.of(next))
                        .died(died)
                        .left(left));
    }

    /** True while more is to come of an account of the batch. */
    private boolean isOpen(WorkerRow row, String workerId, boolean isPaused) {
        boolean same = row.workerId().equals(workerId);
        if (row.desired() != Desired.RUNNING || isPaused) {
            return same && row.state() == WorkerState.STOPPING;
        } else if (row.state() == WorkerState.RUNNING && !same) {
            long now = context.nanos();
            long grace = Detail.of(row).startGrace().toNanos();
            if (RowStatus.isUnready(row)) {
                // Once it is ready it is back at once: the limit of its readiness counts no more then.
                running.put(row.workerId(), now - grace);
                return true;
            }
            return now - running.computeIfAbsent(row.workerId(), seen -> now) < grace;
        }
        return row.state().isOpen() || (same && isEndedToStart(row));
    }

    private static boolean isToEnd(WorkerRow row, RolloutStatus now) {
        return row.state() == WorkerState.RUNNING
                && row.workerId().equals(now.batch().get(row.account()));
    }

    private static boolean isEndedToStart(WorkerRow row) {
        return RestartPlan.of(row)
                .filter(plan -> plan.why().equals(StopReason.STOPPED_ON_REQUEST.name()))
                .isPresent();
    }

    /** It may have waited for a thread: what the file said then may be over. */
    private boolean isStillToEnd(AccountId account, String workerId, String version) {
        return !closed
                && rollouts.status()
                        .filter(Rollouts::goesOn)
                        .filter(now -> now.rollout().version().equals(version))
                        .filter(now -> workerId.equals(now.batch().get(account)))
                        .isPresent();
    }

    /** Step 3; a host that does not serve the account leaves it to the one that does. */
    private void end(AccountId account, String workerId, String version) {
        CompletableFuture<Void> over = specs.find(account)
                .thenAcceptAsync(
                        answer -> {
                            context.reached("roll end");
                            if (without(version, answer).isEmpty() && isStillToEnd(account, workerId, version)) {
                                stops.stopAlone(account, workerId, StopPurpose.RESTART);
                                context.reached("roll ended");
                            }
                        },
                        ladders);
        over.whenComplete((nothing, failed) -> {
            ending.remove(account);
            if (failed != null && !closed) {
                context.events()
                        .troubleOnce(Optional.of(account), "its worker is not ended for the rollout: " + failed);
            }
        });
    }
}
