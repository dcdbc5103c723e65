package io.workersupervisor.mongo;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoWriteConcernException;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.reactivestreams.client.MongoCollection;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.spi.LogSink.Rejected;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bson.BSONException;
import org.bson.RawBsonDocument;
import org.bson.codecs.DocumentCodec;

/**
 * Appends entries in batches, unordered, each acknowledged by a majority.
 *
 * <p>An entry that is there already is a duplicate of its key, and done. Each entry is encoded by itself before, so that
 * one which cannot be is known; the driver would name none of its batch.
 */
final class EntryWriter {
    /** A larger one is not faster, and holds up the others of the server. */
    static final int MOST = 1_000;

    /** The most bytes that a server takes, less its own additions. */
    static final int LARGEST = 16 * 1024 * 1024 - 16 * 1024;

    /** Codes by which a server refuses a document for what it holds. Any other may be the server's own trouble. */
    private static final Set<Integer> DOCUMENT_REFUSED =
            Set.of(2, 14, 22, 52, 53, 56, 57, 121, 10_334, 17_280, 17_419, 17_420);

    private final MongoPlace place;
    private final RetriedCalls calls;
    private final MongoCollection<RawBsonDocument> collection;

    EntryWriter(MongoPlace place, RetriedCalls calls, MongoCollection<RawBsonDocument> collection) {
        this.place = place;
        this.calls = calls;
        this.collection = collection;
    }

    List<Rejected> append(List<LogEntry> entries) {
        List<Rejected> rejected = new ArrayList<>();
        for (int from = 0; from < entries.size(); from += MOST) {
            append(entries.subList(from, Math.min(entries.size(), from + MOST)), rejected);
        }
        return List.copyOf(rejected);
    }

    private void append(List<LogEntry> batch, List<Rejected> rejected) {
        List<LogEntry> sent = new ArrayList<>();
        List<RawBsonDocument> documents = new ArrayList<>();
        for (LogEntry entry : batch) {
            try {
                RawBsonDocument document = new RawBsonDocument(EntryMapper.document(entry), new DocumentCodec());
                int bytes = document.getByteBuffer().remaining();
                if (bytes > LARGEST) {
                    rejected.add(new Rejected(entry, "it takes " + bytes + " bytes, and " + LARGEST + " is the most"));
                } else {
                    documents.add(document);
                    sent.add(entry);
                }
            } catch (BSONException e) {
                rejected.add(new Rejected(
                        entry, "it cannot be encoded: " + e.getClass().getSimpleName()));
            }
        }
        if (!sent.isEmpty()) {
            rejected.addAll(calls.write("appending log entries", attempt -> insert(attempt, sent, documents)));
        }
    }

    private List<Rejected> insert(Attempt attempt, List<LogEntry> sent, List<RawBsonDocument> documents)
            throws InterruptedException {
        try {
            attempt.one(attempt.on(collection).insertMany(documents, new InsertManyOptions().ordered(false)));
            return List.of();
        } catch (MongoBulkWriteException e) {
            List<Rejected> rejected = new ArrayList<>();
            for (BulkWriteError error : e.getWriteErrors()) {
                refusal(error).ifPresent(why -> rejected.add(new Rejected(sent.get(error.getIndex()), why)));
            }
            if (e.getWriteConcernError() != null) {
                throw new MongoWriteConcernException(e.getWriteConcernError(), null, e.getServerAddress(), Set.of());
            }
            return rejected;
        }
    }

    /** Why an entry is refused; empty if it is there. */
    private Optional<String> refusal(BulkWriteError error) {
        int code = error.getCode();
        if (code == MongoFailure.DUPLICATE_KEY) {
            return error.getMessage().contains("index: _id_ ")
                    ? Optional.empty()
                    : Optional.of("a unique index that is not of this library refuses it");
        }
        if (DOCUMENT_REFUSED.contains(code)) {
            return Optional.of("the server refuses the document (code " + code + ")");
        }
        throw new LogSinkException(
                place + ": appending log entries failed: " + error.getMessage() + " (code " + code + ")");
    }
}
