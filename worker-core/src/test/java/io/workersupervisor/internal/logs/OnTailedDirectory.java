package io.workersupervisor.internal.logs;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests that write the log files of workers themselves. */
abstract class OnTailedDirectory {
    @TempDir
    Path directory;

    TailedDirectory node;

    @BeforeEach
    void makeData() {
        node = new TailedDirectory(directory.resolve("data"));
    }

    @AfterEach
    void closeData() throws IOException {
        node.close();
    }
}
