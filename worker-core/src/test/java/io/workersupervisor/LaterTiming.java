package io.workersupervisor;

import io.workersupervisor.internal.machine.Clocks;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** Clocks of which the one that measures goes ahead, by so many nanoseconds. */
record LaterTiming(Clocks real, AtomicLong ahead) implements Clocks {
    @Override
    public Instant now() {
        return real.now();
    }

    @Override
    public long nanos() {
        return real.nanos() + ahead.get();
    }

    @Override
    public void pause(Duration duration) {
        real.pause(duration);
    }
}
