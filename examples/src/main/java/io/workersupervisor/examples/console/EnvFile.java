package io.workersupervisor.examples.console;

import io.workersupervisor.WorkerSpec;
import io.workersupervisor.examples.console.frame.Call;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Variables for a worker from a file, {@code NAME=VALUE} on each line; the value is the rest of the line as it is. They
 * are secrets, so a message names the line and never shows it.
 */
final class EnvFile {
    private static final Pattern VARIABLE = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)=(.*)");

    private EnvFile() {}

    static void read(Call call, Path file, WorkerSpec.Builder spec) {
        List<String> lines = call.text(file).lines().toList();
        for (int number = 1; number <= lines.size(); number++) {
            String line = lines.get(number - 1);
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            Matcher variable = VARIABLE.matcher(line);
            if (!variable.matches()) {
                throw call.wrong("line " + number + " of " + file + " is not NAME=VALUE");
            }
            spec.environment(variable.group(1), variable.group(2));
        }
    }
}
