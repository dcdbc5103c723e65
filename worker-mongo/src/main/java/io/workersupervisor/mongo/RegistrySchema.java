package io.workersupervisor.mongo;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.in;

import com.mongodb.MongoWriteException;
import com.mongodb.ReadConcern;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Updates;
import com.mongodb.reactivestreams.client.MongoCollection;
import io.workersupervisor.RegistryException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.bson.Document;

/**
 * The frame of a registry's collections: one document that says which schema they have and whose they are, and
 * the indexes. Made where it is missing, at every opening; what is there is left alone.
 */
final class RegistrySchema {
    /** The schema that this version writes. */
    static final long VERSION = 1;

    /** The least schema that a program must know to read what this version writes. */
    static final long MIN_READER = 1;

    private static final String KEY = "registry";

    private final MongoPlace place;
    private final Connection connection;
    private final RetriedCalls calls;

    RegistrySchema(MongoPlace place, Connection connection, RetriedCalls calls) {
        this.place = place;
        this.connection = connection;
        this.calls = calls;
    }

    /**
     * Looks at all that can be wrong with a server for a registry, and makes what is missing.
     *
     * @return the id of the registry
     * @throws RegistryException if it cannot be used
     */
    String open() {
        calls.read("asking the server what it is", this::requireReplicaSet);
        Document meta = calls.write("reading worker_meta", this::meta);
        requireReadable(meta);
        calls.write("making the indexes", this::makeIndexes);
        calls.write("looking at the user's rights", this::requireRights);
        return id(meta);
    }

    /**
     * The same for one who only looks: nothing is made.
     *
     * @return the id of the registry
     * @throws RegistryException if it cannot be used, or is not there
     */
    String look() {
        calls.read("asking the server what it is", this::requireReplicaSet);
        Document meta = calls.read("reading worker_meta", this::stored)
                .orElseThrow(() -> refusal(
                        "holds no registry: no host has used it yet, or server, database or prefix are" + " others"));
        requireReadable(meta);
        return id(meta);
    }

    private String id(Document meta) {
        if (!(meta.get("registry_id") instanceof String id)) {
            throw refusal("has lost its registry_id in worker_meta: restore it from a backup");
        }
        return id;
    }

    private Document requireReplicaSet(Attempt attempt) throws InterruptedException {
        Document hello = attempt.one(attempt.on(connection.database()).runCommand(new Document("hello", 1)))
                .orElseThrow();
        if (hello.get("setName") == null && !"isdbgrid".equals(hello.get("msg"))) {
            throw refusal(
                    "is not a replica set: a crash of this server can lose or repeat a claim. Start it with"
                            + " --replSet NAME and rs.initiate(), also where it is the only member, or keep the registry in SQLite");
        }
        if (connection.isTiedToOneMemberOf(hello)) {
            throw refusal("is one member of replica set " + hello.get("setName") + ", and another that becomes primary"
                    + " would not be found. Add replicaSet=" + hello.get("setName") + " to the connection string");
        }
        return hello;
    }

    private Document meta(Attempt attempt) throws InterruptedException {
        Optional<Document> present = stored(attempt);
        if (present.isPresent()) {
            return present.get();
        }
        boolean rows = attempt.one(attempt.on(connection.collection(MongoWorkerRegistry.ROWS))
                        .find()
                        .first())
                .isPresent();
        present = stored(attempt);
        if (rows && present.isEmpty()) {
            throw refusal("has rows in worker_registry and nothing in worker_meta: it was lost or only partly restored."
                    + " Restore both from one backup, or use another prefix");
        }
        Document made = new Document("_id", KEY)
                .append("schema", VERSION)
                .append("min_reader", MIN_READER)
                .append("registry_id", "mongo-" + UUID.randomUUID());
        try {
            attempt.one(attempt.on(connection.collection("worker_meta")).insertOne(made));
            return made;
        } catch (MongoWriteException e) {
            if (e.getCode() != MongoFailure.DUPLICATE_KEY) {
                throw e;
            }
            return stored(attempt).orElseThrow(RetriedCalls.StaleAnswer::new); // another host has made it meanwhile
        }
    }

    /** Linearizable, as two ids for one registry would count as two registries. */
    private Optional<Document> stored(Attempt attempt) throws InterruptedException {
        MongoCollection<Document> meta = attempt.on(connection.collection("worker_meta"));
        return attempt.one(meta.withReadConcern(ReadConcern.LINEARIZABLE)
                .find(eq("_id", KEY))
                .first());
    }

    private void requireReadable(Document meta) {
        long least;
        try {
            least = new Fields(meta).number("min_reader");
        } catch (IllegalArgumentException e) {
            throw new RegistryException(place + ": worker_meta: " + e.getMessage() + ". Restore it from a backup", e);
        }
        if (least > VERSION) {
            throw refusal("was written by a newer version of this library: it needs schema " + least
                    + ", this version knows " + VERSION + ". Use that version");
        }
    }

    private boolean makeIndexes(Attempt attempt) throws InterruptedException {
        attempt.all(attempt.on(connection.collection(MongoWorkerRegistry.ROWS)).createIndex(Indexes.ascending("node")));
        attempt.all(attempt.on(connection.collection(MongoWorkerRegistry.ROWS))
                .createIndex(Indexes.ascending("node", "due_at")));
        attempt.all(attempt.on(connection.collection(ReportCollection.NAME))
                .createIndex(Indexes.compoundIndex(Indexes.ascending("account_id"), Indexes.descending("_id"))));
        return true;
    }

    /** Statements that fit nothing: the server looks at the rights first. */
    private boolean requireRights(Attempt attempt) throws InterruptedException {
        attempt.all(attempt.on(connection.collection(MongoWorkerRegistry.ROWS))
                .updateOne(in("_id", List.of()), Updates.set("version", 0L)));
        attempt.all(attempt.on(connection.collection(ReportCollection.NAME)).deleteOne(in("_id", List.of())));
        return true;
    }

    private RegistryException refusal(String what) {
        return new RegistryException(place + " " + what);
    }
}
