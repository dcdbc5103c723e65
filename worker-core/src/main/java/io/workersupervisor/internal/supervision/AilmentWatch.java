package io.workersupervisor.internal.supervision;

import io.workersupervisor.Ailment;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.diagnosis.Ailments;
import io.workersupervisor.internal.events.Guard;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * Reports workers that live but cannot work, each ailment once; one that is over and comes again is reported again. A log
 * is read only when its size has changed. At the ticks of a host only the logs are looked at whose growth was noticed
 * ({@code logs.LogWatch}): where the kernel notices none, that may take as long as its sweep. Thread-safe.
 */
public final class AilmentWatch {
    private final DataDirectory data;
    private final Ailments ailments;
    private final BiConsumer<WorkerRow, Ailment> report;
    private final Set<String> noticed = ConcurrentHashMap.newKeySet();
    private final Set<String> waiting = new HashSet<>();
    private final Map<String, Long> sizes = new HashMap<>();
    /** The silence of each worker that is silent, as it was reported. */
    private final Map<String, Ailment> silent = new HashMap<>();
    /** The ailment of each worker whose log tells of one, as it was reported. */
    private final Map<String, Ailment> told = new HashMap<>();

    public AilmentWatch(DataDirectory data, Ailments ailments, BiConsumer<WorkerRow, Ailment> report) {
        this.data = data;
        this.ailments = ailments;
        this.report = report;
    }

    /** The log of a worker has grown, or may have. */
    public void noticed(String workerId) {
        noticed.add(workerId);
    }

    /** Looks at all open rows of this node: at the logs whose size has changed. */
    synchronized void look(List<WorkerRow> open) {
        remember(open);
        open.forEach(row -> guarded(row, true));
    }

    /** Looks at the rows whose log was noticed, or that have promised a heartbeat. */
    synchronized void lookAtNoticed(List<WorkerRow> open) {
        Set<String> workers = remember(open);
        Set<String> fresh = new HashSet<>();
        noticed.removeIf(fresh::add);
        waiting.addAll(fresh);
        open.stream()
                .filter(row -> waiting.contains(row.workerId())
                        || Detail.of(row).heartbeat().isPresent())
                .forEach(row -> guarded(row, waiting.contains(row.workerId())));
        // A worker that was started after the rows were read is in them at the next look.
        waiting.removeIf(id -> !workers.contains(id) && !fresh.contains(id));
    }

    /** The ailment that the log of a worker tells of, as far as was looked. */
    synchronized Optional<Ailment> told(String workerId) {
        return Optional.ofNullable(told.get(workerId));
    }

    private Set<String> remember(List<WorkerRow> open) {
        Set<String> workers = open.stream().map(WorkerRow::workerId).collect(Collectors.toSet());
        sizes.keySet().retainAll(workers);
        silent.keySet().retainAll(workers);
        told.keySet().retainAll(workers);
        return workers;
    }

    private void guarded(WorkerRow row, boolean mayHaveGrown) {
        if (row.state() == WorkerState.RUNNING) {
            Guard.run("ailments", Optional.of(row.account()), () -> look(row, mayHaveGrown));
        }
    }

    private void look(WorkerRow row, boolean mayHaveGrown) {
        reportOnce(silent, row, ailments.silence(row));
        if (mayHaveGrown && hasChanged(row)) {
            reportOnce(told, row, ailments.log(row));
        }
        waiting.remove(row.workerId());
    }

    private boolean hasChanged(WorkerRow row) {
        long size = size(row);
        Long before = sizes.put(row.workerId(), size);
        return before == null || before != size;
    }

    private void reportOnce(Map<String, Ailment> known, WorkerRow row, Optional<Ailment> found) {
        Optional<Ailment> before = Optional.ofNullable(known.remove(row.workerId()));
        found.ifPresent(ailment -> {
            known.put(row.workerId(), ailment);
            if (before.filter(was -> was.reason().equals(ailment.reason())).isEmpty()) {
                report.accept(row, ailment);
            }
        });
    }

    private long size(WorkerRow row) {
        try {
            return Detail.of(row).log().isPresent()
                    ? Files.size(data.path().resolve(Detail.of(row).log().get()))
                    : 0;
        } catch (IOException gone) {
            return 0;
        }
    }
}
