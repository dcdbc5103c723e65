package io.workersupervisor.examples.console.frame;

import picocli.CommandLine.Mixin;

/** A command that works in the data directory. */
public abstract class DataAction implements Action {
    @Mixin
    private CommonOptions common = new CommonOptions();

    @Mixin
    protected final HelpOption help = new HelpOption();

    @Override
    public final CommonOptions common() {
        return common;
    }
}
