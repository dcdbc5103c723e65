package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.Confidence;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.Initiator;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What is known of a stop. Last words and log are read only where nothing before them decides.
 *
 * @param exit how it ended
 * @param otherBoot whether the machine went down with it
 * @param asked the stop of ours that ended it
 * @param memory what the kernel's counters and messages say of memory
 * @param words what the worker wrote of its end
 * @param log the end of its log
 * @param logName the name of that file
 */
record Facts(
        ExitStatus exit,
        boolean otherBoot,
        Optional<Asked> asked,
        Optional<MemoryEvidence> memory,
        Supplier<LastWords> words,
        Supplier<LogReading> log,
        String logName) {
    /**
     * A stop of ours.
     *
     * @param confidence certain where this host's ladder ended the worker
     * @param initiator who asked
     * @param rung what the ladder had to do, in words, empty if it is not known
     */
    record Asked(Confidence confidence, Initiator initiator, String rung) {}
}
