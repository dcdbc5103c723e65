package io.workersupervisor.internal.launch.keeper;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.directory.OwnFiles;
import io.workersupervisor.internal.launch.SpawnError;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.Kernel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the keeper's program in a directory, from wherever this machine lets it be executed. */
public final class KeeperStarter {
    private static final int BEGUN = 0;
    private static final int ANOTHER_HAS_IT = 75;

    /** Another thread's fork holds the file open for writing until its exec. */
    private static final int TRIES = 20;

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(5);

    private static final int LONGEST_BEGIN_SECONDS = 10;

    private final KeeperBinary binary;
    private final List<Path> places;
    private final Clocks timing;

    /**
     * A program that is tried in one place after another.
     *
     * @param binary the program
     * @param places directories of ours
     * @param timing the clocks
     */
    public KeeperStarter(KeeperBinary binary, List<Path> places, Clocks timing) {
        this.binary = binary;
        this.places = List.copyOf(places);
        this.timing = timing;
    }

    /** The data directory, then where the system keeps such things: any of them may be mounted noexec. */
    public static List<Path> usualPlaces(DataDirectory data) {
        List<Path> places = new ArrayList<>(List.of(Layout.launcher(data)));
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        if (runtime != null && !runtime.isEmpty()) {
            places.add(Path.of(runtime).resolve("worker-supervisor"));
        }
        try {
            places.add(Path.of(System.getProperty("java.io.tmpdir")).resolve("worker-supervisor-" + Kernel.userId()));
        } catch (IOException unknown) {
            // The data directory remains.
            return places;
        }
        return places;
    }

    /** Returns when a keeper listens in the directory, this one or another. */
    void begin(Path directory, KeeperContext context) throws KeeperUnavailableException {
        List<String> errors = new ArrayList<>();
        for (Path place : places) {
            try {
                OwnFiles.makeDirectories(place);
                // Looked at when it is there: somebody else may have made it first.
                requireOurs(place);
                Path file = binary.install(place);
                int status = run(file, directory, context, errors);
                if (status == BEGUN || status == ANOTHER_HAS_IT) {
                    return;
                }
            } catch (IOException e) {
                errors.add(place + ": " + e.getMessage());
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new KeeperUnavailableException("the wait for it was interrupted");
            }
        }
        throw new KeeperUnavailableException("it cannot be started: " + String.join("; ", errors));
    }

    /** A program is run from no directory that somebody else can change. */
    private static void requireOurs(Path place) throws IOException {
        if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)
                || (Integer) Files.getAttribute(place, "unix:uid") != Kernel.userId()
                || PosixFilePermissions.toString(Files.getPosixFilePermissions(place))
                        .substring(3)
                        .contains("w")) {
            throw new IOException("it is not a directory that this user alone can write");
        }
    }

    private int run(Path file, Path directory, KeeperContext context, List<String> errors)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(file.toString(), directory.toString(), context.name());
        builder.environment().clear();
        // An environment that is empty is taken for that of a process that is still on its way to its program.
        builder.environment().put("WORKER_KEEPER", context.name());
        builder.redirectErrorStream(true);
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        Process process = start(builder);
        if (!process.waitFor(LONGEST_BEGIN_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            errors.add(file + ": it did not begin within " + LONGEST_BEGIN_SECONDS + " s");
            return -1;
        }
        try (var out = process.getInputStream()) {
            String said = new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.exitValue() != BEGUN) {
                errors.add(file + ": exit code " + process.exitValue() + (said.isEmpty() ? "" : ", " + said));
            }
        }
        return process.exitValue();
    }

    private Process start(ProcessBuilder builder) throws IOException, InterruptedException {
        for (int tries = 1; ; tries++) {
            try {
                return builder.start();
            } catch (IOException e) {
                if (tries == TRIES || SpawnError.number(e) != SpawnError.TEXT_BUSY) {
                    throw e;
                }
                timing.pause(BETWEEN_TRIES);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
    }
}
