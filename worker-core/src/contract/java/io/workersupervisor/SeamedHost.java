package io.workersupervisor;

import java.util.function.Consumer;

/** Hosts of tests that are disturbed at a step of a protocol or at a mark of the launcher's script. */
public final class SeamedHost {
    private SeamedHost() {}

    /**
     * Calls a listener at each step of every protocol.
     *
     * @param host the host to be built
     * @param reached called with the name of the step, on the thread that takes it
     */
    public static void atEachStep(WorkerSupervisor.Builder host, Consumer<String> reached) {
        host.seams(seams -> seams.withCrashPoints(reached::accept));
    }

    /**
     * Plants a command at a mark of the launcher's script.
     *
     * @param host the host to be built
     * @param mark one of {@link PlantedScript}
     * @param command a command of the shell
     */
    public static void atMark(WorkerSupervisor.Builder host, String mark, String command) {
        host.seams(seams -> seams.withScript(tools -> PlantedScript.at(mark, command, tools)));
    }
}
