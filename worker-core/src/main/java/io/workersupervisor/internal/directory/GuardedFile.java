package io.workersupervisor.internal.directory;

import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.internal.machine.SmallFile;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A small text file of a data directory that several processes change, each time as a whole; empty where it is not there. Its
 * name with {@code .lock} behind it is the file that guards it. Thread-safe.
 */
record GuardedFile(Path file) {
    String read() {
        return SmallFile.readUtf8(file).orElse("");
    }

    /** Changes the text, one process at a time and one thread of this process; false where nothing changed. */
    boolean change(UnaryOperator<String> change) {
        synchronized (GuardedFile.class) {
            try (FileChannel guard = FileChannel.open(
                            file.resolveSibling(file.getFileName() + ".lock"),
                            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                            OwnFiles.FILE);
                    FileLock held = guard.lock()) {
                String before = read();
                String after = change.apply(before);
                if (after.isEmpty()) {
                    Files.deleteIfExists(file);
                } else if (held.isValid() && !after.equals(before)) {
                    OwnFiles.replace(file, after);
                }
                return !before.equals(after);
            } catch (IOException e) {
                throw new DataDirectoryException(file + " cannot be written: " + Text.reason(e), e);
            }
        }
    }
}
