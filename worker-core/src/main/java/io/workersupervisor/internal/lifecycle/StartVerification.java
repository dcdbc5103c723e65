package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.liveness.Judgement;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.internal.text.Text;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The last step of a start, when the worker has its process and its row is RUNNING.
 *
 * <ol>
 *   <li>Wait for the start grace, or until the launcher ends, and with it the worker.
 *   <li>Ended within the grace: its end is filed, unless it is being stopped and its ladder files it, and the start is
 *       {@code Failed} with that report, after it was reported to the listener, if that takes no longer than a moment.
 *   <li>Alive: that it has the lock open itself is stored. Once stored, a free lock proves its end even to another
 *       namespace.
 * </ol>
 *
 * A crash here leaves a RUNNING row, which the next host adopts or closes.
 */
record StartVerification(ProtocolContext context, EndFiling ends) {
    /** Longest time for the end of a worker that died within the grace to be filed. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /** Longest time for another call of this host to report an end that is filed. */
    private static final Duration REPORTING = Duration.ofSeconds(2);

    private static final Duration POLL = Duration.ofMillis(25);

    StartResult verify(StartProtocol.Born born) {
        WorkerRow row = born.row();
        Duration grace = Detail.of(row).startGrace();
        long deadline = born.since() + grace.toNanos();
        boolean alive = true;
        while (alive && context.nanos() < deadline) {
            if (!ProtocolContext.await(born.over(), Duration.ofNanos(deadline - context.nanos()))) {
                break;
            }
            alive = isAlive(born);
            if (alive) {
                // The launcher was killed alone: nobody observes the end of the worker.
                context.timing().pause(POLL);
            }
        }
        if (!grace.isZero() && !(alive && isAlive(born))) {
            return endedInGrace(born);
        }
        if (!grace.isZero()) {
            seenHoldingLock(row, born.identity());
        }
        return new StartResult.Started(
                row.account(), row.workerId(), born.identity().pid(), row.epoch(), row.startedAt());
    }

    /** Step 3; also for workers that another host started. */
    Optional<WorkerRow> seenHoldingLock(WorkerRow row, ProcessIdentity identity) {
        if (Detail.of(row).holdsLock() || !context.local().locks().isOpenIn(identity.pid(), row.account())) {
            return Optional.empty();
        }
        WorkerRow holding = RowChanges.seenHoldingLock(row);
        return context.registry().update(Optional.of(row), holding) ? Optional.of(holding) : Optional.empty();
    }

    private boolean isAlive(StartProtocol.Born born) {
        return context.local()
                .processes()
                .probe(born.identity(), born.row().workerId())
                .runs();
    }

    /**
     * Runs it under the account's mutex: another call of this host that files the end has reported it, too, before the start
     * is called failed. Empty while another call has the account.
     */
    private <T> Optional<T> alone(AccountId account, Supplier<T> call) {
        return Thread.currentThread().isInterrupted()
                ? Optional.of(call.get())
                : context.mutex().call(account, POLL, call);
    }

    private StartResult endedInGrace(StartProtocol.Born born) {
        WorkerRow mine = born.row();
        long deadline = context.nanos() + PATIENCE.toNanos();
        while (true) {
            Optional<WorkerRow> row = context.registry()
                    .find(mine.account())
                    .filter(seen -> seen.workerId().equals(mine.workerId())
                            && seen.state().isOpen());
            Optional<StopReport> report = Optional.empty();
            String found = "its row is closed or replaced";
            boolean late = context.nanos() > deadline;
            if (row.isEmpty()) {
                // At last without waiting for what else that call does: it may launch another worker.
                Optional<Optional<StopReport>> filed =
                        late ? Optional.of(ends.filed(mine)) : alone(mine.account(), () -> ends.filed(mine));
                late = filed.isPresent();
                report = filed.flatMap(known -> known);
                deadline = Math.min(deadline, context.nanos() + REPORTING.toNanos());
            } else {
                Judgement judgement = context.judge().judge(row.get());
                found = judgement.evidence();
                // The end of a worker that is being stopped is filed by its ladder.
                if (judgement instanceof Judgement.Dead dead && row.get().state() != WorkerState.STOPPING) {
                    report = alone(mine.account(), () -> ends.file(row.get(), ends.ending(row.get(), dead, List.of())))
                            .flatMap(known -> known);
                } else if (judgement instanceof Judgement.Draining draining
                        && !draining.left().isEmpty()) {
                    return new StartResult.Failed(mine.account(), "start grace", found, Optional.empty());
                }
            }
            if (late || report.isPresent()) {
                return notStarted(mine, report, found);
            }
            context.timing().pause(POLL);
        }
    }

    private static StartResult notStarted(WorkerRow mine, Optional<StopReport> report, String found) {
        if (report.isPresent() && report.get().reason() == StopReason.STOPPED_ON_REQUEST) {
            return new StartResult.Refused(
                    mine.account(), RefusalReason.STOPPED_BY_OPERATOR, "it was stopped while it was started");
        }
        String how = report.map(known -> known.exit()
                        + known.logEvidence().stream()
                                .filter(line -> known.reason() == StopReason.START_FAILED)
                                .findFirst()
                                .map(line -> ": the program could not be run: " + Text.oneLine(line.text()))
                                .orElse(""))
                .orElse(found);
        return new StartResult.Failed(
                mine.account(),
                "start grace",
                "the worker ended within " + Text.words(Detail.of(mine).startGrace()) + ", " + how,
                report);
    }
}
