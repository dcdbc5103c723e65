package io.workersupervisor.mongo;

import com.mongodb.client.model.Sorts;
import com.mongodb.reactivestreams.client.FindPublisher;
import com.mongodb.reactivestreams.client.MongoCollection;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogQuery;
import io.workersupervisor.spi.LogPosition;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bson.Document;
import org.bson.types.MaxKey;
import org.bson.types.MinKey;

/**
 * Finds the last entries on the indexes there are, none of which sorts entries of one time but that of an account.
 *
 * <ol>
 *   <li>Entries of one worker are read by their key, backwards.
 *   <li>All others are read by time, backwards. Where the limit cuts through entries of one time, those of that time are
 *       read again, by their key.
 *   <li>What was found is put in order here. Where some of it is no entry, more is read, up to a bound.
 * </ol>
 */
final class LogSearch {
    private static final Comparator<LogEntry> BY_POSITION = Comparator.comparing(
            entry -> entry.position().orElse(null), Comparator.nullsLast(Comparator.<LogPosition>naturalOrder()));
    private static final Comparator<LogEntry> BY_TIME =
            Comparator.comparing(LogEntry::timestamp).thenComparing(BY_POSITION);

    /** Documents that are read again for a query whose first answer had some that are no entries. */
    private static final int MOST_READ = 20_000;

    private final LogQuery query;
    private final Document filter;

    LogSearch(LogQuery query) {
        this.query = query;
        this.filter = filter(query);
    }

    List<LogEntry> run(Attempt attempt, MongoCollection<Document> collection) throws InterruptedException {
        int most = query.limit();
        while (true) {
            List<Document> found = documents(attempt, attempt.on(collection), most);
            List<LogEntry> entries = ordered(found);
            if (entries.size() >= query.limit() || found.size() < most || most >= MOST_READ) {
                return entries.subList(Math.max(0, entries.size() - query.limit()), entries.size());
            }
            // Documents that are no entries hide entries behind them.
            filter.putIfAbsent("account_id", new Document("$type", List.of("number", "string")));
            filter.putIfAbsent("timestamp", new Document("$type", "date"));
            most = Math.min(MOST_READ, 4 * most);
        }
    }

    private List<Document> documents(Attempt attempt, MongoCollection<Document> entries, int most)
            throws InterruptedException {
        if (query.workerId().isPresent()) {
            return attempt.all(last(entries.find(filter), "_id", most));
        }
        List<Document> found = attempt.all(last(entries.find(filter), "timestamp", most));
        Object cut = found.isEmpty() ? null : found.get(found.size() - 1).get("timestamp");
        if (found.size() == most && cut != null) {
            found.removeIf(document -> cut.equals(document.get("timestamp")));
            Document sameTime = new Document("$and", List.of(filter, new Document("timestamp", cut)));
            found.addAll(attempt.all(last(entries.find(sameTime), "_id", most - found.size())));
        }
        return found;
    }

    private static FindPublisher<Document> last(FindPublisher<Document> found, String field, int limit) {
        return found.sort(Sorts.descending(field)).limit(limit);
    }

    private List<LogEntry> ordered(List<Document> found) {
        boolean ofWorker = query.workerId().isPresent();
        return found.stream()
                .map(EntryMapper::entry)
                .flatMap(Optional::stream)
                .filter(entry -> !ofWorker || entry.position().isPresent())
                .sorted(ofWorker ? BY_POSITION : BY_TIME)
                .toList();
    }

    /** Matches by how programs write levels, so that an index of levels serves it; INFO is also all that is no level. */
    private static Document levels(Set<LogLevel> wanted) {
        boolean open = wanted.contains(LogLevel.INFO);
        List<Object> spellings = Arrays.stream(LogLevel.values())
                .filter(level -> wanted.contains(level) != open)
                .flatMap(level -> level.spellings().stream())
                .toList();
        return new Document(open ? "$nin" : "$in", spellings);
    }

    private static Document filter(LogQuery query) {
        Document filter = new Document();
        query.workerId()
                .ifPresent(worker -> filter.append(
                        "_id",
                        new Document("$gte", EntryMapper.id(worker, new MinKey()))
                                .append(
                                        "$lt",
                                        EntryMapper.id(
                                                worker,
                                                query.before()
                                                        .<Object>map(LogPosition::offset)
                                                        .orElseGet(MaxKey::new)))));
        query.account().ifPresent(account -> filter.append("account_id", account.value()));
        if (query.levels().size() < LogLevel.values().length) {
            filter.append("level", levels(query.levels()));
        }
        Document period = new Document();
        query.since().ifPresent(first -> period.append("$gte", Date.from(first)));
        query.until().ifPresent(last -> period.append("$lte", Date.from(last)));
        return period.isEmpty() ? filter : filter.append("timestamp", period);
    }
}
