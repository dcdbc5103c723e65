package io.workersupervisor.mongo;

import com.mongodb.MongoException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.bson.BSONException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs statements until they are answered or the time is over. Thread-safe.
 *
 * <ol>
 *   <li>Matched, not matched, duplicate and refused are answers, and end the call.
 *   <li>Anything else leaves open whether the statement was applied: a lost connection, a passed time limit, a primary that
 *       stepped down or was not followed by the majority. The same statement is sent again, marked as a repetition.
 *   <li>When the time of the call is over, its failure says what is not known. An interrupt does the same at once.
 * </ol>
 */
final class RetriedCalls {
    private static final Logger LOG = LoggerFactory.getLogger("io.workersupervisor.mongo");

    /** The time of one attempt: one that hangs on a frozen primary leaves time for the next one. */
    private static final Duration ATTEMPT = Duration.ofSeconds(5);
    /** The least time in which an attempt can come to something. */
    private static final Duration LEAST = Duration.ofMillis(100);
    /** Between attempts: a primary that steps down answers at once. */
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Connection connection;
    private final MongoFailure failure;
    private final Duration timeout;
    private final Consumer<String> listener;

    RetriedCalls(Connection connection, MongoFailure failure, MongoPlace place) {
        this.connection = connection;
        this.failure = failure;
        this.timeout = place.timeout();
        this.listener = place.listener();
    }

    /** The statement of one attempt. It is run again where it gave no answer. */
    interface Statement<T> {
        T run(Attempt attempt) throws InterruptedException;
    }

    /** An answer that cannot be the last word: it came from a primary that does not know yet that it is none. */
    static final class StaleAnswer extends MongoException {
        private static final long serialVersionUID = 1;

        StaleAnswer() {
            super("a primary that is about to step down gave the last answer");
        }
    }

    /** Runs a statement that only reads. */
    <T> T read(String doing, Statement<T> statement) {
        return run(doing, "", statement);
    }

    /** Runs a statement that writes. */
    <T> T write(String doing, Statement<T> statement) {
        return run(doing, ". Only a reading shows whether it was written", statement);
    }

    private <T> T run(String doing, String unknown, Statement<T> statement) {
        long begun = System.nanoTime();
        long end = begun + timeout.toNanos();
        MongoException last = null;
        boolean told = false;
        while (true) {
            if (connection.isClosed()) {
                throw new IllegalStateException(failure.place() + " is closed");
            }
            Duration left = Duration.ofNanos(end - System.nanoTime());
            if (last != null && left.compareTo(LEAST) < 0) {
                throw failure.unanswered(doing, unknown, last, connection.trouble());
            }
            try {
                return statement.run(new Attempt(left.compareTo(ATTEMPT) < 0 ? left : ATTEMPT, last != null));
            } catch (MongoException e) {
                if (MongoFailure.isRefusal(e)) {
                    throw failure.refused(doing, e);
                }
                last = e;
                if (!told
                        && System.nanoTime() - begun >= ATTEMPT.toNanos() - LEAST.toNanos()
                        && timeout.compareTo(ATTEMPT) > 0) {
                    told = true;
                    tell(failure.place() + ": " + doing + " has no answer for " + ATTEMPT.toSeconds()
                            + " s and is tried for " + timeout.toSeconds() + " s: "
                            + connection.trouble().orElseGet(() -> MongoFailure.words(e)));
                }
                pause(doing, unknown, last);
            } catch (IllegalStateException e) {
                throw connection.isClosed() || !String.valueOf(e.getMessage()).contains("state should be: open")
                        ? e
                        : failure.of(
                                doing,
                                "its MongoClient is closed. The application that gave it closes it after the supervisor",
                                e);
            } catch (BSONException e) {
                throw failure.of(doing, String.valueOf(e.getMessage()), e);
            } catch (InterruptedException e) {
                throw interrupted(doing, unknown, e);
            }
        }
    }

    /** A listener that fails changes nothing. */
    private void tell(String text) {
        try {
            listener.accept(text);
        } catch (RuntimeException e) {
            LOG.warn("A listener failed, which was to hear: {}", text, e);
        }
    }

    private void pause(String doing, String unknown, MongoException last) {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            e.addSuppressed(last);
            throw interrupted(doing, unknown, e);
        }
    }

    private RuntimeException interrupted(String doing, String unknown, InterruptedException e) {
        Thread.currentThread().interrupt();
        return failure.of(doing, "the thread was interrupted" + unknown, e);
    }
}
