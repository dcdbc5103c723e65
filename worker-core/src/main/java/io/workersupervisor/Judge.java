package io.workersupervisor;

import java.util.Optional;

/** The verdict on a row: the machine's, which the application's probe may turn into doubt but never into death. */
final class Judge {
    private final LocalProbe local;
    private final Optional<LivenessProbe> application;

    Judge(LocalProbe local, Optional<LivenessProbe> application) {
        this.local = local;
        this.application = application;
    }

    Judgement judge(WorkerRow row) {
        Judgement judgement = local.judge(row);
        if (application.isEmpty() || judgement instanceof Judgement.Doubt) {
            return judgement;
        }
        try {
            Liveness opinion = application.get().probe(row);
            return opinion.verdict() == Liveness.Verdict.UNKNOWN
                    ? new Judgement.Doubt(RefusalReason.PROBE_IN_DOUBT, opinion.evidence())
                    : judgement;
        } catch (RuntimeException failed) {
            return new Judgement.Doubt(RefusalReason.PROBE_IN_DOUBT, "the application's probe failed: " + failed);
        }
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
