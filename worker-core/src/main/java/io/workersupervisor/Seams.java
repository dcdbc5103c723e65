package io.workersupervisor;

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
record Seams(
        UnaryOperator<Timing> timing,
        Steps steps,
        Path root,
        Function<ShellTools, ShellScript> script,
        Supplier<String> searchPath,
        KeeperBinary.Source keeper,
        Duration keeperPatience) {
    /** A host as it is. */
    static final Seams NONE = new Seams(
            UnaryOperator.identity(),
            Steps.NONE,
            Path.of("/"),
            ShellScript::load,
            ShellTools::systemPath,
            KeeperBinary::load,
            KeeperLauncher.LONGEST_ANSWER);

    Seams withTiming(UnaryOperator<Timing> changed) {
        return new Seams(changed, steps, root, script, searchPath, keeper, keeperPatience);
    }

    Seams withSteps(Steps changed) {
        return new Seams(timing, changed, root, script, searchPath, keeper, keeperPatience);
    }

    Seams withRoot(Path changed) {
        return new Seams(timing, steps, changed, script, searchPath, keeper, keeperPatience);
    }

    Seams withScript(Function<ShellTools, ShellScript> changed) {
        return new Seams(timing, steps, root, changed, searchPath, keeper, keeperPatience);
    }

    Seams withSearchPath(Supplier<String> changed) {
        return new Seams(timing, steps, root, script, changed, keeper, keeperPatience);
    }

    Seams withKeeper(KeeperBinary.Source changed) {
        return new Seams(timing, steps, root, script, searchPath, changed, keeperPatience);
    }

    Seams withKeeperPatience(Duration changed) {
        return new Seams(timing, steps, root, script, searchPath, keeper, changed);
    }
}
