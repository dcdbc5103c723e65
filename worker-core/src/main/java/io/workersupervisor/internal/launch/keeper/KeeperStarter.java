package io.workersupervisor.internal.launch.keeper;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.internal.directory.CertainPath;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.directory.OwnFiles;
import io.workersupervisor.internal.launch.SpawnError;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.Kernel;
import io.workersupervisor.internal.machine.ProgramRun;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs the keeper's program for a directory, from the first place where this machine lets it be executed. */
public record KeeperStarter(KeeperBinary binary, List<Path> places, Clocks clocks) {
    private static final int BEGUN = 0;
    private static final int ANOTHER_HAS_IT = 75;

    /** Tries while the fork of another thread holds the file open for writing, until its exec. */
    private static final int TRIES = 20;

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(5);

    private static final Duration LONGEST_BEGIN = Duration.ofSeconds(10);

    /** The places are directories of ours, tried one after another. */
    public KeeperStarter {
        places = List.copyOf(places);
    }

    /** The data directory, then where the system keeps such things: any of them may be mounted noexec. */
    public static List<Path> usualPlaces(DataDirectory data) {
        List<Path> places = new ArrayList<>(List.of(Layout.launcher(data)));
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        CertainPath.named(runtime == null ? "" : runtime)
                .ifPresent(directory -> places.add(directory.resolve("worker-supervisor")));
        try {
            String own = "worker-supervisor-" + Kernel.userId();
            CertainPath.named(System.getProperty("java.io.tmpdir"))
                    .ifPresent(directory -> places.add(directory.resolve(own)));
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
                // Checked when it is there: somebody else may have made it first.
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
        // An empty environment would mean a process on its way to its program.
        builder.environment().put("WORKER_KEEPER", context.name());
        Optional<ProgramRun> run = run(builder);
        if (run.isEmpty()) {
            errors.add(file + ": it did not begin within " + Text.words(LONGEST_BEGIN));
            return -1;
        }
        int status = run.get().status();
        if (status != BEGUN) {
            String output = run.get().output().strip();
            errors.add(file + ": exit code " + status + (output.isEmpty() ? "" : ", " + output));
        }
        return status;
    }

    private Optional<ProgramRun> run(ProcessBuilder builder) throws IOException, InterruptedException {
        for (int tries = 1; ; tries++) {
            try {
                return ProgramRun.of(builder, LONGEST_BEGIN);
            } catch (IOException e) {
                if (tries == TRIES || SpawnError.number(e) != SpawnError.TEXT_BUSY) {
                    throw e;
                }
                clocks.pause(BETWEEN_TRIES);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
    }
}
