package io.workersupervisor;

import io.workersupervisor.WorkerInspector.Finding;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A host in a process of its own: starts one worker and does what its input says, a command and an answer a line. */
public final class CommandedHost {
    public static final AccountId ACCOUNT = AccountId.of(4711);

    private CommandedHost() {}

    /** DATA LAUNCH_PATH PROGRAM [ARGUMENT...]. */
    public static void main(String[] words) throws IOException {
        try (TestNode node =
                new TestNode(Path.of(words[0]), new InMemoryWorkerRegistry(), LaunchPath.valueOf(words[1]))) {
            WorkerSupervisor host = node.host();
            List<String> command = List.of(words).subList(2, words.length);
            WorkerSpec spec = WorkerSpec.builder(ACCOUNT, command.toArray(String[]::new))
                    .stopGrace(Duration.ofSeconds(20))
                    .build();
            System.out.println("started " + host.start(spec).orElseThrow().pid());
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                System.out.println("answer " + answer(node, host, line));
            }
        }
    }

    private static String answer(TestNode node, WorkerSupervisor host, String command) {
        return switch (command) {
            case "stop" -> {
                StopResult result = host.stop(ACCOUNT);
                yield result.getClass().getSimpleName() + " " + result.describe();
            }
            case "why" -> host.why(ACCOUNT).toString();
            case "doctor" -> host.doctor().stream().map(Finding::text).toList().toString();
            case "told" ->
                List.copyOf(node.events).stream()
                        .map(WorkerEvent::describe)
                        .toList()
                        .toString();
            default -> throw new IllegalArgumentException("no such command: " + command);
        };
    }
}
