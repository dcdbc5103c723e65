package io.workersupervisor.internal.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The messages of the running kernel. Blocks for two seconds at most. */
public final class KernelLog {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int LARGEST = 4 << 20;

    private KernelLog() {}

    /** The kernel's messages by {@code dmesg}; none where it is missing, may not read them, or takes long. */
    public static List<String> lines() {
        for (String program : List.of("/usr/bin/dmesg", "/bin/dmesg", "/sbin/dmesg")) {
            if (Files.isExecutable(Path.of(program))) {
                return output(program);
            }
        }
        return List.of();
    }

    /** The messages go through a file of no name of ours: a pipe that nobody reads in time would hold it up. */
    private static List<String> output(String program) {
        try {
            Path out = Files.createTempFile("kernel-log", "");
            try {
                Optional<ProgramRun> run =
                        ProgramRun.of(new ProcessBuilder(program).redirectOutput(out.toFile()), PATIENCE);
                return run.isPresent() && run.get().status() == 0 && Files.size(out) <= LARGEST
                        ? Files.readAllLines(out, StandardCharsets.ISO_8859_1)
                        : List.of();
            } finally {
                Files.delete(out);
            }
        } catch (IOException notThere) {
            return List.of();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }
}
