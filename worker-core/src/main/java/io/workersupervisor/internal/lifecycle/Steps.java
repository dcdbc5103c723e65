package io.workersupervisor.internal.lifecycle;

/** Names the points between two effects of a protocol, so that tests can end the host there. */
@FunctionalInterface
public interface Steps {
    Steps NONE = step -> {};

    void reached(String step);
}
