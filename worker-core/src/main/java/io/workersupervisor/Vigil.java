package io.workersupervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Tells of workers that live but cannot work, each ailment once; one that is over and comes again is told again. A log is
 * read only when it has grown. Called by one thread at a time, at the ticks of a host.
 */
final class Vigil {
    private final DataDirectory data;
    private final Ailments ailments;
    private final BiConsumer<WorkerRow, Ailment> told;
    private final Map<String, Long> sizes = new HashMap<>();
    private final Map<String, Optional<StopReason>> known = new HashMap<>();

    Vigil(DataDirectory data, Ailments ailments, BiConsumer<WorkerRow, Ailment> told) {
        this.data = data;
        this.ailments = ailments;
        this.told = told;
    }

    /** The open rows of this node. */
    synchronized void look(List<WorkerRow> open) {
        Set<String> living = new HashSet<>();
        for (WorkerRow row : open) {
            if (row.state() == WorkerState.RUNNING) {
                living.add(row.workerId());
                Guard.run("vigil", Optional.of(row.account()), () -> look(row));
            }
        }
        sizes.keySet().retainAll(living);
        known.keySet().retainAll(living);
    }

    private void look(WorkerRow row) {
        Optional<Ailment> found = ailments.silence(row);
        if (found.isEmpty()) {
            long size = size(row);
            Long before = sizes.put(row.workerId(), size);
            if (before != null && before == size) {
                return;
            }
            found = ailments.log(row);
        }
        if (found.isEmpty()) {
            known.remove(row.workerId());
        } else if (!found.get()
                .reason()
                .equals(known.put(row.workerId(), found.get().reason()))) {
            told.accept(row, found.get());
        }
    }

    private long size(WorkerRow row) {
        try {
            return row.detail().log().isPresent()
                    ? Files.size(data.path().resolve(row.detail().log().get()))
                    : 0;
        } catch (IOException gone) {
            return 0;
        }
    }
}
