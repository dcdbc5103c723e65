package io.workersupervisor.examples.console;

import picocli.CommandLine.Option;

/** The option that explains a command instead of running it; picocli reads it. */
final class HelpOption {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean wanted;
}
