package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** A write lease on a file: whoever opens the file, to execute it say, hangs meanwhile as on a dead file system. It takes {@link Need#LEASES}. */
public final class FileLease {
    private static final String PROGRAM = """
            $SIG{IO} = "IGNORE"; $| = 1;
            open(F, "<", $ARGV[0]) or exit 98; fcntl(F, 1024, 1) or exit 99;
            print "held\\n"; <STDIN>;
            """;

    private FileLease() {}

    public static <T> T during(Path file, Callable<T> work) throws Exception {
        Process holder = new ProcessBuilder("perl", "-e", PROGRAM, file.toString()).start();
        try (BufferedReader said = holder.inputReader()) {
            assertThat(said.readLine()).isEqualTo("held");
            return work.call();
        } finally {
            holder.destroyForcibly().waitFor();
        }
    }
}
