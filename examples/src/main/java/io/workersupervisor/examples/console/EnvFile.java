package io.workersupervisor.examples.console;

import io.workersupervisor.WorkerSpec;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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

    static void read(Path file, WorkerSpec.Builder spec) {
        List<String> lines = lines(file);
        for (int number = 1; number <= lines.size(); number++) {
            String line = lines.get(number - 1);
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            Matcher variable = VARIABLE.matcher(line);
            if (!variable.matches()) {
                throw new UsageException("line " + number + " of " + file + " is not NAME=VALUE");
            }
            spec.environment(variable.group(1), variable.group(2));
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (MalformedInputException strange) {
            throw new UsageException(file + " is not UTF-8 text");
        } catch (NoSuchFileException missing) {
            throw new UsageException(file + " does not exist");
        } catch (AccessDeniedException denied) {
            throw new UsageException(file + " cannot be read: permission denied");
        } catch (IOException e) {
            throw new UsageException(file + " cannot be read: " + e.getMessage());
        }
    }
}
