package io.workersupervisor.internal.directory;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.internal.launch.ResolvedCommand;
import io.workersupervisor.internal.launch.keeper.KeeperStarter;
import io.workersupervisor.internal.launch.shell.ShellTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Does one thing with paths in a JVM of its own, and prints its result or the refusal. */
public final class PathMain {
    private PathMain() {}

    public static void main(String[] args) throws IOException {
        try {
            System.out.println(result(args));
        } catch (DataDirectoryException refused) {
            System.out.println("refused: " + refused.getMessage());
        }
    }

    private static String result(String[] args) throws IOException {
        return switch (args[0]) {
            case "open" -> opened(Path.of(args[1]));
            case "open-absolute" -> opened(Path.of(args[1]).toAbsolutePath());
            case "open-after-removal" -> {
                Path here = Path.of("").toAbsolutePath();
                Files.delete(here);
                if (args.length > 2) {
                    Files.createDirectory(here);
                }
                yield opened(Path.of(args[1]));
            }
            case "spec" -> directory(WorkerSpec.builder(AccountId.of(1), "sh").directory(Path.of(args[1])));
            case "spec-of-host" -> directory(WorkerSpec.builder(AccountId.of(1), "sh"));
            case "tools" -> {
                KeeperStarter.usualPlaces(DataDirectory.existing(Path.of(args[1])));
                yield ShellTools.find(ShellTools.systemPath(), true).shell() + " "
                        + ResolvedCommand.of(
                                        WorkerSpec.builder(AccountId.of(1), "ls")
                                                .directory(Path.of("/"))
                                                .build(),
                                        System.getenv())
                                .getClass()
                                .getSimpleName();
            }
            default -> {
                boolean first = ProcessLock.tryLock(Path.of(args[1]), "name").isPresent();
                yield first + " "
                        + ProcessLock.tryLock(Path.of(args[2]), "name").isPresent();
            }
        };
    }

    private static String opened(Path path) {
        DataDirectory.open(path);
        return "opened";
    }

    private static String directory(WorkerSpec.Builder spec) {
        ResolvedCommand resolved = ResolvedCommand.of(spec.build(), Map.of());
        return resolved instanceof ResolvedCommand.Not not ? not.answer().error() : "found";
    }
}
