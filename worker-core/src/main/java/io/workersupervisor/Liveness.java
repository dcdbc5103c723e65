package io.workersupervisor;

import io.workersupervisor.internal.text.Require;

/**
 * The answer of a probe.
 *
 * @param verdict the answer
 * @param evidence the facts behind it, in words; not blank, at most 4,096 characters
 */
public record Liveness(Verdict verdict, String evidence) {
    private static final int LONGEST = 4_096;

    /** The three answers; only DEAD frees a row, and UNKNOWN is never taken for one of the others. */
    public enum Verdict {
        /** The worker runs. */
        ALIVE,
        /** There is positive evidence that neither the worker nor a descendant of it runs. */
        DEAD,
        /** It cannot be determined. */
        UNKNOWN
    }

    public Liveness {
        Require.noneNull("verdict evidence", verdict, evidence);
        Require.notBlank("evidence", evidence, LONGEST);
    }

    /** The worker is alive, on this evidence. */
    public static Liveness alive(String evidence) {
        return new Liveness(Verdict.ALIVE, cut(evidence));
    }

    /** The worker is dead, on this evidence. */
    public static Liveness dead(String evidence) {
        return new Liveness(Verdict.DEAD, cut(evidence));
    }

    /** It cannot be determined, for the reason given. */
    public static Liveness unknown(String evidence) {
        return new Liveness(Verdict.UNKNOWN, cut(evidence));
    }

    /** Hundreds of leftover processes are not worth a page each. */
    private static String cut(String evidence) {
        Require.nonNull("evidence", evidence);
        return evidence.length() <= LONGEST ? evidence : evidence.substring(0, LONGEST);
    }
}
