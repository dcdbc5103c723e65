package io.workersupervisor;

import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.liveness.LocalEvidence;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/** The facts that a data directory and its machine hold, beside the registry. */
public final class NodeEvidence {
    private final DataDirectory data;

    public NodeEvidence(DataDirectory data) {
        this.data = data;
    }

    /** The lines of {@code worker.log}, oldest first. */
    public List<String> eventLog() throws IOException {
        return Files.readAllLines(Layout.eventLog(data));
    }

    /** Tells whether some launch left a record that nobody has removed. */
    public boolean hasLaunchRecords() throws IOException {
        return !LocalEvidence.of(data, false).records().workers().isEmpty();
    }

    /** The living processes that carry the variables of this directory. */
    public List<Long> processes() {
        LocalEvidence local = LocalEvidence.of(data, false);
        return local.search().ofDirectory(local.data()).stream()
                .map(process -> process.stat().pid())
                .toList();
    }
}
