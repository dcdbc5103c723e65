package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.spi.InMemoryWorkerRegistry;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * P1, P4 and P7 in a process that can open no more files, or start no more threads and processes: each call gets its answer,
 * workers can be stopped, and everything goes on when there is room again.
 */
@Tag("long")
@Timeout(120)
class ExhaustionTest {
    private static final AccountId FIRST = AccountId.of(1);
    private static final AccountId SECOND = AccountId.of(2);
    private static final Path GROUPS = Path.of("/sys/fs/cgroup/pids");

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(
            value = LaunchPath.class,
            names = {"SH", "KEEPER"})
    void workers_are_started_and_stopped_with_the_reserve_while_the_application_holds_all_descriptors(LaunchPath path)
            throws IOException, InterruptedException {
        String said = run("ulimit -n 150", NoDescriptors.class, path);

        assertThat(said)
                .contains("exhausted: start started", "exhausted: alive ALIVE", "exhausted: stop stopped")
                .contains("exhausted: reconcile [2] []")
                .contains("later: start started", "later: stop stopped")
                .contains("standard input is open: true");
    }

    @ParameterizedTest
    @EnumSource(
            value = LaunchPath.class,
            names = {"SH", "KEEPER"})
    @Needs({Need.ROOT, Need.PIDS_GROUP})
    void a_start_at_the_limit_of_processes_fails_and_a_stop_works(LaunchPath path)
            throws IOException, InterruptedException {
        Path group = Files.createDirectory(
                GROUPS.resolve("worker-test-" + ProcessHandle.current().pid() + path));
        try {
            String said = run("echo $$ >" + group.resolve("cgroup.procs"), NoProcesses.class, path);

            assertThat(said)
                    .contains("exhausted: start failed", "exhausted: starts failed failed failed")
                    .contains("exhausted: alive ALIVE", "exhausted: stop stopped")
                    .contains("later: start started", "later: stop stopped");
        } finally {
            Files.delete(group);
        }
    }

    /** In a process of its own, as the limit is that of a process. */
    private String run(String limit, Class<?> host, LaunchPath path) throws IOException, InterruptedException {
        Path data = directory.resolve("data");
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        limit + "; exec \"$0\" -XX:TieredStopAtLevel=1 -cp \"$1\" \"$2\" \"$3\" \"$4\" \"$5\"",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        System.getProperty("java.class.path"),
                        host.getName(),
                        data.toString(),
                        path.name(),
                        GROUPS.resolve("worker-test-" + ProcessHandle.current().pid() + path)
                                .toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(90, TimeUnit.SECONDS))
                    .as(Files.readString(output))
                    .isTrue();
        } finally {
            process.destroyForcibly();
            try (TestNode node = new TestNode(data)) {
                TestNode.endWorkers(node.local());
            }
        }
        return Files.readString(output);
    }

    private static WorkerSpec spec(AccountId account) {
        return TestNode.sh(account, "exec sleep 600")
                .startGrace(TestNode.START_GRACE)
                .build();
    }

    private static WorkerSupervisor host(String[] args) {
        return WorkerSupervisor.builder(DataDirectory.open(Path.of(args[0])), new InMemoryWorkerRegistry())
                .launcher(LaunchPath.valueOf(args[1]))
                .listener(event -> System.out.println(event.describe()))
                .build();
    }

    private static void say(String what, Supplier<Object> answer) {
        System.out.println(what + " " + answer.get());
    }

    private static String word(StartResult result) {
        System.out.println(result.describe());
        return result instanceof StartResult.Started
                ? "started"
                : result instanceof StartResult.Failed ? "failed" : "other";
    }

    private static String word(StopResult result) {
        System.out.println(result.describe());
        return result instanceof StopResult.Stopped ? "stopped" : "other";
    }

    /** Every call once: a class that is loaded from a directory needs a descriptor. */
    private static void warmUp(WorkerSupervisor host) {
        host.start(spec(FIRST)).orElseThrow();
        host.status(FIRST);
        host.stop(FIRST);
        host.start(spec(SECOND)).orElseThrow();
        host.stop(SECOND);
        host.start(spec(FIRST)).orElseThrow();
        host.startAll(List.of(spec(AccountId.of(6))));
        host.reconcile();
        host.stop(AccountId.of(6));
    }

    private static void act(WorkerSupervisor host, String when) {
        say(when + " start", () -> word(host.start(spec(SECOND))));
        say(
                when + " alive",
                () -> host.status(FIRST)
                        .flatMap(WorkerStatus::liveness)
                        .map(Liveness::verdict)
                        .orElseThrow());
        say(when + " stop", () -> word(host.stop(FIRST)));
    }

    /** Uses up its descriptors. */
    static final class NoDescriptors {
        private NoDescriptors() {}

        public static void main(String[] args) throws IOException {
            try (WorkerSupervisor host = host(args)) {
                warmUp(host);
                List<FileInputStream> held = new ArrayList<>();
                try {
                    while (true) {
                        held.add(new FileInputStream("/dev/null"));
                    }
                } catch (FileNotFoundException none) {
                    System.out.println("held " + held.size());
                }
                act(host, "exhausted:");
                say("exhausted: reconcile", () -> {
                    ReconcileReport report = host.reconcile();
                    return report.alive() + " " + report.leftAlone();
                });
                for (FileInputStream one : held) {
                    one.close();
                }
                say("later: start", () -> word(host.start(spec(FIRST))));
                say("later: stop", () -> word(host.stop(FIRST)));
                host.stop(SECOND);
                say("standard input is open:", () -> Files.exists(Path.of("/proc/self/fd/0")));
            }
        }
    }

    /** Is in a group of its own, and lets it have no further process. */
    static final class NoProcesses {
        private NoProcesses() {}

        public static void main(String[] args) throws IOException {
            Path group = Path.of(args[2]);
            try (WorkerSupervisor host = host(args)) {
                warmUp(host);
                Path limit = group.resolve("pids.max");
                Files.writeString(limit, "1");
                act(host, "exhausted:");
                List<WorkerSpec> many = List.of(spec(AccountId.of(3)), spec(AccountId.of(4)), spec(AccountId.of(5)));
                say(
                        "exhausted: starts",
                        () -> String.join(
                                " ",
                                host.startAll(many).values().stream()
                                        .map(ExhaustionTest::word)
                                        .toList()));
                Files.writeString(limit, "max");
                say("later: start", () -> word(host.start(spec(FIRST))));
                say("later: stop", () -> word(host.stop(FIRST)));
            }
        }
    }
}
