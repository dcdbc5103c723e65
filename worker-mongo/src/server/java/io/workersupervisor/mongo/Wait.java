package io.workersupervisor.mongo;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.reactivestreams.Publisher;

/** Statements of the tests themselves, past the library. */
final class Wait {
    private static final Attempt PATIENT = new Attempt(Duration.ofSeconds(60), false);
    /** The driver can lose the answer of a server that dies. */
    private static final Attempt QUICK = new Attempt(Duration.ofSeconds(3), false);

    private Wait() {}

    static <T> Optional<T> one(Publisher<T> publisher) {
        List<T> all = all(publisher);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    static <T> Optional<T> quickly(Publisher<T> publisher) {
        try {
            return QUICK.one(publisher);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    static <T> List<T> all(Publisher<T> publisher) {
        try {
            return PATIENT.all(publisher);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
