package io.workersupervisor.internal.launch.combined;

import io.workersupervisor.internal.launch.LaunchRecords;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The records of both launch paths: a worker's end is found whichever of them started it. */
public record BothRecords(LaunchRecords sh, LaunchRecords keepers) implements LaunchRecords {
    @Override
    public Optional<Birth> birth(String workerId) {
        return keepers.birth(workerId).or(() -> sh.birth(workerId));
    }

    @Override
    public Optional<Exit> exit(String workerId) {
        return keepers.exit(workerId).or(() -> sh.exit(workerId));
    }

    @Override
    public Optional<Exit> lastExit(String workerId) {
        return keepers.lastExit(workerId).or(() -> sh.lastExit(workerId));
    }

    @Override
    public List<String> workers() {
        return Stream.concat(sh.workers().stream(), keepers.workers().stream())
                .distinct()
                .sorted()
                .toList();
    }

    @Override
    public void acknowledge(String workerId) {
        sh.acknowledge(workerId);
        keepers.acknowledge(workerId);
    }
}
