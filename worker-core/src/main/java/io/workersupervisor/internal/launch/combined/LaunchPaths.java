package io.workersupervisor.internal.launch.combined;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.LaunchPath;
import io.workersupervisor.internal.directory.HolePuncher;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.launch.LaunchRecords;
import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.launch.WorkerEnds;
import io.workersupervisor.internal.launch.keeper.KeeperBinary;
import io.workersupervisor.internal.launch.keeper.KeeperConnections;
import io.workersupervisor.internal.launch.keeper.KeeperContext;
import io.workersupervisor.internal.launch.keeper.KeeperHolePuncher;
import io.workersupervisor.internal.launch.keeper.KeeperLauncher;
import io.workersupervisor.internal.launch.keeper.KeeperRecords;
import io.workersupervisor.internal.launch.keeper.KeeperStarter;
import io.workersupervisor.internal.launch.keeper.KeeperUnavailableException;
import io.workersupervisor.internal.launch.shell.ShellLauncher;
import io.workersupervisor.internal.launch.shell.ShellRecords;
import io.workersupervisor.internal.launch.shell.ShellScript;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.Kernel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The launch paths of one host, and the records of all workers that any of them started; {@code described} is for people. */
public record LaunchPaths(
        Launcher launcher,
        LaunchRecords records,
        AccountLocks.Trial trial,
        KeeperConnections keepers,
        Supplier<List<String>> described) {

    /** {@code ends} observes workers for which no start waits any more; {@code executor} runs work that may block. */
    public static LaunchPaths of(
            DataDirectory data,
            LaunchSettings settings,
            ShellScript script,
            Kernel kernel,
            Clocks clocks,
            WorkerEnds ends,
            Consumer<String> trouble,
            Executor executor) {
        ShellLauncher shell =
                new ShellLauncher(data, script, new ShellRecords(data), kernel, executor, ShellLauncher.LONGEST_ANSWER);
        KeeperConnections keepers = new KeeperConnections(data, clocks, ends::ended);
        LaunchRecords records = records(keepers, data, script, clocks);
        if (settings.path() != LaunchPath.SH) {
            try {
                KeeperBinary binary = settings.keeper().load();
                KeeperLauncher keeper = new KeeperLauncher(
                        data,
                        kernel,
                        clocks,
                        keepers,
                        KeeperContext.current(binary),
                        new KeeperStarter(
                                binary,
                                settings.keeperDirectory()
                                        .map(List::of)
                                        .orElseGet(() -> KeeperStarter.usualPlaces(data)),
                                clocks),
                        settings.keeperPatience());
                KeeperOrShell launcher = new KeeperOrShell(keeper, shell, settings.path(), script, clocks, trouble);
                keepers.onGone(() -> reconnect(executor, launcher));
                launcher.connect();
                if (settings.path() == LaunchPath.KEEPER
                        && !launcher.unavailable().isEmpty()) {
                    throw new KeeperUnavailableException(launcher.unavailable());
                }
                return new LaunchPaths(
                        launcher, records, launcher::probe, keepers, () -> describe(launcher.unavailable(), keepers));
            } catch (KeeperUnavailableException unavailable) {
                String why = String.valueOf(unavailable.getMessage());
                if (settings.path() == LaunchPath.KEEPER) {
                    keepers.close();
                    throw new DataDirectoryException("the keeper cannot be used: " + why);
                }
                trouble.accept("the keeper cannot be used, workers are started by the shell: " + why);
                return shell(shell, records, script, keepers, why);
            }
        }
        return shell(shell, records, script, keepers, "it is not asked for");
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
    public HolePuncher puncher(DataDirectory data) {
        return HolePuncher.firstOf(List.of(new KeeperHolePuncher(keepers, data), HolePuncher.byProgram()));
    }

    public static LaunchRecords records(
            KeeperConnections keepers, DataDirectory data, ShellScript script, Clocks clocks) {
        return new BothRecords(new ShellRecords(data), new KeeperRecords(data, clocks, new Reached(keepers, script)));
    }

    private static LaunchPaths shell(
            ShellLauncher shell, LaunchRecords records, ShellScript script, KeeperConnections keepers, String why) {
        return new LaunchPaths(shell, records, script::lockState, keepers, () -> describe(why, keepers));
    }

    private static List<String> describe(String unavailable, KeeperConnections keepers) {
        List<String> words = new ArrayList<>();
        words.add(unavailable.isEmpty() ? "launch path keeper" : "launch path sh, not the keeper: " + unavailable);
        keepers.describe().forEach(keeper -> words.add("keeper " + keeper));
        return words;
    }

    /** Acknowledges to keepers, and deletes the journals of those that are gone for good. */
    private record Reached(KeeperConnections keepers, ShellScript script) implements KeeperRecords.Acknowledgement {
        @Override
        public boolean isAlive(Path directory) {
            return keepers.existing(directory).isPresent();
        }

        @Override
        public boolean forget(Path directory, String workerId) {
            return keepers.existing(directory)
                    .map(keeper -> {
                        keepers.calls()
                                .say(keeper, List.of("ACK", keepers.calls().tag(), workerId));
                        return true;
                    })
                    .orElse(false);
        }

        @Override
        public void discard(Path directory) {
            script.run(
                    "discard",
                    script.tools().locker(),
                    directory.resolve("lock").toString(),
                    directory.resolve("journal").toString());
        }
    }
}
