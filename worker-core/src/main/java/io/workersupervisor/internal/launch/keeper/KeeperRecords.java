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
import java.util.function.Consumer;
import java.util.function.Function;

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
    private final Function<Path, Optional<Consumer<String>>> keepers;
    private final Consumer<Path> discard;
    private final Map<Path, KeeperJournal> journals = new ConcurrentHashMap<>();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

    /**
     * {@code keepers} finds the living keeper of a directory, to announce to it the workers that it may forget; {@code discard}
     * deletes the journal of a directory, unless a keeper lives there.
     */
    public KeeperRecords(
            DataDirectory data,
            Clocks clocks,
            Function<Path, Optional<Consumer<String>>> keepers,
            Consumer<Path> discard) {
        this.data = data;
        this.clocks = clocks;
        this.keepers = keepers;
        this.discard = discard;
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
                    && keepers.apply(place.get().directory()).isPresent();
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
            boolean kept = keepers.apply(directory).isEmpty();
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
        Optional<Consumer<String>> keeper = keepers.apply(directory);
        if (keeper.isPresent()) {
            keeper.get().accept(workerId);
            acknowledged.remove(workerId);
        } else {
            acknowledged.add(workerId);
            if (acknowledged.containsAll(journal(directory).all().keySet())) {
                discard.accept(directory);
            }
        }
    }
}
