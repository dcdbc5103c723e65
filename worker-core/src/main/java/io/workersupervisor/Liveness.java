package io.workersupervisor;

/**
 * What a probe found.
 *
 * @param verdict the answer
 * @param evidence what it rests on, in words
 */
public record Liveness(Verdict verdict, String evidence) {
    /** The three answers; only DEAD frees a row, and UNKNOWN is never taken for one of the others. */
    public enum Verdict {
        /** The worker runs. */
        ALIVE,
        /** There is positive evidence that neither the worker nor a descendant of it runs. */
        DEAD,
        /** It cannot be determined. */
        UNKNOWN
    }

    /**
     * Demands evidence.
     *
     * @param verdict the answer
     * @param evidence what it rests on, in words
     */
    public Liveness {
        Text.notBlank("evidence", evidence, 4_096);
    }

    static Liveness alive(String evidence) {
        return new Liveness(Verdict.ALIVE, evidence);
    }

    static Liveness dead(String evidence) {
        return new Liveness(Verdict.DEAD, evidence);
    }

    static Liveness unknown(String evidence) {
        return new Liveness(Verdict.UNKNOWN, evidence);
    }
}
