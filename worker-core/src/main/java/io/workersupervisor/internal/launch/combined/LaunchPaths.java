package io.workersupervisor.internal.launch.combined;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.LaunchPath;
import io.workersupervisor.internal.directory.HolePuncher;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.launch.InheritedLimits;
import io.workersupervisor.internal.launch.LaunchRecords;
import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.launch.WorkerEnds;
import io.workersupervisor.internal.launch.WorkerEnvironment;
import io.workersupervisor.internal.launch.keeper.KeeperBinary;
import io.workersupervisor.internal.launch.keeper.KeeperConnections;
import io.workersupervisor.internal.launch.keeper.KeeperContext;
import io.workersupervisor.internal.launch.keeper.KeeperLauncher;
import io.workersupervisor.internal.launch.keeper.KeeperRecords;
import io.workersupervisor.internal.launch.keeper.KeeperRequests;
import io.workersupervisor.internal.launch.keeper.KeeperStarter;
import io.workersupervisor.internal.launch.keeper.KeeperUnavailableException;
import io.workersupervisor.internal.launch.shell.ShellLauncher;
import io.workersupervisor.internal.launch.shell.ShellRecords;
import io.workersupervisor.internal.launch.shell.ShellScript;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.Kernel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The launch paths of one host, and the records of all workers that any of them started; {@code described} is for people. */
public record LaunchPaths(
        Launcher launcher,
        LaunchRecords records,
        AccountLocks.Trial trial,
        KeeperConnections keepers,
        Supplier<List<String>> described) {

    /**
     * A host's choices for starting workers.
     *
     * @param keeperDirectory the place of the keeper's program, if not one of the usual
     * @param withoutLock whether a machine without a locking program is accepted
     * @param keeper loads the keeper's program
     * @param keeperPatience the longest wait for an answer of the keeper
     */
    public record Settings(
            LaunchPath path,
            Optional<Path> keeperDirectory,
            boolean withoutLock,
            KeeperBinary.Source keeper,
            Duration keeperPatience) {}

    /** {@code ends} observes workers for which no start waits any more; {@code executor} runs work that may block. */
    public static LaunchPaths of(
            DataDirectory data,
            Settings settings,
            ShellScript script,
            Kernel kernel,
            Clocks clocks,
            WorkerEnds ends,
            Consumer<String> trouble,
            Executor executor) {
        InheritedLimits inherited = InheritedLimits.current();
        ShellLauncher shell =
                new ShellLauncher(data, script, kernel, inherited, executor, ShellLauncher.LONGEST_ANSWER);
        KeeperConnections keepers = new KeeperConnections(data, clocks, ends::ended);
        LaunchRecords records = records(keepers, data, script, clocks);
        String why = "it is not asked for";
        if (settings.path() != LaunchPath.SH) {
            try {
                KeeperBinary binary = settings.keeper().load();
                List<Path> places =
                        settings.keeperDirectory().map(List::of).orElseGet(() -> KeeperStarter.usualPlaces(data));
                KeeperLauncher keeper = new KeeperLauncher(
                        data,
                        kernel,
                        clocks,
                        keepers,
                        KeeperContext.current(binary),
                        new KeeperStarter(binary, places, clocks),
                        settings.keeperPatience(),
                        inherited,
                        WorkerEnvironment.HostBytes.current());
                KeeperOrShell launcher = new KeeperOrShell(keeper, shell, settings.path(), clocks, trouble);
                keepers.onGone(() -> reconnect(executor, launcher));
                launcher.connect();
                if (settings.path() == LaunchPath.KEEPER
                        && !launcher.unavailable().isEmpty()) {
                    throw new KeeperUnavailableException(launcher.unavailable());
                }
                return new LaunchPaths(
                        launcher, records, launcher::probe, keepers, () -> describe(launcher.unavailable(), keepers));
            } catch (KeeperUnavailableException unavailable) {
                why = String.valueOf(unavailable.getMessage());
                if (settings.path() == LaunchPath.KEEPER) {
                    keepers.close();
                    throw new DataDirectoryException("the keeper cannot be used: " + why);
                }
                trouble.accept("the keeper cannot be used, workers are started by the shell: " + why);
            }
        }
        String reason = why;
        return new LaunchPaths(shell, records, script::lockState, keepers, () -> describe(reason, keepers));
    }

    /** A keeper that begins adopts the workers of the one that died. */
    private static void reconnect(Executor executor, KeeperOrShell launcher) {
        try {
            executor.execute(launcher::connect);
        } catch (RejectedExecutionException hostIsClosing) {
            // The next host begins one.
            return;
        }
    }

    /** Frees archived parts of workers' logs. */
    public HolePuncher puncher() {
        HolePuncher keeper = keepers::punch;
        return keeper.or(HolePuncher.byProgram());
    }

    public static LaunchRecords records(
            KeeperConnections keepers, DataDirectory data, ShellScript script, Clocks clocks) {
        KeeperRequests calls = keepers.calls();
        return new Both(
                new ShellRecords(data),
                new KeeperRecords(
                        data,
                        clocks,
                        directory -> keepers.existing(directory)
                                .map(keeper -> workerId -> calls.say(keeper, List.of("ACK", calls.tag(), workerId))),
                        directory -> script.run(
                                "discard",
                                script.tools().locker(),
                                directory.resolve("lock").toString(),
                                directory.resolve("journal").toString())));
    }

    /** For a reader who reaches no keeper and changes nothing. */
    public static LaunchRecords records(DataDirectory data, Clocks clocks) {
        return new Both(
                new ShellRecords(data),
                new KeeperRecords(data, clocks, directory -> Optional.empty(), directory -> {}));
    }

    private static List<String> describe(String unavailable, KeeperConnections keepers) {
        List<String> words = new ArrayList<>();
        words.add(unavailable.isEmpty() ? "launch path keeper" : "launch path sh, not the keeper: " + unavailable);
        keepers.describe().forEach(keeper -> words.add("keeper " + keeper));
        return words;
    }

    /** The records of both launch paths: a worker's end is found whichever of them started it. */
    private record Both(LaunchRecords sh, LaunchRecords keepers) implements LaunchRecords {
        @Override
        public Optional<Birth> birth(String workerId) {
            return keepers.birth(workerId).or(() -> sh.birth(workerId));
        }

        @Override
        public Optional<Exit> exit(String workerId) {
            return keepers.exit(workerId).or(() -> sh.exit(workerId));
        }

        @Override
        public Optional<Exit> lastExit(String workerId) {
            return keepers.lastExit(workerId).or(() -> sh.lastExit(workerId));
        }

        @Override
        public List<String> workers() {
            return Stream.concat(sh.workers().stream(), keepers.workers().stream())
                    .distinct()
                    .sorted()
                    .toList();
        }

        @Override
        public void acknowledge(String workerId) {
            sh.acknowledge(workerId);
            keepers.acknowledge(workerId);
        }
    }
}
