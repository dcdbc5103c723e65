package io.workersupervisor.internal.launch.keeper;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.internal.launch.LaunchRecords;
import io.workersupervisor.internal.machine.Clocks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The records of all keepers of a data directory, from their journals: those of living keepers and of dead ones alike.
 *
 * <p>A keeper forgets a worker that is acknowledged. Where no keeper lives, the acknowledgement is kept here and announced to
 * the next one; a journal of a context that has no keeper any more is deleted when nothing else is in it.
 */
public final class KeeperRecords implements LaunchRecords {
    /** The longest that an adopted worker's end takes to be written: its lock is free at once. */
    private static final Duration LONGEST_ADOPTED = Duration.ofSeconds(3);

    private static final Duration PAUSE = Duration.ofMillis(2);

    private final DataDirectory data;
    private final Clocks clocks;
    private final Acknowledgement acknowledgement;
    private final Map<Path, KeeperJournal> journals = new ConcurrentHashMap<>();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

    /** Reaches the keeper of a directory. */
    public interface Acknowledgement {
        /** For readers that change nothing: reaches no keeper. */
        Acknowledgement NONE = new Acknowledgement() {
            @Override
            public boolean isAlive(Path directory) {
                return false;
            }

            @Override
            public boolean forget(Path directory, String workerId) {
                return false;
            }

            @Override
            public void discard(Path directory) {}
        };

        /** True if a keeper lives there. */
        boolean isAlive(Path directory);

        /** Announces to the keeper that it may forget a worker; false if none lives there. */
        boolean forget(Path directory, String workerId);

        /** Deletes the journal, unless a keeper lives there. */
        void discard(Path directory);
    }

    public KeeperRecords(DataDirectory data, Clocks clocks, Acknowledgement acknowledgement) {
        this.data = data;
        this.clocks = clocks;
        this.acknowledgement = acknowledgement;
    }

    /** An entry and the directory of its journal. */
    private record Place(Path directory, KeeperJournal.Entry entry) {}

    private Optional<Place> find(String workerId) {
        return find(workerId, journals.keySet()).or(() -> find(workerId, KeeperConnections.directories(data)));
    }

    private Optional<Place> find(String workerId, Collection<Path> directories) {
        for (Path directory : directories) {
            Optional<KeeperJournal.Entry> entry = journal(directory).find(workerId);
            if (entry.isPresent()) {
                return Optional.of(new Place(directory, entry.get()));
            }
        }
        return Optional.empty();
    }

    private KeeperJournal journal(Path directory) {
        return journals.computeIfAbsent(directory, place -> new KeeperJournal(place.resolve("journal")));
    }

    @Override
    public Optional<Birth> birth(String workerId) {
        return find(workerId).flatMap(place -> place.entry().birth());
    }

    @Override
    public Optional<Exit> exit(String workerId) {
        return find(workerId).flatMap(place -> place.entry().exit());
    }

    @Override
    public Optional<Exit> lastExit(String workerId) {
        long deadline = clocks.nanos() + LONGEST_ADOPTED.toNanos();
        while (true) {
            Optional<Place> place = find(workerId);
            Optional<Exit> exit = place.flatMap(found -> found.entry().exit());
            boolean comes = exit.isEmpty()
                    && place.isPresent()
                    && clocks.nanos() < deadline
                    && !Thread.currentThread().isInterrupted()
                    && acknowledgement.isAlive(place.get().directory());
            if (!comes) {
                return exit;
            }
            clocks.pause(PAUSE);
        }
    }

    @Override
    public List<String> workers() {
        List<String> all = new ArrayList<>();
        for (Path directory : KeeperConnections.directories(data)) {
            // A keeper that has begun there since is announced to at the next sweep.
            boolean kept = !acknowledgement.isAlive(directory);
            journal(directory).all().keySet().stream()
                    .filter(workerId -> !(kept && acknowledged.contains(workerId)))
                    .forEach(all::add);
        }
        return all;
    }

    @Override
    public void acknowledge(String workerId) {
        Optional<Place> place = find(workerId);
        if (place.isEmpty()) {
            acknowledged.remove(workerId);
            return;
        }
        Path directory = place.get().directory();
        if (acknowledgement.forget(directory, workerId)) {
            acknowledged.remove(workerId);
        } else {
            acknowledged.add(workerId);
            if (acknowledged.containsAll(journal(directory).all().keySet())) {
                acknowledgement.discard(directory);
            }
        }
    }
}
