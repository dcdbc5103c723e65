package io.workersupervisor.internal.inspect;

import io.workersupervisor.WorkerStatus;
import io.workersupervisor.internal.liveness.LocalEvidence;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.ProcFs;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.machine.ProcessUse;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the figures of living workers: one reading of {@code /proc} serves all that ask within a second. Thread-safe. */
public final class WorkerFigures {
    private static final Duration FRESH = Duration.ofSeconds(1);

    private final LocalEvidence local;
    private final Clocks timing;
    private List<ProcFs.Stat> table = List.of();
    private long readAt;

    public WorkerFigures(LocalEvidence local, Clocks timing) {
        this.local = local;
        this.timing = timing;
    }

    /** The figures by worker id of those whose recorded process is there. */
    Map<String, WorkerStatus.Figures> of(List<WorkerRow> rows) {
        Map<String, ProcessIdentity> workers = new HashMap<>();
        rows.stream()
                .filter(row -> row.state().isOpen())
                .forEach(row -> Detail.identityOf(row)
                        .filter(local.machine()::isHere)
                        .ifPresent(process -> workers.put(row.workerId(), process)));
        if (workers.isEmpty()) {
            return Map.of();
        }
        Map<ProcessIdentity, ProcessUse> uses = ProcessUse.of(local.proc(), table(), workers.values());
        long uptime = local.proc().uptimeTicks();
        Map<String, WorkerStatus.Figures> figures = new HashMap<>();
        workers.forEach((workerId, process) -> Optional.ofNullable(uses.get(process))
                .ifPresent(use -> figures.put(
                        workerId,
                        new WorkerStatus.Figures(
                                Duration.ofMillis(10 * Math.max(0, uptime - process.startTicks())),
                                use.cpuTime(),
                                use.residentBytes(),
                                use.processes().size()))));
        return figures;
    }

    private synchronized List<ProcFs.Stat> table() {
        long now = timing.nanos();
        if (table.isEmpty() || now - readAt > FRESH.toNanos()) {
            table = local.proc().table();
            readAt = now;
        }
        return table;
    }
}
