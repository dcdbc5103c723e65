package io.workersupervisor.mongo;

import com.mongodb.CreateIndexCommitQuorum;
import com.mongodb.MongoException;
import com.mongodb.client.model.CreateIndexOptions;
import com.mongodb.client.model.IndexModel;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.WorkerInspector.Finding;
import io.workersupervisor.WorkerInspector.Finding.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * Prepares the collection of log entries beside the appending, which waits for a short build only.
 *
 * <ol>
 *   <li>Refuse a server that is addressed as one member of a replica set alone.
 *   <li>Look which indexes are missing, or not ready.
 *   <li>Let the server build them, in one statement without the time limit of short ones. A build that takes longer than
 *       two seconds goes on while entries are appended, and its progress is told. It may outlive this host; the next one
 *       waits for it with the same statement.
 *   <li>Begin a build that failed again after a growing pause. Where the server refuses it, tell the statement, and look now
 *       and then whether somebody has run it.
 *   <li>Apply the retention, which hangs on an index.
 * </ol>
 *
 * <p>Thread-safe. {@link #tick} comes before each batch, which waits for nobody who waits in {@link #run}.
 */
final class LogPreparation {
    /** A build that takes no longer is waited for, so that a new collection has its indexes from its first entry on. */
    private static final Duration SHORT = Duration.ofSeconds(2);

    private static final Duration NEWS = Duration.ofSeconds(10);
    private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

    /** The number of documents that are indexed in a second, on a small and busy machine. */
    private static final long PER_SECOND = 50_000;

    /** The first wire version whose servers take a commit quorum: that of 4.4. */
    private static final int COMMIT_QUORUM = 9;

    private final MongoPlace place;
    private final LogCollection logs;
    private final LogExpiry expiry;
    private final Consumer<Finding> listener;
    private final LongSupplier nanos;
    private @Nullable Document hello;
    private @Nullable Build build;
    private boolean refused;
    private boolean warned;
    private boolean done;
    private Duration pause = FIRST_PAUSE;
    private long next;

    /** Indexes that the server builds, since when, and when to tell of it again. */
    private record Build(List<LogIndex> indexes, CompletableFuture<?> end, long begun, long news) {
        Build toldAt(long now) {
            return new Build(indexes, end, begun, now + Math.max(NEWS.toNanos(), (now - begun) / 2));
        }
    }

    LogPreparation(
            MongoPlace place, LogCollection logs, LogExpiry expiry, Consumer<Finding> listener, LongSupplier nanos) {
        this.place = place;
        this.logs = logs;
        this.expiry = expiry;
        this.listener = listener;
        this.nanos = nanos;
        this.next = nanos.getAsLong();
    }

    /** Does the next step if it is time for it. */
    synchronized void tick() {
        if (done) {
            return;
        }
        if (hello == null) {
            hello = logs.calls().read("asking the server what it is", this::requireWholeSet);
        }
        if (build != null) {
            follow(build, Duration.ZERO);
        } else if (nanos.getAsLong() - next >= 0) {
            begin();
        }
    }

    /** Does all steps now, refused ones again, and blocks until the server has done or refused them. */
    void run() {
        renew();
        Optional<Build> present = next();
        while (present.isPresent()) {
            await(present.get(), NEWS);
            present = next();
        }
    }

    private synchronized void renew() {
        if (build == null) {
            done = false;
            refused = false;
            next = nanos.getAsLong();
        }
    }

    private synchronized Optional<Build> next() {
        tick();
        return Optional.ofNullable(build);
    }

    private Document requireWholeSet(Attempt attempt) throws InterruptedException {
        Document answer = attempt.one(attempt.on(logs.database()).runCommand(new Document("hello", 1)))
                .orElseThrow();
        if (logs.connection().isTiedToOneMemberOf(answer)) {
            throw new LogSinkException(place + " is one member of replica set " + answer.get("setName")
                    + ", and another that becomes primary would not be found. Add replicaSet=" + answer.get("setName")
                    + " to the connection string");
        }
        return answer;
    }

    private void begin() {
        List<LogIndex> missing = logs.missing(expiry.isWanted());
        if (missing.isEmpty()) {
            finish("");
        } else if (refused) {
            later();
        } else {
            long now = nanos.getAsLong();
            build = new Build(missing, start(missing), now, now + SHORT.toNanos());
            follow(build, SHORT);
        }
    }

    private CompletableFuture<?> start(List<LogIndex> missing) {
        CreateIndexOptions options = new CreateIndexOptions();
        if (hello != null
                && hello.get("setName") != null
                && new Fields(hello).number("maxWireVersion") >= COMMIT_QUORUM) {
            // By default the build waits for every member, also for one that is down.
            options.commitQuorum(CreateIndexCommitQuorum.MAJORITY);
        }
        Optional<Duration> keep = missing.contains(LogIndex.TIME) ? expiry.forNewIndex() : Optional.empty();
        List<IndexModel> models =
                missing.stream().map(index -> index.model(keep)).toList();
        return Attempt.begin(
                logs.entries().withTimeout(0, TimeUnit.MILLISECONDS).createIndexes(models, options));
    }

    /** Waits for the end of a build, at most so long, and tells of it. */
    private void follow(Build present, Duration most) {
        if (!await(present, most)) {
            if (nanos.getAsLong() - present.news() >= 0) {
                build = present.toldAt(nanos.getAsLong());
                tell(Level.OK, progress(present));
            }
            return;
        }
        build = null;
        try {
            present.end().join();
        } catch (CompletionException e) {
            failed(present, e.getCause());
            return;
        }
        built(present);
    }

    /** Tells whether it has ended, well or not, within that time. */
    private boolean await(Build present, Duration most) {
        try {
            present.end().get(most.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException goesOn) {
            return false;
        } catch (ExecutionException failed) {
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LogSinkException(place + ": making the indexes: the thread was interrupted", e);
        }
    }

    /** An index that others made with the same keys, and hid, is not used; the server makes no second one. */
    private void built(Build present) {
        List<LogIndex> missing = logs.missing(expiry.isWanted());
        if (missing.isEmpty()) {
            finish(present.news() - present.begun() > SHORT.toNanos() ? ", after " + since(present) : "");
            return;
        }
        later();
        warn("searches do not use " + words(missing) + " although the server has built what they need. An index may be"
                + " hidden, or unfit for the retention. See in mongosh: db.getCollection(\"" + logs.name()
                + "\").getIndexes(), and unhideIndex. Entries are stored; searches are slow");
    }

    private String since(Build present) {
        return (nanos.getAsLong() - present.begun()) / 1_000_000_000 + " s";
    }

    private String progress(Build present) {
        long documents = logs.count();
        return "the server builds " + words(present.indexes()) + " on its " + documents + " documents for "
                + since(present) + " now"
                + logs.progress()
                        .map(percent -> ", " + percent + " % are done")
                        .orElse(", which takes some " + seconds(documents) + " s")
                + ". Entries are stored meanwhile; searches are slow until then";
    }

    static long seconds(long documents) {
        return Math.max(1, documents / PER_SECOND);
    }

    private static String words(List<LogIndex> indexes) {
        return indexes.size() == 1 ? "an index" : indexes.size() + " indexes";
    }

    private void failed(Build present, @Nullable Throwable cause) {
        String why = cause instanceof MongoException e ? MongoFailure.words(e) : String.valueOf(cause);
        refused = cause instanceof MongoException e && MongoFailure.isRefusal(e);
        later();
        warn(
                refused
                        ? "the server refuses to build " + words(present.indexes()) + " that searches need (" + why
                                + "). Entries are stored; searches are slow. Let somebody who may run in mongosh: "
                                + LogIndex.statement(logs.name(), present.indexes())
                        : "building " + words(present.indexes()) + " failed (" + why + "). It is begun again");
    }

    private void later() {
        next = nanos.getAsLong() + pause.toNanos();
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
    }

    private void finish(String after) {
        if (warned || !after.isEmpty()) {
            tell(Level.OK, "has its indexes" + after);
        }
        warned = false;
        refused = false;
        expiry.apply().ifPresent(trouble -> tell(Level.WARNING, trouble));
        done = true;
    }

    private void warn(String text) {
        warned = true;
        tell(Level.WARNING, text);
    }

    private void tell(Level level, String text) {
        listener.accept(new Finding(level, text));
    }
}
