package io.workersupervisor.internal.directory;

import io.workersupervisor.internal.machine.ProgramRun;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Frees a part of a file that others may have open; it reads as NUL afterwards, and every offset stays what it was. */
@FunctionalInterface
public interface HolePuncher {
    /** The longest that a file system may take to free blocks. */
    Duration LONGEST = Duration.ofSeconds(30);

    /** Empty when the part is free, else the reason why it is not. */
    Optional<String> punch(Path file, long offset, long length);

    /** Tries another one where this one fails. */
    default HolePuncher or(HolePuncher other) {
        return (file, offset, length) -> punch(file, offset, length).flatMap(why -> other.punch(file, offset, length));
    }

    /** Runs the program of util-linux. */
    static HolePuncher byProgram() {
        return (file, offset, length) -> {
            try {
                Optional<ProgramRun> run = ProgramRun.of(
                        new ProcessBuilder(
                                "fallocate",
                                "--punch-hole",
                                "--offset",
                                Long.toString(offset),
                                "--length",
                                Long.toString(length),
                                file.toString()),
                        LONGEST);
                if (run.isEmpty()) {
                    return Optional.of("fallocate does not end");
                }
                return run.get().status() == 0
                        ? Optional.empty()
                        : Optional.of(Text.oneLine(run.get().output()));
            } catch (IOException cannotBeRun) {
                return Optional.of(Text.oneLine(String.valueOf(cannotBeRun.getMessage())));
            } catch (InterruptedException closing) {
                Thread.currentThread().interrupt();
                return Optional.of("interrupted");
            }
        };
    }

    /** Frees a part of a file of its own; empty if that works in this directory. */
    default Optional<String> trial(Path directory) throws IOException {
        Path trial = Files.createTempFile(directory, "trial", ".tmp");
        try {
            Files.write(trial, new byte[8192]);
            return punch(trial, 0, 4096);
        } finally {
            Files.delete(trial);
        }
    }
}
