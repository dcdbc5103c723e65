package io.workersupervisor.internal.directory;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Marks of workers whose lines stay in their files, {@code data/logs/file-only/WORKER}: for every host, also when the
 * row is that of a later worker. A mark without a worker, left by a crash before its claim, is harmless. Thread-safe.
 */
public record FileOnlyMarks(DataDirectory data) {
    public boolean isMarked(String workerId) {
        return Files.exists(path(workerId));
    }

    /** Marks a worker before it is claimed; {@link DataDirectoryException} if the mark cannot be written. */
    public void mark(String workerId) {
        try {
            OwnFiles.makeDirectories(Layout.fileOnly(data));
            OwnFiles.make(path(workerId));
        } catch (FileAlreadyExistsException marked) {
            return;
        } catch (IOException e) {
            throw new DataDirectoryException(path(workerId) + " cannot be written: " + Text.reason(e), e);
        }
    }

    /** Removes the mark of a worker whose file is gone. */
    public void unmark(String workerId) throws IOException {
        Files.deleteIfExists(path(workerId));
    }

    private Path path(String workerId) {
        return Layout.fileOnly(data).resolve(workerId);
    }
}
