package io.workersupervisor;

import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.registry.Actor;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.spi.WorkerRow;
import java.time.Instant;
import java.util.Optional;

/** The first row of an account whose worker runs on another machine. */
public final class ForeignRow {
    private static final Instant CLAIMED = Instant.parse("2026-03-01T10:15:30.007Z");
    private static final ProcessIdentity PROCESS = new ProcessIdentity(
            815, 106_418, 0, "0e2b9a3c-6b0f-4a53-9d0c-3f0c3f7b1c55", "pid:[4026531836]", "time:[4026531834]");

    private ForeignRow() {}

    /**
     * The row of a running worker.
     *
     * @param spec its spec
     * @param workerId its id
     * @param node the node that owns it
     */
    public static WorkerRow running(WorkerSpec spec, String workerId, String node) {
        WorkerRow row = RowChanges.running(
                RowChanges.claimed(
                        Optional.empty(),
                        spec,
                        new RowChanges.Claim(
                                1, workerId, node, CLAIMED, new Actor("host-2", PROCESS), 100, workerId + ".log")),
                PROCESS);
        return RowCopy.of(row, 1, 1, workerId);
    }
}
