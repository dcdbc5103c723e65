package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.internal.launch.WorkerEnds;
import io.workersupervisor.internal.liveness.UnregisteredWorkers;
import io.workersupervisor.internal.registry.WorkerIds;
import java.util.concurrent.Executor;

/**
 * The door of this package: builds the protocols of one host and hands out those that are called from outside.
 *
 * @param starts the starts of the application
 * @param stops the stops of the application, and those at close
 * @param wishes the starts that a host with the spec does
 * @param orders what people order besides starts and stops
 * @param ends files ends
 * @param check brings one account in line
 * @param readiness waits for workers to be ready
 * @param faults ends workers that have a fault
 * @param supervised the workers of this host
 * @param unregistered the living workers that no row names
 */
public record Lifecycle(
        StartCalls starts,
        StopProtocol stops,
        StopCalls stopCalls,
        Wishes wishes,
        Orders orders,
        EndFiling ends,
        AccountCheck check,
        ReadinessWatch readiness,
        FaultStops faults,
        SupervisedWorkers supervised,
        UnregisteredWorkers unregistered) {
    /**
     * The threads that protocols hand work to.
     *
     * @param starters run the starts of many
     * @param writers record the launches of many, and look for signs of readiness
     * @param ladders run stops of many, and those that reconcile resumes
     * @param behind files reported ends, a moment later
     */
    public record Threads(Executor starters, Executor writers, Executor ladders, Executor behind) {}

    public static Lifecycle of(
            ProtocolContext context, HostState state, UnfiledEnds unfiled, WorkerEnds listener, Threads threads) {
        LaunchSettlement settlement = new LaunchSettlement(context);
        EndFiling ends = new EndFiling(context, unfiled, threads.behind());
        Signals signals = new Signals(context);
        StopLadder ladder = new StopLadder(
                context, settlement, ends, signals, context.local().descendants());
        UnregisteredWorkers unregistered = new UnregisteredWorkers(context.registry(), context.local());
        StartProtocol start =
                new StartProtocol(context, settlement, ends, ladder, signals, unregistered, new WorkerIds());
        StopProtocol stops = new StopProtocol(context, ladder, signals, unregistered);
        SupervisedWorkers supervised = new SupervisedWorkers();
        FaultStops faults = new FaultStops(context, ladder, threads.ladders());
        ReadinessWatch readiness = new ReadinessWatch(context, faults, threads.writers());
        AccountCheck check =
                new AccountCheck(context, settlement, ends, ladder, supervised, readiness, threads.ladders());
        StartVerification verification = new StartVerification(context, ends, check);
        return new Lifecycle(
                new StartCalls(context, state, threads, start, verification, stops, supervised, readiness, listener),
                stops,
                new StopCalls(state, stops, threads.ladders()),
                new Wishes(context, stops, check, Bell.of(context), threads.starters()),
                new Orders(context, signals, unregistered, Bell.of(context)),
                ends,
                check,
                readiness,
                faults,
                supervised,
                unregistered);
    }
}
