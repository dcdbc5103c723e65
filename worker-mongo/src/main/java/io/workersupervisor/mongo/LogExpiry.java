package io.workersupervisor.mongo;

import com.mongodb.client.model.CountOptions;
import io.workersupervisor.LogSinkException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bson.Document;

/**
 * The time after which the server deletes log entries. It is set on an index of times, and concerns every document of the
 * collection, whoever wrote it.
 *
 * <ol>
 *   <li>A new index is made with it, unless there are older documents.
 *   <li>An index that has it already stays as it is.
 *   <li>Older documents are never deleted unless that was confirmed: without it nothing changes, and their number is told.
 *   <li>Else the index is given it, where the user may do that.
 * </ol>
 */
final class LogExpiry {
    private static final Document NO_DATE =
            new Document("timestamp", new Document("$type", List.of("string", "number")));
    private static final int MOST_COUNTED = 1_000_000;
    private static final Duration LONGEST_COUNT = Duration.ofSeconds(3);

    private final LogCollection logs;
    private final Optional<Duration> keep;
    private final boolean deletesOlder;
    private final InstantSource clock;

    LogExpiry(LogCollection logs, Optional<Duration> keep, boolean deletesOlder, InstantSource clock) {
        this.logs = logs;
        this.keep = keep;
        this.deletesOlder = deletesOlder;
        this.clock = clock;
    }

    boolean isWanted() {
        return keep.isPresent();
    }

    /** The time for an index of times that is made anew. */
    Optional<Duration> forNewIndex() {
        return keep.filter(time -> deletesOlder || isNone(older(time, 1)));
    }

    /** Sets the time on the index that is there; the reason why that was not done, if it was not. */
    Optional<String> apply() {
        return check(true);
    }

    /** The reason why the time is not set, if it is not. */
    Optional<String> trouble() {
        return check(false);
    }

    private Optional<String> check(boolean sets) {
        return keep.flatMap(time -> {
            String index = "{keyPattern: {timestamp: 1}";
            try {
                Optional<Document> present = index();
                if (present.filter(one -> isSet(one, time)).isPresent()) {
                    return Optional.empty();
                }
                Optional<Long> older = older(time, MOST_COUNTED);
                if (!deletesOlder && !isNone(older)) {
                    return Optional.of(
                            notSet(time) + ": " + number(older) + " documents are older and would be deleted,"
                                    + " whoever wrote them; " + number(count(NO_DATE, MOST_COUNTED))
                                    + " keep their time as text or number and would never be. Confirm it with deletingOlder(), at"
                                    + " the console --delete-older");
                }
                if (!sets) {
                    return Optional.of(notSet(time) + ": no host has set it yet");
                }
                Object name = present.map(one -> one.get("name")).orElse("timestamp_1");
                index = "{name: \"" + name + '"';
                Document change = new Document("name", name).append("expireAfterSeconds", time.toSeconds());
                logs.calls()
                        .write(
                                "changing the retention",
                                attempt -> attempt.all(attempt.on(logs.database())
                                        .runCommand(new Document("collMod", logs.name()).append("index", change))));
                return Optional.empty();
            } catch (LogSinkException e) {
                String refusal = MongoFailure.refusal(e).orElseThrow(() -> e);
                return Optional.of(
                        notSet(time) + ": the server refuses it (" + refusal + "). Let somebody who may run in"
                                + " mongosh: db.runCommand({collMod: \"" + logs.name() + "\", index: " + index
                                + ", expireAfterSeconds: " + time.toSeconds() + "}})");
            }
        });
    }

    private static String notSet(Duration time) {
        return "entries are not deleted after " + time.toSeconds() + " s as asked";
    }

    /** The index of times alone, which can carry the retention. */
    private Optional<Document> index() {
        return logs.calls()
                .read(
                        "looking at the retention",
                        attempt -> attempt.all(attempt.on(logs.entries()).listIndexes()).stream()
                                .filter(index -> List.of("timestamp")
                                        .equals(List.copyOf(
                                                index.get("key", Document.class).keySet())))
                                .findFirst());
    }

    private static boolean isSet(Document index, Duration time) {
        return index.get("expireAfterSeconds") instanceof Number seconds && seconds.longValue() == time.toSeconds();
    }

    private Optional<Long> older(Duration time, int most) {
        Date before = Date.from(clock.instant().minus(time));
        return count(new Document("timestamp", new Document("$lt", before)), most);
    }

    /** Empty where counting takes too long. */
    private Optional<Long> count(Document filter, int most) {
        return logs.calls()
                .read(
                        "counting older log entries",
                        attempt -> attempt.within(
                                LONGEST_COUNT,
                                brief -> brief.on(logs.entries())
                                        .countDocuments(filter, new CountOptions().limit(most))));
    }

    private static boolean isNone(Optional<Long> count) {
        return count.equals(Optional.of(0L));
    }

    private static String number(Optional<Long> count) {
        return count.map(n -> n >= MOST_COUNTED ? "at least " + n : n.toString())
                .orElse("an unknown number of");
    }
}
