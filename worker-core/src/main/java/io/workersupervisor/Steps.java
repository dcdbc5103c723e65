package io.workersupervisor;

/** Names the points between two effects of a protocol, so that tests can end the host there. */
@FunctionalInterface
interface Steps {
    Steps NONE = step -> {};

    void reached(String step);
}
