package io.workersupervisor.internal.liveness;

import io.workersupervisor.ExitStatus;
import io.workersupervisor.RefusalReason;
import io.workersupervisor.internal.machine.EnvironmentSearch.Marked;
import io.workersupervisor.internal.machine.ProcessIdentity;
import java.util.List;
import java.util.OptionalInt;

/** The verdict of lock, process and environments on a row's worker. */
public sealed interface Judgement {
    String evidence();

    /** It runs; reachable if its process can be signalled from here. */
    record Alive(ProcessIdentity process, String evidence, boolean reachable) implements Judgement {}

    /**
     * Nothing of it runs, nor can it from now on.
     *
     * @param exit its end, as far as that is known without an exit record
     * @param otherBoot it went down with the machine
     */
    record Dead(String evidence, ExitStatus exit, boolean otherBoot) implements Judgement {
        /** A dead worker; the wait status is there where a zombie still tells it. */
        public static Dead of(String evidence, OptionalInt waitStatus) {
            ExitStatus exit = waitStatus.isPresent()
                    ? ExitStatus.ofWait(waitStatus.getAsInt())
                    : new ExitStatus.Unknown("no exit record: the launcher was killed or could not write it");
            return new Dead(evidence, exit, false);
        }

        public static Dead ofOtherBoot(String evidence) {
            return new Dead(evidence, new ExitStatus.Unknown("the machine went down before it was recorded"), true);
        }
    }

    /** It is not over: descendants live, as far as they were found, the lock is still held, or a launch is on its way. */
    record Pending(RefusalReason reason, String evidence, List<Marked> left) implements Judgement {}

    /** It cannot be determined. */
    record Doubt(RefusalReason reason, String evidence) implements Judgement {}
}
