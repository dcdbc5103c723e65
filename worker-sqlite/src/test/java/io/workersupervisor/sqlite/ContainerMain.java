package io.workersupervisor.sqlite;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSupervisor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** A host in a container of its own: starts one account, says what came of it, and stays until its input ends. */
final class ContainerMain {
    static final AccountId ACCOUNT = AccountId.of(4711);

    private ContainerMain() {}

    public static void main(String[] args) throws IOException {
        DataDirectory data = DataDirectory.open(Path.of(args[0]));
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(data);
                WorkerSupervisor host = WorkerSupervisor.builder(data, registry).build()) {
            System.out.println(host.start(spec()).describe());
            System.out.flush();
            System.in.readAllBytes();
        }
    }

    static WorkerSpec spec() {
        return WorkerSpec.builder(ACCOUNT, "/bin/sleep", "600")
                .startGrace(Duration.ofMillis(200))
                .build();
    }
}
