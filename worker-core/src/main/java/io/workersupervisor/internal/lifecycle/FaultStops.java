package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.StopResult;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.internal.events.Guard;
import io.workersupervisor.internal.registry.Fault;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Ends living workers that have a fault, and leaves their accounts wanted.
 *
 * <ol>
 *   <li>The row is STOPPING with the fault, if it is still as it was when the fault was found.
 *   <li>The ladder ends the worker ({@link StopLadder}), on a thread of its own. The report has the fault's reason.
 * </ol>
 *
 * A crash after 1 leaves a row whose ladder the next host resumes. Thread-safe.
 */
public final class FaultStops {
    private final ProtocolContext context;
    private final StopLadder ladder;
    private final Executor ladders;
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();

    FaultStops(ProtocolContext context, StopLadder ladder, Executor ladders) {
        this.context = context;
        this.ladder = ladder;
        this.ladders = ladders;
    }

    /** Begins to end a worker, unless that is under way; {@code over} is run when the ladder is over, and only then. */
    public void end(WorkerRow seen, Fault fault, Runnable over) {
        if (!underWay.add(seen.workerId())) {
            return;
        }
        try {
            ladders.execute(() -> {
                Guard.run("fault", Optional.of(seen.account()), () -> endAlone(seen, fault, over));
                underWay.remove(seen.workerId());
            });
        } catch (RejectedExecutionException closing) {
            // The next host finds the fault again.
            underWay.remove(seen.workerId());
        }
    }

    /** An account that another call of this host has, or whose row was changed, is looked at again. */
    private void endAlone(WorkerRow seen, Fault fault, Runnable over) {
        WorkerRow ending = RowChanges.ending(seen, context.self(), context.now(), fault);
        context.mutex().call(seen.account(), Duration.ZERO, () -> {
            context.reached("fault");
            if (context.registry().update(Optional.of(seen), ending)) {
                context.reached("faulty");
                if (ladder.end(ending) instanceof StopResult.Refused stuck) {
                    context.events().emit(new WorkerEvent.NotStopped(context.now(), stuck));
                }
                over.run();
            }
            return true;
        });
    }
}
