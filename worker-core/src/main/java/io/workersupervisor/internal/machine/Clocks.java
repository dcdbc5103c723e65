package io.workersupervisor.internal.machine;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Time as the engine sees it: the wall clock for what people read, a monotonic one for every wait. */
public interface Clocks {
    Instant now();

    long nanos();

    /** Waits; an interrupt ends the wait at once and stays set. */
    void pause(Duration duration);

    static Clocks system(InstantSource clock) {
        return new Clocks() {
            @Override
            public Instant now() {
                return clock.instant();
            }

            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public void pause(Duration duration) {
                try {
                    Thread.sleep(duration.toMillis());
                } catch (InterruptedException stop) {
                    Thread.currentThread().interrupt();
                }
            }
        };
    }
}
