package io.workersupervisor.mongo;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoClientException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoConfigurationException;
import com.mongodb.MongoException;
import com.mongodb.MongoIncompatibleDriverException;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoServerException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.MongoWriteConcernException;
import com.mongodb.MongoWriteException;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** MongoDB's errors in words: the place, what was done, what the server or the driver says, what to do. */
final class MongoFailure {
    static final int UNAUTHORIZED = 13;
    static final int DUPLICATE_KEY = 11_000;

    /** Codes of a server that starts, stops, steps down, is interrupted, too slow, or (211) knows no keys yet. */
    private static final Set<Integer> LATER = Set.of(
            6, 7, 24, 50, 64, 89, 91, 112, 133, 134, 189, 211, 262, 9001, 10_058, 10_107, 11_600, 11_602, 13_435,
            13_436);

    private static final String RETRYABLE = "RetryableWriteError";

    private final Object place;
    private final String rights;
    private final BiFunction<String, Throwable, ? extends RuntimeException> kind;

    /**
     * Failures of one kind.
     *
     * @param place the beginning of each message
     * @param rights the rights that the user needs
     * @param kind the exception that is made of message and cause
     */
    MongoFailure(Object place, String rights, BiFunction<String, Throwable, ? extends RuntimeException> kind) {
        this.place = place;
        this.rights = rights;
        this.kind = kind;
    }

    String place() {
        return place.toString();
    }

    /** Tells whether this is an answer: repeating the statement would bring the same one. */
    static boolean isRefusal(MongoException e) {
        if (e instanceof MongoSecurityException) {
            // A server that dies while it looks at the user says nothing about the user.
            return !(e.getCause() instanceof MongoException cause) || isRefusal(cause);
        }
        if (e instanceof MongoConfigurationException
                || e instanceof MongoIncompatibleDriverException
                || e.getClass() == MongoClientException.class) {
            return true;
        }
        return e instanceof MongoServerException
                && !(e instanceof MongoWriteConcernException)
                && !(e instanceof MongoBulkWriteException)
                && !LATER.contains(e.getCode())
                && !e.hasErrorLabel(RETRYABLE);
    }

    RuntimeException refused(String doing, MongoException e) {
        return of(doing, words(e) + ". " + advice(e), e);
    }

    /**
     * The failure of a call that had no answer.
     *
     * @param cause the reason why servers cannot be used, if it is known
     */
    RuntimeException unanswered(String doing, String unknown, MongoException e, Optional<String> cause) {
        if (cause.isPresent()) {
            return of(doing, cause.get() + unknown, e);
        }
        String advice = e instanceof MongoTimeoutException
                ? ". See that a majority of the members is up, so that one is primary"
                : ". Try again";
        return of(doing, words(e) + unknown + advice, e);
    }

    RuntimeException of(String doing, String what, Throwable e) {
        return kind.apply(place + ": " + doing + " failed: " + what, e);
    }

    /** The server's words for an exception of the library that stands for a refusal; empty for any other. */
    static Optional<String> refusal(RuntimeException e) {
        return e.getCause() instanceof MongoException cause && isRefusal(cause)
                ? Optional.of(words(cause))
                : Optional.empty();
    }

    /** The words of server or driver, without the statement: that holds what was to be written. */
    static String words(MongoException e) {
        if (e instanceof MongoCommandException refused) {
            return withoutStatement(refused.getErrorMessage());
        } else if (e instanceof MongoWriteException refused) {
            return refused.getError().getMessage();
        } else if (e instanceof MongoSecurityException && isRefusal(e)) {
            return "the server does not accept the user";
        }
        return withoutStatement(String.valueOf(e.getMessage()));
    }

    private static String withoutStatement(String message) {
        int statement = message.indexOf(" to execute command {");
        return statement < 0 ? message : message.substring(0, statement);
    }

    private String advice(MongoException e) {
        if (e instanceof MongoSecurityException) {
            return "See that user, password and authSource are right";
        } else if (e.getCode() == UNAUTHORIZED) {
            return "Give the user " + rights + ", or authenticate as one who has these rights";
        }
        return e instanceof MongoServerException
                ? "The server refuses the statement (code " + e.getCode() + "): keep this message"
                : "See that the client's settings fit the server";
    }
}
