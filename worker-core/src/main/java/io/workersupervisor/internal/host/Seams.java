package io.workersupervisor.internal.host;

import io.workersupervisor.internal.launch.keeper.KeeperBinary;
import io.workersupervisor.internal.launch.keeper.KeeperLauncher;
import io.workersupervisor.internal.launch.shell.ShellScript;
import io.workersupervisor.internal.launch.shell.ShellTools;
import io.workersupervisor.internal.lifecycle.Steps;
import io.workersupervisor.internal.machine.Clocks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * What only tests change of a host.
 *
 * @param timing changes the clocks
 * @param steps called between two effects of a protocol
 * @param root the root of the file system in which the kernel's counters are read
 * @param script loads the launcher's commands
 * @param searchPath where programs are looked up
 * @param keeper where the keeper's program comes from
 * @param keeperPatience how long an answer of the keeper is waited for
 */
public record Seams(
        UnaryOperator<Clocks> timing,
        Steps steps,
        Path root,
        Function<ShellTools, ShellScript> script,
        Supplier<String> searchPath,
        KeeperBinary.Source keeper,
        Duration keeperPatience) {
    /** A host as it is. */
    public static final Seams NONE = new Seams(
            UnaryOperator.identity(),
            Steps.NONE,
            Path.of("/"),
            ShellScript::load,
            ShellTools::systemPath,
            KeeperBinary::load,
            KeeperLauncher.LONGEST_ANSWER);

    public Seams withTiming(UnaryOperator<Clocks> changed) {
        return new Seams(changed, steps, root, script, searchPath, keeper, keeperPatience);
    }

    public Seams withSteps(Steps changed) {
        return new Seams(timing, changed, root, script, searchPath, keeper, keeperPatience);
    }

    Seams withRoot(Path changed) {
        return new Seams(timing, steps, changed, script, searchPath, keeper, keeperPatience);
    }

    public Seams withScript(Function<ShellTools, ShellScript> changed) {
        return new Seams(timing, steps, root, changed, searchPath, keeper, keeperPatience);
    }

    public Seams withSearchPath(Supplier<String> changed) {
        return new Seams(timing, steps, root, script, changed, keeper, keeperPatience);
    }

    public Seams withKeeper(KeeperBinary.Source changed) {
        return new Seams(timing, steps, root, script, searchPath, changed, keeperPatience);
    }

    public Seams withKeeperPatience(Duration changed) {
        return new Seams(timing, steps, root, script, searchPath, keeper, changed);
    }
}
