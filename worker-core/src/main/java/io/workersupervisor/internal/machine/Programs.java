package io.workersupervisor.internal.machine;

import java.io.IOException;

/** Starts programs, and answers for one that cannot be started with an exception that can be told, never with an error. */
public final class Programs {
    /**
     * Three pipes, one more by which the system answers, and what others open meanwhile. The JDK, where it runs out of
     * them half-way, closes descriptors that are not its own.
     */
    private static final int PIPES = 12;

    private Programs() {}

    /** The program may run, but this process cannot observe it. */
    public static final class UnobservedException extends IOException {
        private static final long serialVersionUID = 1L;

        UnobservedException(OutOfMemoryError noThread) {
            super("it may run, but no thread could be made to observe it: " + noThread.getMessage(), noThread);
        }
    }

    /**
     * Starts a program.
     *
     * @throws UnobservedException if it may run all the same
     * @throws IOException if it was not started
     */
    public static Process start(ProcessBuilder program) throws IOException {
        if (!Descriptors.hasRoom(PIPES)) {
            throw new IOException(Descriptors.NONE_LEFT);
        }
        try {
            return program.start();
        } catch (OutOfMemoryError noThread) {
            throw new UnobservedException(noThread);
        }
    }
}
