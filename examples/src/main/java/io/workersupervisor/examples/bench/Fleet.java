package io.workersupervisor.examples.bench;

/** Workers that are kept running, all of the same program: what the benchmarks compare. */
interface Fleet extends AutoCloseable {
    /** Starts all; from now on one that ends is started again at once, for ever. */
    void start();

    /** Ends all gracefully; returns when they are gone. */
    void stop();

    /** Makes memory comparable, and writes out what was recorded. */
    void settle();

    /** Ends the supervision; workers run on. */
    @Override
    void close();
}
