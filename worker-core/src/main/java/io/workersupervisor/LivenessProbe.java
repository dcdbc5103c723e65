package io.workersupervisor;

/**
 * Judges whether the worker of a row lives.
 *
 * <p>The supervisor judges the rows of its own node by kernel lock and process; a probe given to the builder is asked
 * as well and may turn an answer into UNKNOWN, never into DEAD. It is called from several threads, may block (every
 * start and every reconcile waits for it) and leaves nothing behind. What it throws counts as UNKNOWN.
 */
@FunctionalInterface
public interface LivenessProbe {
    /**
     * Judges one row.
     *
     * @param row a row
     * @return the verdict and its evidence
     */
    Liveness probe(WorkerRow row);

    /**
     * The probe of one machine: the account's kernel lock, the process, and the environments of all processes. It goes
     * with every store whose rows belong to the node of this data directory, and answers UNKNOWN for other nodes.
     *
     * @param data the data directory
     * @return the probe
     */
    static LivenessProbe local(DataDirectory data) {
        return LocalProbe.of(data);
    }
}
