package io.workersupervisor.internal.launch.keeper;

import static org.awaitility.Awaitility.await;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LaunchPath;
import io.workersupervisor.TestNode;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.launch.InheritedLimits;
import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.launch.Launcher.LaunchAnswer;
import io.workersupervisor.internal.launch.Launcher.LaunchRequest;
import io.workersupervisor.internal.launch.shell.ShellLauncher;
import io.workersupervisor.internal.launch.shell.ShellScript;
import io.workersupervisor.internal.launch.shell.ShellTools;
import io.workersupervisor.internal.machine.Kernel;
import io.workersupervisor.internal.registry.WorkerIds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * Launches workers in a JVM of its own and prints what each wrote and what was told: {@code DATA PATH SCRIPT...}, a text for
 * sh or the path of a program. The property {@code signals} replaces the program that resets signals on the sh path.
 */
final class LaunchMain {
    private LaunchMain() {}

    public static void main(String[] args) throws Exception {
        DataDirectory data = DataDirectory.open(Path.of(args[0]));
        LaunchPath path = LaunchPath.valueOf(args[1]);
        try (KeeperNode node = new KeeperNode(data, path, KeeperStarter.usualPlaces(data))) {
            for (int i = 2; i < args.length; i++) {
                System.out.println(wrote(node, path == LaunchPath.SH ? shell(node) : node.launcher, args[i]));
            }
            node.troubles.forEach(System.out::println);
        }
    }

    private static Launcher shell(KeeperNode node) {
        ShellTools found = node.local.script().tools();
        String signals = System.getProperty("signals", found.signals());
        return new ShellLauncher(
                node.data,
                ShellScript.load(new ShellTools(found.shell(), found.locker(), found.session(), signals)),
                Kernel.current(),
                InheritedLimits.current(),
                Runnable::run,
                ShellLauncher.LONGEST_ANSWER);
    }

    private static String wrote(KeeperNode node, Launcher launcher, String script) throws Exception {
        AccountId account = AccountId.of(1);
        WorkerSpec spec = script.startsWith("/")
                ? WorkerSpec.builder(account, script).build()
                : TestNode.sh(account, script).build();
        String workerId = new WorkerIds().next(Instant.now());
        long epoch = node.local.locks().admitted(account) + 1;
        LaunchAnswer answer = launcher.launch(new LaunchRequest(spec, workerId, epoch));
        if (!(answer instanceof LaunchAnswer.Born)) {
            return answer.toString();
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> node.local.records().exit(workerId).isPresent()
                        && node.local.locks().state(account) == AccountLocks.State.FREE);
        return Files.readString(node.data.path().resolve(Layout.logName(account, workerId)))
                .strip();
    }
}
