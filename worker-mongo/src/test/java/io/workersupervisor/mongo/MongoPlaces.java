package io.workersupervisor.mongo;

/** Places for tests of other packages. */
public final class MongoPlaces {
    private MongoPlaces() {}

    /** A database of its own in the replica set of the tests. */
    public static MongoPlace fresh() throws Exception {
        return MongoPlace.of(TestMongo.set().uri(TestMongo.freshName()));
    }
}
