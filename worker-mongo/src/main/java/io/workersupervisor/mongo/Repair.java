package io.workersupervisor.mongo;

import io.workersupervisor.spi.WorkerRow;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Statements that an operator types into mongosh: to make a row readable again, whose living worker keeps its lock, or to close one. */
final class Repair {
    private static final String AFTERWARDS = "; if its worker still lives, stop the account then";

    private Repair() {}

    /**
     * The way out of a row that cannot be read.
     *
     * @param collection the collection of the row
     * @param account the key as it is stored
     * @param problem begins with the field that is wrong
     */
    static String advice(String collection, @Nullable Object account, String problem) {
        Optional<String> key = literal(account);
        if (key.isEmpty()) {
            return "Look at it with mongosh and delete it";
        }
        String rows = "db.getCollection(\"" + collection + "\")";
        String row = "{_id: " + key.get() + "}";
        return Stream.of("state", "desired")
                .filter(field -> problem.startsWith(field + " "))
                .findFirst()
                .map(field -> "Correct it: " + rows + ".updateOne(" + row + ", {$set: {" + field
                        + ": \"STOPPED\"}, $inc: {version: NumberLong(1)}})" + AFTERWARDS)
                .orElseGet(() -> "Delete it, which leaves its reports and forgets whether it was stopped: " + rows
                        + ".deleteOne(" + row + ")" + AFTERWARDS);
    }

    /** Closes a row that has not changed meanwhile. */
    static String freeing(String collection, WorkerRow row) {
        return "db.getCollection(\"" + collection + "\").updateOne({_id: "
                + literal(row.account().value()).orElseThrow() + ", epoch: NumberLong(\"" + row.epoch()
                + "\"), version: NumberLong(\"" + row.revision()
                + "\")}, {$set: {state: \"STOPPED\"}, $inc: {version: NumberLong(\"1\")}})";
    }

    private static Optional<String> literal(@Nullable Object account) {
        if (account instanceof Long number) {
            return Optional.of("NumberLong(\"" + number + "\")");
        }
        return account instanceof String text && text.matches("[A-Za-z0-9._@+: -]+")
                ? Optional.of('"' + text + '"')
                : Optional.empty();
    }
}
