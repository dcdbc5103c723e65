package io.workersupervisor.internal.machine;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * A reading that costs as much for one caller as for all, of the process table say: it serves everybody who asked before it
 * began, so that few readings serve many callers at once. Thread-safe.
 */
final class SharedReading<T> {
    private final Supplier<T> source;
    private final AtomicLong begun = new AtomicLong();
    private final Object reading = new Object();
    private long done;
    private Optional<T> last = Optional.empty();

    SharedReading(Supplier<T> source) {
        this.source = source;
    }

    /** A reading that begins after this call. */
    T read() {
        long wanted = begun.get() + 1;
        synchronized (reading) {
            if (done < wanted || last.isEmpty()) {
                long number = begun.incrementAndGet();
                last = Optional.of(source.get());
                done = number;
            }
            return last.get();
        }
    }
}
