package io.workersupervisor.internal.launch.shell;

import io.workersupervisor.WorkerSpec;
import io.workersupervisor.internal.directory.OwnFiles;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.machine.ProgramRun;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The text of {@code launcher.sh} and the ways to run it: launchers from a file, so that a process list stays readable,
 * short commands straight from memory, so that looking creates nothing.
 */
public record ShellScript(String text, ShellTools tools) {
    private static final Duration LONGEST_COMMAND = Duration.ofSeconds(20);

    public static ShellScript load(ShellTools tools) {
        try (InputStream in = ShellScript.class.getResourceAsStream("launcher.sh")) {
            if (in == null) {
                throw new IllegalStateException("launcher.sh is missing from the library's jar");
            }
            return new ShellScript(new String(in.readAllBytes(), StandardCharsets.UTF_8), tools);
        } catch (IOException e) {
            throw new IllegalStateException("launcher.sh in the library's jar cannot be read", e);
        }
    }

    /** The script as a file named by its content. */
    Path install(Path directory) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        String name = "launcher-" + OwnFiles.sha256(bytes).substring(0, 12) + ".sh";
        return OwnFiles.install(directory, name, bytes, "rw-------");
    }

    /** Runs a short command of the script and returns its lines; an answer that does not come in time is none. */
    public List<String> run(String... words) {
        List<String> command = new ArrayList<>(List.of(tools.shell(), "-c", text, "launcher"));
        command.addAll(List.of(words));
        try {
            ProcessBuilder builder = new ProcessBuilder(command);
            Map<String, String> environment = builder.environment();
            // Neither a host that is itself a worker nor the user's language may show in what is run here.
            environment.keySet().removeAll(WorkerSpec.OWN_VARIABLES);
            environment.put("LC_ALL", "C");
            return ProgramRun.of(builder, LONGEST_COMMAND)
                    .map(run -> run.output().lines().toList())
                    .orElseGet(() -> List.of("failed: no answer within " + Text.words(LONGEST_COMMAND)));
        } catch (IOException e) {
            return List.of("failed: " + Text.oneLine(String.valueOf(e.getMessage())));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return List.of("failed: interrupted");
        }
    }

    /** Tries the lock of a file, as launchers take it. */
    public AccountLocks.State lockState(Path lockFile) {
        List<String> answer = run("probe", tools.locker(), lockFile.toString());
        return AccountLocks.stateOf(answer.isEmpty() ? "" : answer.get(answer.size() - 1));
    }
}
