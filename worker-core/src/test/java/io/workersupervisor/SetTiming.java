package io.workersupervisor;

import io.workersupervisor.internal.machine.Clocks;
import java.time.Duration;
import java.time.Instant;

/** Clocks that a test moves. */
public final class SetTiming implements Clocks {
    private Instant now = Samples.NOW;
    private long nanos = 1_000_000_000_000L;

    public synchronized void pass(Duration duration) {
        now = now.plus(duration);
        nanos += duration.toNanos();
    }

    @Override
    public synchronized Instant now() {
        return now;
    }

    @Override
    public synchronized long nanos() {
        return nanos;
    }

    @Override
    public void pause(Duration duration) {
        pass(duration);
    }
}
