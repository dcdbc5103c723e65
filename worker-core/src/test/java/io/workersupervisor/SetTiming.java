package io.workersupervisor;

import java.time.Duration;
import java.time.Instant;

/** Clocks that a test moves. */
final class SetTiming implements Timing {
    private volatile Instant now = Samples.NOW;
    private volatile long nanos = 1_000_000_000_000L;

    void pass(Duration duration) {
        now = now.plus(duration);
        nanos += duration.toNanos();
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public void pause(Duration duration) {
        pass(duration);
    }
}
