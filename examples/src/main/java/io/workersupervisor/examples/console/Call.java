package io.workersupervisor.examples.console;

import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * One call of a command.
 *
 * @param line the command line, read
 * @param data the absolute path of the data directory, which need not exist
 * @param output where the command prints
 */
record Call(CommandLine line, Path data, Output output) {
    /** Whether the data directory is one: opening it for the first time makes this directory in it before all else. */
    boolean hasDataDirectory() {
        return Files.isDirectory(data.resolve("locks"));
    }

    /** An error of whoever called: exit code 2. */
    ParameterException wrong(String message) {
        return new ParameterException(line, message);
    }
}
