package io.workersupervisor.internal.machine;

import java.io.FileInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Descriptors that are held back while a host is open, so that a process whose application has used up all others can still
 * look at its workers, start and stop them.
 *
 * <ol>
 *   <li>The first host fills the reserve, where there is room for it and as much beside it.
 *   <li>An act that finds no room has the reserve let go, for itself and for all acts beside it.
 *   <li>The last act that ends fills it again, once there is such room.
 * </ol>
 *
 * Nobody can keep the application from taking what is let go: then the act fails, and says so. Thread-safe.
 */
public final class DescriptorReserve {
    /** The limit is that of the process, and so is the reserve. */
    public static final DescriptorReserve OF_PROCESS = new DescriptorReserve();

    /** For two starts side by side: each takes three pipes, one more for the answer of the system, and some small files. */
    private static final int SIZE = 24;

    /** Asked for at every act would be a tenth of what a stop costs. */
    private static final long BETWEEN_LOOKS = 20_000_000;

    private final List<FileInputStream> held = new ArrayList<>();
    private int hosts;
    private int acts;
    private long lookedAt = System.nanoTime() - BETWEEN_LOOKS;

    private DescriptorReserve() {}

    /** A host begins. */
    public synchronized void begin() {
        hosts++;
        fill();
    }

    /** A host has ended. */
    public synchronized void end() {
        hosts--;
        if (hosts == 0) {
            Descriptors.close(held);
        }
    }

    /** Runs an act, which may use the reserve. */
    public <T> T lend(Supplier<T> act) {
        enter();
        try {
            return act.get();
        } finally {
            leave();
        }
    }

    private synchronized void enter() {
        acts++;
        long now = System.nanoTime();
        boolean due = now - lookedAt >= BETWEEN_LOOKS;
        lookedAt = due ? now : lookedAt;
        if (!held.isEmpty() && !Descriptors.hasRoom(due ? SIZE / 2 : 1)) {
            Descriptors.close(held);
        }
    }

    private synchronized void leave() {
        acts--;
        if (acts == 0 && hosts > 0 && held.isEmpty()) {
            fill();
        }
    }

    private void fill() {
        if (held.isEmpty() && Descriptors.hasRoom(2 * SIZE)) {
            Descriptors.open(SIZE, held);
        }
    }
}
