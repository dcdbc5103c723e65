package io.workersupervisor.mongo;

import com.mongodb.MongoExecutionTimeoutException;
import com.mongodb.MongoOperationTimeoutException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.MongoWriteException;
import com.mongodb.ReadConcern;
import com.mongodb.reactivestreams.client.MongoCollection;
import com.mongodb.reactivestreams.client.MongoDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * One try of a call: its time, what is known of the tries before, and how a thread waits for the driver.
 *
 * @param timeout for each operation of it
 * @param inDoubt true if an earlier try had no answer, so that it may have been applied
 */
record Attempt(Duration timeout, boolean inDoubt) {
    /** The driver's extra time to end an operation by itself. It never ends one whose thread died of a lost connection. */
    private static final Duration BACKSTOP = Duration.ofSeconds(2);

    <T> MongoCollection<T> on(MongoCollection<T> collection) {
        return collection.withTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    MongoDatabase on(MongoDatabase database) {
        return database.withTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The read that no replaced primary can answer. */
    <T> MongoCollection<T> surely(MongoCollection<T> collection) {
        return on(collection).withReadConcern(ReadConcern.LINEARIZABLE);
    }

    /** Tells whether a document is there now and was not before. */
    boolean inserts(MongoCollection<Document> collection, Document document) throws InterruptedException {
        try {
            one(on(collection).insertOne(document));
            return true;
        } catch (MongoWriteException e) {
            if (e.getCode() == MongoFailure.DUPLICATE_KEY) {
                return false;
            }
            throw e;
        }
    }

    /** The only or the last item. */
    <T> Optional<T> one(Publisher<T> publisher) throws InterruptedException {
        List<T> items = all(publisher);
        return items.isEmpty() ? Optional.empty() : Optional.of(items.get(items.size() - 1));
    }

    /**
     * Runs the operation and waits for its end. An interrupt ends the wait, and the operation may be applied all the same;
     * of a thread that is interrupted before, nothing is sent.
     *
     * @throws RuntimeException what the driver says
     */
    <T> List<T> all(Publisher<T> publisher) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Collected<T> collected = new Collected<>();
        publisher.subscribe(collected);
        try {
            return collected.end.get(timeout.plus(BACKSTOP).toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            collected.cancel();
            throw new MongoTimeoutException("the driver gave no answer within " + timeout.plus(BACKSTOP));
        } catch (InterruptedException e) {
            collected.cancel();
            throw e;
        }
    }

    /** Begins an operation that may take long; nobody waits for it here. */
    static <T> CompletableFuture<List<T>> begin(Publisher<T> publisher) {
        Collected<T> collected = new Collected<>();
        publisher.subscribe(collected);
        return collected.end;
    }

    /** The last item of an operation that has one; empty where it takes longer than that. */
    <T> Optional<T> within(Duration most, Function<Attempt, Publisher<T>> operation) throws InterruptedException {
        return withinAll(most, operation).map(items -> items.get(items.size() - 1));
    }

    /** All items of an operation; empty where it takes longer than that. */
    <T> Optional<List<T>> withinAll(Duration most, Function<Attempt, Publisher<T>> operation)
            throws InterruptedException {
        Attempt brief = new Attempt(most.compareTo(timeout) < 0 ? most : timeout, inDoubt);
        try {
            return Optional.of(brief.all(operation.apply(brief)));
        } catch (MongoOperationTimeoutException | MongoExecutionTimeoutException tooLong) {
            return Optional.empty();
        }
    }

    /** The driver's threads add to it and do nothing else: one that blocks could block them all. */
    private static final class Collected<T> implements Subscriber<T> {
        private final List<T> items = new ArrayList<>();
        private final CompletableFuture<List<T>> end = new CompletableFuture<>();
        private volatile @Nullable Subscription subscription;

        @Override
        public void onSubscribe(Subscription given) {
            subscription = given;
            given.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(T item) {
            items.add(item);
        }

        @Override
        public void onError(Throwable error) {
            end.completeExceptionally(error);
        }

        @Override
        public void onComplete() {
            end.complete(items);
        }

        private void cancel() {
            Subscription present = subscription;
            if (present != null) {
                present.cancel();
            }
        }
    }
}
