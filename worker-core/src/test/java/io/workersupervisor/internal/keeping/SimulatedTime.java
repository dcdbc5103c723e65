package io.workersupervisor.internal.keeping;

import io.workersupervisor.internal.machine.Clocks;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * Time that passes where a simulation says so. What the machine does comes also while a host waits; what hosts and people do
 * comes one after another.
 */
final class SimulatedTime {
    private static final Instant BEGIN = Instant.parse("2026-03-01T00:00:00Z");

    private record Event(long at, long number, Runnable work) {}

    private static PriorityQueue<Event> queue() {
        return new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
    }

    private final PriorityQueue<Event> world = queue();
    private final PriorityQueue<Event> agenda = queue();
    private long nanos = 1_000_000_000_000L;
    private long number;
    private Duration ahead = Duration.ZERO;

    long nanos() {
        return nanos;
    }

    Instant now() {
        return BEGIN.plusNanos(nanos).plus(ahead);
    }

    /** The wall clock is set. */
    void jump(Duration by) {
        ahead = ahead.plus(by);
    }

    /** One tick of process starts. */
    void passTick() {
        nanos += 10_000_000;
    }

    void world(Duration in, Runnable work) {
        world.add(new Event(nanos + in.toNanos(), number++, work));
    }

    void later(Duration in, Runnable work) {
        agenda.add(new Event(nanos + in.toNanos(), number++, work));
    }

    /** A host or person waits. */
    void passWorld(Duration time) {
        long until = nanos + time.toNanos();
        while (!world.isEmpty() && world.peek().at() <= until) {
            run(world.poll());
        }
        nanos = Math.max(nanos, until);
    }

    /** All that happens within the time, and {@code after} behind each of it. */
    void pass(Duration time, Runnable after) {
        long until = nanos + time.toNanos();
        while (true) {
            PriorityQueue<Event> next = isFirst(world, agenda) ? world : agenda;
            if (next.isEmpty() || next.peek().at() > until) {
                nanos = Math.max(nanos, until);
                return;
            }
            run(next.poll());
            after.run();
        }
    }

    private static boolean isFirst(PriorityQueue<Event> one, PriorityQueue<Event> other) {
        return !one.isEmpty()
                && (other.isEmpty() || one.peek().at() <= other.peek().at());
    }

    private void run(Event event) {
        nanos = Math.max(nanos, event.at());
        event.work().run();
    }

    /** The clocks of somebody who spends a wait like this. */
    Clocks clocks(Consumer<Duration> wait) {
        return new Clocks() {
            @Override
            public Instant now() {
                return SimulatedTime.this.now();
            }

            @Override
            public long nanos() {
                return nanos;
            }

            @Override
            public void pause(Duration duration) {
                wait.accept(duration);
            }
        };
    }
}
