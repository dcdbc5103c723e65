package io.workersupervisor.examples.console;

import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerListener;

/** Prints the trouble that no result of a command shows: trouble with the whole data directory. */
record TroubleListener(Output output) implements WorkerListener {
    @Override
    public void onEvent(WorkerEvent event) {
        if (event.isWarning() && event.account().isEmpty()) {
            output.warn(event.describe());
        }
    }
}
