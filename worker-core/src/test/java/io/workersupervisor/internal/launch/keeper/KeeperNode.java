package io.workersupervisor.internal.launch.keeper;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.LaunchPath;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.launch.InheritedLimits;
import io.workersupervisor.internal.launch.WorkerEnvironment;
import io.workersupervisor.internal.launch.combined.KeeperOrShell;
import io.workersupervisor.internal.launch.shell.ShellLauncher;
import io.workersupervisor.internal.liveness.LocalEvidence;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.Kernel;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** One client of the keeper of a data directory, as a host would be, without the protocols above it. */
final class KeeperNode implements AutoCloseable {
    final DataDirectory data;
    final LocalEvidence local;
    final KeeperConnections keepers;
    final KeeperContext context;
    final KeeperLauncher keeper;
    final KeeperOrShell launcher;
    final List<String> ended = Collections.synchronizedList(new ArrayList<>());
    final List<String> troubles = Collections.synchronizedList(new ArrayList<>());
    private final ExecutorService readers = Executors.newCachedThreadPool();

    KeeperNode(DataDirectory data) throws KeeperUnavailableException {
        this(data, LaunchPath.KEEPER, KeeperStarter.usualPlaces(data));
    }

    KeeperNode(DataDirectory data, LaunchPath path, List<Path> places) throws KeeperUnavailableException {
        Clocks timing = Clocks.system(InstantSource.system());
        KeeperBinary binary = KeeperBinary.load();
        this.data = data;
        this.local = LocalEvidence.of(data, false);
        this.keepers = new KeeperConnections(data, timing, ended::add);
        this.context = KeeperContext.current(binary);
        this.keeper = new KeeperLauncher(
                data,
                Kernel.current(),
                timing,
                keepers,
                context,
                new KeeperStarter(binary, places, timing),
                KeeperLauncher.LONGEST_ANSWER,
                InheritedLimits.current(),
                WorkerEnvironment.HostBytes.current());
        ShellLauncher shell = new ShellLauncher(
                data,
                local.script(),
                Kernel.current(),
                InheritedLimits.current(),
                readers,
                ShellLauncher.LONGEST_ANSWER);
        this.launcher = new KeeperOrShell(keeper, shell, path, timing, troubles::add);
    }

    Path directory() {
        return Layout.keepers(data).resolve(context.name());
    }

    Path journal() {
        return directory().resolve("journal");
    }

    /** The process number of the keeper that is connected. */
    long pid() throws KeeperUnavailableException {
        KeeperConnection connection = keeper.connect();
        return Long.parseLong(keepers.calls()
                .ask(connection, List.of("HELLO", keepers.calls().tag(), "1"), java.time.Duration.ofSeconds(60))
                .get(4));
    }

    @Override
    public void close() {
        keepers.close();
        readers.shutdownNow();
    }
}
