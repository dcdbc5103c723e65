package io.workersupervisor.examples.console.frame;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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

    /** The text of a file that the caller names; a mistake of the caller where it cannot be read. */
    public String text(Path file) {
        try {
            return Files.readString(file);
        } catch (MalformedInputException strange) {
            throw wrong(file + " is not UTF-8 text");
        } catch (NoSuchFileException missing) {
            throw wrong(file + " does not exist");
        } catch (AccessDeniedException denied) {
            throw wrong(file + " cannot be read: permission denied");
        } catch (IOException e) {
            throw wrong(file + " cannot be read: " + e.getMessage());
        }
    }

    /** A mistake of the caller: exit code 2. */
    public ParameterException wrong(String message) {
        return new ParameterException(line, message);
    }
}
