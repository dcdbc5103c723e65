package io.workersupervisor.internal.liveness;

import io.workersupervisor.RefusalReason;
import io.workersupervisor.internal.machine.EnvironmentSearch;
import java.util.List;
import java.util.OptionalInt;

/** What lock, process and environments say of a row's worker. */
public sealed interface Judgement {
    String evidence();

    /**
     * It runs.
     *
     * @param evidence in words
     * @param reachable whether its process can be signalled from here
     */
    record Alive(String evidence, boolean reachable) implements Judgement {}

    /**
     * Nothing of it runs.
     *
     * @param evidence in words
     * @param waitStatus the exact end, where a zombie still tells
     * @param otherBoot whether it went down with the machine
     */
    record Dead(String evidence, OptionalInt waitStatus, boolean otherBoot) implements Judgement {}

    /**
     * The worker has ended, but its lock is still held or descendants of it live.
     *
     * @param evidence in words
     * @param left the descendants that could be found
     */
    record Draining(String evidence, List<EnvironmentSearch.Marked> left) implements Judgement {}

    /**
     * It cannot be determined.
     *
     * @param reason the kind of doubt
     * @param evidence in words
     */
    record Doubt(RefusalReason reason, String evidence) implements Judgement {}
}
