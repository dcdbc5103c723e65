package io.workersupervisor;

import io.workersupervisor.internal.text.Text;

/**
 * What a probe found.
 *
 * @param verdict the answer
 * @param evidence what it rests on, in words
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

    /** Demands evidence. */
    public Liveness {
        Text.notBlank("evidence", evidence, LONGEST);
    }

    /**
     * The verdict alive, in an application's probe or a test.
     *
     * @param evidence what it rests on, a sentence
     * @return the verdict
     */
    public static Liveness alive(String evidence) {
        return new Liveness(Verdict.ALIVE, cut(evidence));
    }

    /**
     * The verdict dead, in an application's probe or a test.
     *
     * @param evidence what it rests on, a sentence
     * @return the verdict
     */
    public static Liveness dead(String evidence) {
        return new Liveness(Verdict.DEAD, cut(evidence));
    }

    /**
     * The verdict unknown, in an application's probe or a test.
     *
     * @param evidence what it rests on, a sentence
     * @return the verdict
     */
    public static Liveness unknown(String evidence) {
        return new Liveness(Verdict.UNKNOWN, cut(evidence));
    }

    /** Hundreds of leftover processes are not worth a page each. */
    private static String cut(String evidence) {
        return evidence.length() <= LONGEST ? evidence : evidence.substring(0, LONGEST);
    }
}
