package io.workersupervisor.examples.console;

import picocli.CommandLine.ArgGroup;

/** A command that uses the registry, and the log entries where it asks for them. */
abstract class StoreAction extends DataAction {
    @ArgGroup(validate = false, heading = "%nWhere registry and log entries are:%n")
    StoreOptions stores = new StoreOptions();
}
