package io.workersupervisor.examples.console.frame;

import picocli.CommandLine.ArgGroup;

/** A command that uses the registry, and the log entries where it asks for them. */
public abstract class StoreAction extends DataAction {
    @ArgGroup(validate = false, heading = "%nWhere registry and log entries are:%n")
    protected StoreOptions stores = new StoreOptions();
}
