package io.workersupervisor;

import java.util.Optional;
import java.util.OptionalInt;

/** The verdict on a row: the machine's, which the application's probe may turn into doubt but never into death. */
final class Judge {
    private final LocalProbe local;
    private final Optional<ApplicationProbe> application;

    Judge(LocalProbe local, Optional<LivenessProbe> application) {
        this.local = local;
        this.application = application.map(ApplicationProbe::new);
    }

    /** Whether the application has a say, whenever it likes. */
    boolean asksApplication() {
        return application.isPresent();
    }

    Judgement judge(WorkerRow row) {
        return unlessDoubted(row, local.judge(row));
    }

    /** A worker whose keeper saw it end, and nothing of it left: the machine's verdict is given. */
    Judgement seenEnding(WorkerRow row) {
        String who = row.identity().map(process -> "pid " + process.pid()).orElse("it");
        return unlessDoubted(
                row, new Judgement.Dead(who + " was seen ending, its lock is free", OptionalInt.empty(), false));
    }

    /** For who ends the worker: what the machine proves alive is ended, the application can only keep a row from being freed. */
    Judgement judgeToEnd(WorkerRow row) {
        Judgement judgement = local.judge(row);
        return judgement instanceof Judgement.Dead ? unlessDoubted(row, judgement) : judgement;
    }

    private Judgement unlessDoubted(WorkerRow row, Judgement judgement) {
        if (application.isEmpty() || judgement instanceof Judgement.Doubt) {
            return judgement;
        }
        return application
                .get()
                .doubt(row)
                .<Judgement>map(evidence -> new Judgement.Doubt(RefusalReason.PROBE_IN_DOUBT, evidence))
                .orElse(judgement);
    }

    Liveness liveness(WorkerRow row) {
        if (!row.state().isOpen()) {
            return local.probe(row);
        }
        Judgement judgement = judge(row);
        if (judgement instanceof Judgement.Alive) {
            return Liveness.alive(judgement.evidence());
        }
        return judgement instanceof Judgement.Dead
                ? Liveness.dead(judgement.evidence())
                : Liveness.unknown(judgement.evidence());
    }
}
