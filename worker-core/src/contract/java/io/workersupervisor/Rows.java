package io.workersupervisor;

import io.workersupervisor.spi.RowDetail;
import io.workersupervisor.spi.WorkerRow;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Rows and reports of the size that real ones have. */
public final class Rows {
    private static final Instant NOW = Instant.parse("2026-03-01T10:15:30.007Z");
    private static final RowDetail DETAIL = RowDetail.parse("""
            {"identity":{"pid":4711,"ticks":106418,"millis":0,"boot":"0e2b9a3c-6b0f-4a53-9d0c-3f0c3f7b1c55",\
            "pid_ns":"pid:[4026531836]","time_ns":"time:[4026531834]"},\
            "actor":{"pid":815,"ticks":100000,"millis":0,"boot":"0e2b9a3c-6b0f-4a53-9d0c-3f0c3f7b1c55",\
            "pid_ns":"pid:[4026531836]","time_ns":"time:[4026531834]","host":"host-1"},\
            "holds_lock":true,"born_after":106400,"grace_ms":10000,"log":"worker_4711_w.log"}""");

    private Rows() {}

    /**
     * The next claim of an account, under the next epoch.
     *
     * @param seen the row before it
     * @param account the account
     * @param workerId of the claim
     * @return the row to claim
     */
    public static WorkerRow claim(Optional<WorkerRow> seen, AccountId account, String workerId) {
        return new WorkerRow(
                account,
                seen.map(WorkerRow::epoch).orElse(0L) + 1,
                seen.map(WorkerRow::revision).orElse(0L) + 1,
                workerId,
                "node-1",
                WorkerState.RUNNING,
                Desired.RUNNING,
                NOW,
                Optional.of("user-1"),
                Optional.of("2.0"),
                DETAIL);
    }

    /**
     * The first claim of an account.
     *
     * @param account its number
     * @return the row to claim
     */
    public static WorkerRow first(long account) {
        return claim(Optional.empty(), AccountId.of(account), workerId(account));
    }

    /**
     * How the row's worker ended.
     *
     * @param row its row
     * @return the report
     */
    public static StopReport report(WorkerRow row) {
        return new StopReport(
                row.account(),
                row.workerId(),
                row.epoch(),
                row.node(),
                row.userId(),
                row.version(),
                NOW,
                NOW.plusSeconds(90),
                new ExitStatus.Exited(1),
                Optional.empty(),
                Initiator.WORKER,
                StopReason.UNHANDLED_EXCEPTION,
                Confidence.PROBABLE,
                List.of("exit code 1", "the log ends with a traceback"),
                "Read the log",
                Optional.empty(),
                List.of(),
                List.of());
    }

    /**
     * An id as long as real ones.
     *
     * @param number what makes it another
     * @return the id
     */
    public static String workerId(long number) {
        return String.format(Locale.ROOT, "w%025d", number);
    }
}
