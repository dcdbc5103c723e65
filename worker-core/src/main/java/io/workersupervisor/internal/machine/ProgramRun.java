package io.workersupervisor.internal.machine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A program that ran to its end: its exit code, and its output and errors together as text. */
public record ProgramRun(int status, String output) {
    /**
     * Runs a program that writes less than a pipe holds, without input; empty if it did not end in time, and was killed. A
     * longer output wants a file as its destination, and is not read here.
     */
    public static Optional<ProgramRun> of(ProcessBuilder program, Duration longest)
            throws IOException, InterruptedException {
        program.redirectErrorStream(true);
        program.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        Process process = Programs.start(program);
        if (!process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            return Optional.empty();
        }
        try (InputStream output = process.getInputStream()) {
            return Optional.of(
                    new ProgramRun(process.exitValue(), new String(output.readAllBytes(), StandardCharsets.UTF_8)));
        }
    }
}
