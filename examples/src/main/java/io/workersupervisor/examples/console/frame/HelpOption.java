package io.workersupervisor.examples.console.frame;

import picocli.CommandLine.Option;

/** The option that explains a command instead of running it; picocli reads it. */
public final class HelpOption {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean wanted;
}
