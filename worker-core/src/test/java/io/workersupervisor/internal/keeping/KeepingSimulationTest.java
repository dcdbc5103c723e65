package io.workersupervisor.internal.keeping;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Defends P1 to P4 and P7 over weeks of a fleet ({@link Simulation}). */
@Tag("long")
class KeepingSimulationTest {
    private static Simulation.Outcome run(Path directory, long seed, int accounts, int days)
            throws NoSuchAlgorithmException {
        PrintStream error = System.err;
        // Thousands of planted failures are logged.
        System.setErr(new PrintStream(
                new ByteArrayOutputStream() {
                    @Override
                    public synchronized void write(byte[] bytes, int from, int length) {
                        // Nobody reads it.
                    }
                },
                false,
                StandardCharsets.UTF_8));
        long begun = System.nanoTime();
        try {
            Simulation.Outcome outcome = new Simulation(directory, seed, accounts, Duration.ofDays(days)).run();
            System.out.println("simulation: seed " + seed + ", " + accounts + " accounts, " + days + " days, "
                    + Duration.ofNanos(System.nanoTime() - begun).toMillis() + " ms, digest " + outcome.digest()
                    + "\n  restarts " + outcome.restarts() + "\n  " + outcome.counts());
            outcome.broken().forEach(one -> System.out.println("  " + one));
            return outcome;
        } finally {
            System.setErr(error);
        }
    }

    @Test
    void small_fleet_keeps_every_promise_and_does_the_same_from_the_same_seed(@TempDir Path directory)
            throws NoSuchAlgorithmException {
        Simulation.Outcome first = run(directory.resolve("a"), 17, 60, 6);
        Simulation.Outcome second = run(directory.resolve("b"), 17, 60, 6);
        assertThat(first.broken()).isEmpty();
        assertThat(second).isEqualTo(first);
    }

    /** A run of its own: see the long forms in the module's README. */
    @Test
    @EnabledIfSystemProperty(named = "simulation.days", matches = "[0-9]+")
    @Timeout(1_800)
    void thousand_accounts_keep_every_promise_for_a_month(@TempDir Path directory) throws NoSuchAlgorithmException {
        long seed = Long.getLong("simulation.seed", 4711);
        int days = Integer.getInteger("simulation.days");
        Simulation.Outcome outcome = run(directory, seed, Integer.getInteger("simulation.accounts", 1_000), days);
        assertThat(outcome.broken()).isEmpty();
        assertThat(outcome.restarts()).isNotEqualTo(Map.of());
    }
}
