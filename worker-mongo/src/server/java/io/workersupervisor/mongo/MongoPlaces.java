package io.workersupervisor.mongo;

import java.nio.file.Path;

/** The replica set of the tests, for tests of other packages. */
public final class MongoPlaces {
    private MongoPlaces() {}

    /** A database of its own in the replica set of the tests. */
    public static MongoPlace fresh() throws Exception {
        return MongoPlace.of(freshUri());
    }

    /** The connection string of such a database, with the password of a user who may do everything. */
    public static String freshUri() throws Exception {
        return TestMongo.set().uri(TestMongo.freshName());
    }

    /** The password in it, which must be told nowhere. */
    public static String password() throws Exception {
        return TestMongo.set().password();
    }

    /** The program itself, for a server of another kind. */
    public static Path program() throws Exception {
        return TestMongo.program();
    }
}
