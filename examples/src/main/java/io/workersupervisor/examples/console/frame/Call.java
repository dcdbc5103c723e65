package io.workersupervisor.examples.console.frame;

import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * One call of a command.
 *
 * @param line the command line, read
 * @param data the absolute path of the data directory, which need not exist
 * @param output the command's output
 */
public record Call(CommandLine line, Path data, Output output) {
    /** Tells whether the data directory is one: opening it for the first time makes this directory in it before all else. */
    public boolean hasDataDirectory() {
        return Files.isDirectory(data.resolve("locks"));
    }

    /** A mistake of the caller: exit code 2. */
    public ParameterException wrong(String message) {
        return new ParameterException(line, message);
    }
}
