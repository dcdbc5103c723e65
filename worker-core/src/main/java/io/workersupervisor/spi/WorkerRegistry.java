package io.workersupervisor.spi;

import io.workersupervisor.AccountId;
import io.workersupervisor.RegistryException;
import io.workersupervisor.StopReport;
import io.workersupervisor.internal.text.Require;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The durable table of accounts and stop reports.
 *
 * <p>Every write is a compare-and-set on (epoch, revision) and says whether it won; there is no unconditional one. A write
 * is durable when the method returns. Implementations are thread-safe, may block for as long as their store does but
 * with a bound of their own, and are shared by several processes where the store is. A failing store is a
 * {@link RegistryException} of every method; a host that dies inside a method leaves either all of the write or none of it.
 *
 * <p>An implementation holds statements only. Probing, fencing and the order of writes are the supervisor's.
 */
public interface WorkerRegistry {
    /**
     * The identity of this store in characters of {@code [a-z0-9-]}, made with it: two stores never share one, and a copy keeps
     * it.
     */
    String id();

    /**
     * The row of an account; empty if it was neither started nor stopped yet.
     *
     * @throws CorruptRowException if the row is there and cannot be read
     */
    Optional<WorkerRow> find(AccountId account);

    /**
     * All rows, or the open ones of a node, in order of their account. A row that cannot be read is named in the listing and
     * hides no other.
     */
    RowListing list(RowSelection selection);

    /**
     * Files the report of the worker that ended, if there is one, and then inserts or replaces the row, in one durable write
     * where the store can: the claim of the next worker, or the closing of the row. The report stays filed when the row is
     * lost.
     *
     * @param seen the row that was read, empty for an account without one
     * @param next the row to write
     * @param ended the report of {@code seen}'s worker
     * @throws IllegalArgumentException as {@link #update}
     */
    default Claimed claim(Optional<WorkerRow> seen, WorkerRow next, Optional<StopReport> ended) {
        requireSuccessor(seen, next);
        boolean filed = ended.isPresent() && file(ended.get());
        return new Claimed(update(seen, next), filed);
    }

    /**
     * Writes {@code next}, and says so, if the stored row still has the epoch, revision and worker id of {@code seen}, or if
     * {@code seen} is empty and there is no row.
     *
     * @param seen the row that was read
     * @param next the row to write: the same account, the revision after {@code seen}'s, no lower epoch
     * @throws IllegalArgumentException if {@code next} does not follow {@code seen}
     */
    boolean update(Optional<WorkerRow> seen, WorkerRow next);

    /**
     * Inserts a report, and says so, unless there is one for its worker. Of an account this one and the last of the others are
     * kept, {@value StopReport#KEPT} together.
     */
    boolean file(StopReport report);

    /**
     * The reports of an account, newest first; empty if no worker of the account has ended yet.
     *
     * @param most the most reports to return, at least 1
     * @throws IllegalArgumentException if {@code most} is below 1
     */
    List<StopReport> reports(AccountId account, int most);

    /**
     * Removes the reports of an account, those of later workers than this one excepted: a person wants the account forgotten.
     *
     * @param workerId the last worker whose report goes
     */
    void dropReports(AccountId account, String workerId);

    /**
     * The kept reports of all accounts whose workers ended at or after an instant, newest first; empty if none ended. Reads
     * account by account unless the store can do better.
     */
    default List<StopReport> reportsSince(Instant since) {
        return list(RowSelection.ALL).rows().stream()
                .flatMap(row -> reports(row.account(), StopReport.KEPT).stream())
                .filter(report -> !report.endedAt().isBefore(since))
                .sorted(Comparator.comparing(StopReport::endedAt).reversed())
                .toList();
    }

    /**
     * The reports of the workers of these rows, as far as they are filed. Reads account by account unless the store can do
     * better.
     */
    default List<StopReport> reportsOf(List<WorkerRow> rows) {
        return Require.nonNull("rows", rows).stream()
                .flatMap(row -> reports(row.account(), 1).stream()
                        .filter(report -> report.workerId().equals(row.workerId())))
                .toList();
    }

    /**
     * The statement by which a person closes this row, unless it has changed meanwhile, so that any node may start its
     * account: for a machine that is gone for good. Empty where rows are of one machine.
     */
    default Optional<String> freeing(WorkerRow row) {
        Require.nonNull("row", row);
        return Optional.empty();
    }

    /**
     * The outcome of a claim.
     *
     * @param won true if the row was written
     * @param filed true if the report was inserted
     */
    record Claimed(boolean won, boolean filed) {}

    /**
     * Checks the argument of {@link #reports}; implementations call it first.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    static void requireSome(int most) {
        Require.between("most", most, 1, Long.MAX_VALUE);
    }

    /**
     * Checks the arguments of {@link #update}; implementations call it first.
     *
     * @throws IllegalArgumentException if {@code next} does not follow {@code seen}
     */
    static void requireSuccessor(Optional<WorkerRow> seen, WorkerRow next) {
        Require.noneNull("seen next", seen, next);
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
