package io.workersupervisor.sqlite;

import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The statement that an operator types to make a row readable again. A living worker of it keeps its lock and can be found. */
final class Repair {
    private static final String AFTERWARDS = "; if its worker still lives, stop the account then";

    private Repair() {}

    /**
     * The way out of a row that cannot be read.
     *
     * @param account the key as it is stored
     * @param problem begins with the column that is wrong
     */
    static String advice(Path file, @Nullable Object account, String problem) {
        Optional<String> key = literal(account);
        if (key.isEmpty()) {
            return "Look at it with sqlite3 and delete it";
        }
        String row = " WHERE account_id = " + key.get();
        return Stream.of("state", "desired")
                .filter(column -> problem.startsWith(column + " "))
                .findFirst()
                .map(column -> "Correct it: "
                        + command(
                                file,
                                "UPDATE worker_registry SET " + column + " = 'STOPPED', version = version + 1" + row)
                        + AFTERWARDS)
                .orElseGet(() -> "Delete it, which leaves its reports and forgets whether it was stopped: "
                        + command(file, "DELETE FROM worker_registry" + row) + AFTERWARDS);
    }

    private static Optional<String> literal(@Nullable Object account) {
        if (account instanceof Long number) {
            return Optional.of(number.toString());
        }
        return account instanceof String text && text.matches("[A-Za-z0-9._@+: -]+")
                ? Optional.of("'" + text + "'")
                : Optional.empty();
    }

    private static String command(Path file, String statement) {
        String path = file.toString();
        boolean plain = path.matches("[A-Za-z0-9._/@+:-]+");
        return "sqlite3 " + (plain ? path : "'" + path.replace("'", "'\\''") + "'") + " \"" + statement + '"';
    }
}
