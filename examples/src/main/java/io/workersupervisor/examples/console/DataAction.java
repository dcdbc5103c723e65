package io.workersupervisor.examples.console;

import picocli.CommandLine.Mixin;

/** A command that works in the data directory. */
abstract class DataAction implements Action {
    @Mixin
    private CommonOptions common = new CommonOptions();

    @Mixin
    final HelpOption help = new HelpOption();

    @Override
    public final CommonOptions common() {
        return common;
    }
}
