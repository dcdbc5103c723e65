package io.workersupervisor;

import io.workersupervisor.internal.machine.Kernel;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.registry.Actor;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.internal.registry.StopPurpose;
import io.workersupervisor.spi.WorkerRow;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** One account's rows in every state, as the engine would make them. */
public final class Samples {
    public static final Instant NOW = Instant.parse("2026-11-24T02:00:00.123Z");
    public static final AccountId ACCOUNT = AccountId.of(4711);
    public static final String WORKER = "01kas9g4bv0123456789abcdef";
    public static final String NODE = "node-a";
    public static final Kernel MACHINE = new Kernel("machine-a", "boot-a", "pid:[1]", "time:[1]");
    public static final ProcessIdentity PROCESS = process(4242, 10_000);
    public static final Actor HOST = new Actor("host-a", process(17, 500));
    public static final WorkerSpec SPEC = WorkerSpec.builder(ACCOUNT, "/usr/bin/worker", "--session", "a")
            .userId("user-a")
            .version("2.1")
            .build();

    private Samples() {}

    /** A process of {@link #MACHINE}. */
    public static ProcessIdentity process(long pid, long ticks) {
        return new ProcessIdentity(pid, ticks, 0, MACHINE.bootId(), MACHINE.pidNamespace(), MACHINE.timeNamespace());
    }

    public static WorkerRow starting() {
        return RowChanges.claimed(
                Optional.empty(),
                SPEC,
                new RowChanges.Claim(1, WORKER, NODE, NOW, HOST, 9_900, "worker_4711_" + WORKER + ".log"));
    }

    public static WorkerRow running() {
        return RowChanges.running(starting(), PROCESS);
    }

    /** Stopped by a person ten seconds after it was claimed; the worker may still run. */
    public static WorkerRow stopping() {
        return RowChanges.stopAsked(running(), HOST, NOW.plusSeconds(10), StopOrder.byPerson());
    }

    public static WorkerRow stopping(StopPurpose cause) {
        return RowChanges.stopping(running(), HOST, NOW.plusSeconds(10), cause);
    }

    public static StopReport report(List<String> evidence, String advice) {
        return new StopReport(
                ACCOUNT,
                WORKER,
                3,
                NODE,
                Optional.of("user-a"),
                Optional.of("2.1"),
                NOW,
                NOW.plusSeconds(200),
                new ExitStatus.Exited(1),
                Optional.empty(),
                Initiator.WORKER,
                StopReason.UNKNOWN,
                Confidence.POSSIBLE,
                evidence,
                advice,
                Optional.empty(),
                List.of(),
                List.of());
    }

    public static WorkerEvent trouble(String text) {
        return new WorkerEvent.Trouble(NOW, Optional.of(ACCOUNT), text);
    }
}
