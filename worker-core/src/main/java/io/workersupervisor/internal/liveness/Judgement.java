package io.workersupervisor.internal.liveness;

import io.workersupervisor.RefusalReason;
import io.workersupervisor.internal.machine.EnvironmentSearch.Marked;
import java.util.List;
import java.util.OptionalInt;

/** The verdict of lock, process and environments on a row's worker. */
public sealed interface Judgement {
    String evidence();

    /** It runs; reachable if its process can be signalled from here. */
    record Alive(String evidence, boolean reachable) implements Judgement {}

    /**
     * Nothing of it runs.
     *
     * @param waitStatus the exact end, where a zombie still tells
     * @param otherBoot it went down with the machine
     */
    record Dead(String evidence, OptionalInt waitStatus, boolean otherBoot) implements Judgement {}

    /** The worker has ended, but its lock is still held or descendants of it live, as far as they were found. */
    record Draining(String evidence, List<Marked> left) implements Judgement {}

    /** It cannot be determined. */
    record Doubt(RefusalReason reason, String evidence) implements Judgement {}
}
