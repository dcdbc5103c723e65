package io.workersupervisor.mongo;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.reactivestreams.Publisher;

/** Statements of the tests themselves, past the library. */
final class Wait {
    private static final Attempt ATTEMPT = new Attempt(Duration.ofSeconds(60), false);

    private Wait() {}

    static <T> Optional<T> one(Publisher<T> publisher) {
        List<T> all = all(publisher);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    static <T> List<T> all(Publisher<T> publisher) {
        try {
            return ATTEMPT.all(publisher);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
