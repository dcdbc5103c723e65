package io.workersupervisor.internal.supervision;

import io.workersupervisor.Ailment;
import io.workersupervisor.Confidence;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.Desired;
import io.workersupervisor.HealthLimits;
import io.workersupervisor.StopReason;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.events.Guard;
import io.workersupervisor.internal.lifecycle.FaultStops;
import io.workersupervisor.internal.lifecycle.ProtocolContext;
import io.workersupervisor.internal.machine.FileMark;
import io.workersupervisor.internal.machine.ProcFs;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.machine.ProcessUse;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.Fault;
import io.workersupervisor.internal.registry.RowStatus;
import io.workersupervisor.internal.text.Text;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Ends workers that are beyond the limits of their spec ({@link HealthLimits}), once they are ready and unless their account is
 * paused. Nothing of a count outlives the host: the next one counts anew, and so ends nobody for the time in which no host
 * looked.
 *
 * <ol>
 *   <li>Memory: of the worker and its children, by one reading of {@code /proc} for all; only beyond the limit is it read again
 *       so that shared pages count once.
 *   <li>Unable: its log says so, and has said so for that long ({@link AilmentWatch}).
 *   <li>Heartbeat: the file has not changed for that long. Its times mean nothing, only that they differ. Where the log says
 *       why the worker cannot work, that is the cause.
 * </ol>
 *
 * Thread-safe.
 */
final class HealthWatch {
    /** Of the time between two looks no more counts: this machine, or this host, may have stood still. */
    private static final Duration LONGEST_GAP = Duration.ofSeconds(30);

    private final ProtocolContext context;
    private final FaultStops faults;
    private final AilmentWatch ailments;
    private final Map<String, Count> silent = new HashMap<>();
    private final Map<String, Count> unable = new HashMap<>();
    private OptionalLong looked = OptionalLong.empty();

    /** For how long something has been seen to be the same. */
    private record Count(String what, long nanos) {}

    HealthWatch(ProtocolContext context, FaultStops faults, AilmentWatch ailments) {
        this.context = context;
        this.faults = faults;
        this.ailments = ailments;
    }

    /** Looks at all open rows of this node. */
    synchronized void look(List<WorkerRow> open) {
        long now = context.nanos();
        long gap = looked.isPresent() ? Math.min(now - looked.getAsLong(), LONGEST_GAP.toNanos()) : 0;
        looked = OptionalLong.of(now);
        List<WorkerRow> watched = open.stream()
                .filter(row -> row.state() == WorkerState.RUNNING && row.desired() == Desired.RUNNING)
                .filter(row -> !limits(row).equals(HealthLimits.NONE) && !RowStatus.isUnready(row))
                .toList();
        Set<String> workers = watched.stream().map(WorkerRow::workerId).collect(Collectors.toSet());
        silent.keySet().retainAll(workers);
        unable.keySet().retainAll(workers);
        Map<ProcessIdentity, ProcessUse> uses = uses(watched);
        watched.forEach(row -> Guard.run("health", Optional.of(row.account()), () -> look(row, uses, gap)));
    }

    private static HealthLimits limits(WorkerRow row) {
        return Detail.of(row).limits(row.epoch()).health();
    }

    private Map<ProcessIdentity, ProcessUse> uses(List<WorkerRow> watched) {
        List<ProcessIdentity> leaders = watched.stream()
                .filter(row -> limits(row).memoryBytes().isPresent())
                .flatMap(row -> Detail.identityOf(row).stream())
                .filter(context.local().machine()::isHere)
                .toList();
        ProcFs proc = context.local().proc();
        return leaders.isEmpty() ? Map.of() : ProcessUse.of(proc, proc.table(), leaders);
    }

    private void look(WorkerRow row, Map<ProcessIdentity, ProcessUse> uses, long gap) {
        HealthLimits limits = limits(row);
        Optional<Fault> silence = limits.heartbeat().flatMap(limit -> silence(row, limit, gap));
        Optional<Fault> inability = limits.unable().flatMap(limit -> inability(row, limit, gap));
        Optional<Fault> found = memory(row, limits, uses).or(() -> inability).or(() -> silence);
        if (found.isPresent() && context.paused(row.account()).isEmpty()) {
            faults.end(row, found.get(), () -> {});
        }
    }

    private Optional<Fault> memory(WorkerRow row, HealthLimits limits, Map<ProcessIdentity, ProcessUse> uses) {
        return Detail.identityOf(row)
                .flatMap(worker -> Optional.ofNullable(uses.get(worker)))
                .filter(use -> limits.memoryBytes().isPresent())
                .flatMap(use -> {
                    long limit = limits.memoryBytes().getAsLong();
                    long used = use.residentBytes() <= limit
                            ? 0
                            : use.proportionalBytes(context.local().proc());
                    int processes = use.processes().size();
                    return used <= limit
                            ? Optional.empty()
                            : Optional.of(new Fault(
                                    StopReason.OUT_OF_MEMORY,
                                    Confidence.CERTAIN,
                                    "it used " + Text.bytes(used) + " of memory in " + processes
                                            + (processes == 1 ? " process, " : " processes, ") + Text.bytes(limit)
                                            + " are allowed"));
                });
    }

    private Optional<Fault> inability(WorkerRow row, Duration limit, long gap) {
        Optional<Ailment> ailment = ailments.told(row.workerId())
                .filter(found -> !found.reason().equals(Optional.of(StopReason.FLOOD_WAIT)));
        if (ailment.isEmpty()) {
            unable.remove(row.workerId());
            return Optional.empty();
        }
        StopReason reason = ailment.get().reason().orElseThrow();
        long lasted = count(unable, row.workerId(), reason.name(), gap);
        return lasted < limit.toNanos() ? Optional.empty() : Optional.of(unable(ailment.get(), ""));
    }

    private static Fault unable(Ailment ailment, String also) {
        return new Fault(
                ailment.reason().orElseThrow(),
                Confidence.PROBABLE,
                "it lived and could not work: " + ailment.text() + also);
    }

    private Optional<Fault> silence(WorkerRow row, Duration limit, long gap) {
        DataDirectory data = context.data();
        String mark = FileMark.of(Layout.heartbeatFile(data, row.workerId()));
        if (count(silent, row.workerId(), mark, gap) < limit.toNanos()) {
            return Optional.empty();
        }
        String text = "no heartbeat for " + Text.words(limit) + (mark.isEmpty() ? ", and none since it began" : "");
        return Optional.of(ailments.told(row.workerId())
                .map(ailment -> unable(ailment, "; " + text))
                .orElseGet(() -> new Fault(StopReason.UNKNOWN, Confidence.POSSIBLE, text)));
    }

    private static long count(Map<String, Count> counts, String workerId, String what, long gap) {
        Count before = counts.get(workerId);
        long lasted = before != null && before.what().equals(what) ? before.nanos() + gap : 0;
        counts.put(workerId, new Count(what, lasted));
        return lasted;
    }
}
