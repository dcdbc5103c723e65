package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.AccountId;
import io.workersupervisor.ForgetResult;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.SignalResult;
import io.workersupervisor.StopOrder;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerSignal;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.directory.Pauses;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.launch.Launcher.Scope;
import io.workersupervisor.internal.launch.Launcher.SignalAnswer;
import io.workersupervisor.internal.liveness.Judgement;
import io.workersupervisor.internal.liveness.UnregisteredWorkers;
import io.workersupervisor.internal.machine.EnvironmentSearch.Marked;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.spi.WorkerRow;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The orders of people that are neither a start nor a stop. Thread-safe. */
public record Orders(ProtocolContext context, Signals signals, UnregisteredWorkers unregistered, Bell bell) {
    private Pauses pauses() {
        return new Pauses(context.local().data());
    }

    /** Leaves an account, or with an empty one all accounts, alone; true. */
    public boolean pause(Optional<AccountId> account, Optional<Instant> until, StopOrder order) {
        pauses().add(new Pauses.Pause(account, order, context.now(), until));
        told(
                account,
                "was paused " + order.describe()
                        + until.map(end -> " until " + end).orElse(""));
        return true;
    }

    /** Ends a pause; false if there was none. */
    public boolean resume(Optional<AccountId> account, StopOrder order) {
        boolean resumed = pauses().remove(account, context.now());
        if (resumed) {
            bell.ring();
            told(account, "was resumed " + order.describe());
        }
        return resumed;
    }

    /**
     * Hides a closed row and drops the reports of its workers, in this order; account, epoch and revision stay, so that no
     * number is used twice. A crash in between leaves reports that a second call drops.
     */
    public ForgetResult forget(AccountId account, StopOrder order) {
        return context.alone(
                account,
                () -> forgetAlone(account, order),
                (reason, evidence) -> new ForgetResult.Refused(account, reason, evidence));
    }

    private ForgetResult forgetAlone(AccountId account, StopOrder order) {
        while (true) {
            Optional<WorkerRow> seen = context.registry().find(account);
            List<Marked> strangers = unregistered.living(account);
            if (seen.filter(row -> row.state().isOpen()).isPresent()) {
                return new ForgetResult.Refused(
                        account,
                        RefusalReason.STILL_RUNS,
                        "its row is " + seen.get().state());
            } else if (!strangers.isEmpty()) {
                return new ForgetResult.Refused(
                        account, RefusalReason.UNREGISTERED_WORKER, UnregisteredWorkers.describe(strangers));
            } else if (context.local().locks().state(account) == AccountLocks.State.BUSY) {
                return new ForgetResult.Refused(account, RefusalReason.LOCK_HELD, unregistered.holder(account));
            } else if (seen.isEmpty()) {
                return new ForgetResult.Forgotten(account);
            }
            WorkerRow forgotten = RowChanges.forgotten(seen.get(), order, context.now());
            if (context.registry().update(seen, forgotten)) {
                context.reached("forgotten");
                context.registry().dropReports(account, forgotten.workerId());
                pauses().remove(Optional.of(account), context.now());
                told(Optional.of(account), "was forgotten " + order.describe());
                return new ForgetResult.Forgotten(account);
            }
        }
    }

    /** Sends a signal to the worker's own process, if it is still that process. */
    public SignalResult signal(AccountId account, WorkerSignal signal) {
        Optional<WorkerRow> open =
                context.registry().find(account).filter(row -> row.state().isOpen());
        if (open.isEmpty()) {
            return new SignalResult.NotRunning(account);
        }
        WorkerRow row = open.get();
        Judgement judgement = context.judge().judge(row);
        if (judgement instanceof Judgement.Dead) {
            return new SignalResult.NotRunning(account);
        } else if (!(judgement instanceof Judgement.Alive alive) || !row.node().equals(context.node())) {
            return new SignalResult.Refused(
                    account,
                    judgement instanceof Judgement.Doubt doubt ? doubt.reason() : RefusalReason.OTHER_NODE,
                    judgement.evidence());
        } else if (row.state() != WorkerState.RUNNING) {
            return new SignalResult.Refused(
                    account,
                    row.isToEnd() ? RefusalReason.STOPPING : RefusalReason.STARTING,
                    "worker " + row.workerId() + " is " + row.state());
        } else {
            SignalAnswer answer = signals.send(alive.process(), signal.name(), Scope.PROCESS);
            if (answer instanceof SignalAnswer.NotSent not) {
                return new SignalResult.Refused(account, RefusalReason.SIGNAL_NOT_SENT, not.error());
            } else if (answer instanceof SignalAnswer.Gone) {
                return new SignalResult.NotRunning(account);
            }
            told(Optional.of(account), "got signal " + signal);
            return new SignalResult.Sent(
                    account, signal, row.workerId(), alive.process().pid());
        }
    }

    private void told(Optional<AccountId> account, String what) {
        context.events().emit(new WorkerEvent.Ordered(context.now(), account, what));
    }
}
