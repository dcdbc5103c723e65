package io.workersupervisor.spi;

import io.workersupervisor.AccountId;
import io.workersupervisor.RegistryException;
import io.workersupervisor.StopReport;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The durable table of accounts and stop reports.
 *
 * <p>Every write is a compare-and-set on (epoch, version) and says whether it won; there is no unconditional one. A write
 * is durable when the method returns. Implementations are thread-safe, may block for as long as their store does but
 * with a bound of their own, and are shared by several processes where the store is. A failing store is a
 * {@link RegistryException}; a host that dies inside a method leaves either all of the write or none of it.
 *
 * <p>An implementation holds statements only. Probing, fencing and the order of writes are the supervisor's.
 */
public interface WorkerRegistry {
    /**
     * The identity of this store, made with it: two stores never share one, and a copy keeps it.
     *
     * @return a short text of {@code [a-z0-9-]}
     * @throws RegistryException if the store fails
     */
    String id();

    /**
     * The row of an account.
     *
     * @param account the account
     * @return empty if it was neither started nor stopped yet
     * @throws CorruptRowException if the row is there and cannot be read
     * @throws RegistryException if the store fails
     */
    Optional<WorkerRow> find(AccountId account);

    /**
     * All rows, or the open ones of a node. A row that cannot be read is named in the listing and hides no other.
     *
     * @param selection which rows
     * @return rows in order of their account
     * @throws RegistryException if the store fails
     */
    RowListing list(RowSelection selection);

    /**
     * Files the report of the worker that ended, if there is one, and then inserts or replaces the row, in one durable
     * write where the store can: the claim of the next worker, or the closing of the row. The report stays filed when the
     * row is lost.
     *
     * @param seen the row that was read, empty for an account without one
     * @param next the row to write
     * @param ended the report of {@code seen}'s worker
     * @return what was won
     * @throws IllegalArgumentException as {@link #update}
     * @throws RegistryException if the store fails
     */
    default Claimed claim(Optional<WorkerRow> seen, WorkerRow next, Optional<StopReport> ended) {
        requireSuccessor(seen, next);
        boolean filed = ended.isPresent() && file(ended.get());
        return new Claimed(update(seen, next), filed);
    }

    /**
     * Writes {@code next} if the stored row still has the epoch, version and worker id of {@code seen}, or if
     * {@code seen} is empty and there is no row.
     *
     * @param seen the row that was read
     * @param next the row to write: the same account, the version after {@code seen}'s, no lower epoch
     * @return whether it was written
     * @throws IllegalArgumentException if {@code next} does not follow {@code seen}
     * @throws RegistryException if the store fails
     */
    boolean update(Optional<WorkerRow> seen, WorkerRow next);

    /**
     * Inserts a report unless there is one for its worker. Of an account this one and the last of the others are kept,
     * {@value StopReport#KEPT} together.
     *
     * @param report the report
     * @return whether it was inserted
     * @throws RegistryException if the store fails
     */
    boolean file(StopReport report);

    /**
     * The reports of an account, newest first.
     *
     * @param account the account
     * @param most how many at most, at least 1
     * @return empty if no worker of the account has ended yet
     * @throws IllegalArgumentException if {@code most} is below 1
     * @throws RegistryException if the store fails
     */
    List<StopReport> reports(AccountId account, int most);

    /**
     * The reports of all accounts whose workers ended at or after an instant, newest first; of each account those that are
     * kept. Reads account by account unless the store can do better.
     *
     * @param since the instant
     * @return empty if none ended
     * @throws RegistryException if the store fails
     */
    default List<StopReport> reportsSince(Instant since) {
        return list(RowSelection.ALL).rows().stream()
                .flatMap(row -> reports(row.account(), StopReport.KEPT).stream())
                .filter(report -> !report.endedAt().isBefore(since))
                .sorted(Comparator.comparing(StopReport::endedAt).reversed())
                .toList();
    }

    /**
     * What a claim won.
     *
     * @param won whether the row was written
     * @param filed whether the report was inserted
     */
    record Claimed(boolean won, boolean filed) {}

    /**
     * Checks what {@link #reports} demands of its argument; implementations call it first.
     *
     * @param most how many reports at most
     * @throws IllegalArgumentException if it is below 1
     */
    static void requireSome(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("most must be at least 1, was " + most);
        }
    }

    /**
     * Checks what {@link #update} demands of its arguments; implementations call it first.
     *
     * @param seen the row that was read
     * @param next the row to write
     * @throws IllegalArgumentException if {@code next} does not follow {@code seen}
     */
    static void requireSuccessor(Optional<WorkerRow> seen, WorkerRow next) {
        boolean follows = seen.map(row -> row.account().equals(next.account())
                        && next.revision() == row.revision() + 1
                        && next.epoch() >= row.epoch())
                .orElse(next.revision() == 1);
        if (!follows) {
            throw new IllegalArgumentException("next must be the same account, the next version and no lower epoch: "
                    + "account " + next.account() + ", version " + next.revision() + ", epoch " + next.epoch()
                    + " does not follow "
                    + seen.map(row -> "account " + row.account() + ", version " + row.revision() + ", epoch "
                                    + row.epoch())
                            .orElse("no row"));
        }
    }
}
