package io.workersupervisor.internal.host;

import io.workersupervisor.internal.launch.keeper.KeeperBinary;
import io.workersupervisor.internal.launch.keeper.KeeperLauncher;
import io.workersupervisor.internal.launch.shell.ShellScript;
import io.workersupervisor.internal.launch.shell.ShellTools;
import io.workersupervisor.internal.lifecycle.ProtocolContext;
import io.workersupervisor.internal.machine.Clocks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** All that only tests change of a host. */
public record Seams(
        UnaryOperator<Clocks> timing,
        ProtocolContext.CrashPoints points,
        Path root,
        Function<ShellTools, ShellScript> script,
        Supplier<String> searchPath,
        KeeperBinary.Source keeper,
        Duration keeperPatience) {
    /** A host as it is. */
    public static final Seams NONE = new Seams(
            UnaryOperator.identity(),
            ProtocolContext.CrashPoints.NONE,
            Path.of("/"),
            ShellScript::load,
            ShellTools::systemPath,
            KeeperBinary::load,
            KeeperLauncher.LONGEST_ANSWER);

    public Seams withTiming(UnaryOperator<Clocks> changed) {
        return new Seams(changed, points, root, script, searchPath, keeper, keeperPatience);
    }

    public Seams withCrashPoints(ProtocolContext.CrashPoints changed) {
        return new Seams(timing, changed, root, script, searchPath, keeper, keeperPatience);
    }

    Seams withRoot(Path changed) {
        return new Seams(timing, points, changed, script, searchPath, keeper, keeperPatience);
    }

    public Seams withScript(Function<ShellTools, ShellScript> changed) {
        return new Seams(timing, points, root, changed, searchPath, keeper, keeperPatience);
    }

    public Seams withSearchPath(Supplier<String> changed) {
        return new Seams(timing, points, root, script, changed, keeper, keeperPatience);
    }

    public Seams withKeeper(KeeperBinary.Source changed) {
        return new Seams(timing, points, root, script, searchPath, changed, keeperPatience);
    }

    public Seams withKeeperPatience(Duration changed) {
        return new Seams(timing, points, root, script, searchPath, keeper, changed);
    }
}
