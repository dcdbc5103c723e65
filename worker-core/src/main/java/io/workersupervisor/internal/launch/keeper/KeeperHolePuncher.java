package io.workersupervisor.internal.launch.keeper;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.internal.directory.HolePuncher;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Has any living keeper of the data directory free a part of a file. */
public record KeeperHolePuncher(KeeperConnections keepers, DataDirectory data) implements HolePuncher {
    @Override
    public Optional<String> punch(Path file, long offset, long length) {
        for (Path directory : KeeperConnections.directories(data)) {
            Optional<KeeperConnection> keeper = keepers.existing(directory);
            if (keeper.isPresent()) {
                return punch(keeper.get(), file, offset, length);
            }
        }
        return Optional.of("no keeper runs");
    }

    private Optional<String> punch(KeeperConnection keeper, Path file, long offset, long length) {
        KeeperRequests calls = keepers.calls();
        List<String> request =
                List.of("PUNCH", calls.tag(), file.toString(), Long.toString(offset), Long.toString(length));
        List<String> answer = calls.ask(keeper, request, LONGEST);
        return !answer.isEmpty() && answer.get(0).equals("DONE")
                ? Optional.empty()
                : Optional.of("the keeper answered " + answer);
    }
}
