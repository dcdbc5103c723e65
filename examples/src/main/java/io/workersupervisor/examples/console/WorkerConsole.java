package io.workersupervisor.examples.console;

import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.MovedDirectoryException;
import io.workersupervisor.WorkerSupervisorException;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

/**
 * Works on a data directory from a terminal or a script, whether or not a host is running: {@code start}, {@code stop},
 * {@code ps}, {@code why}, {@code diagnose}, {@code logs}, {@code tail}, {@code doctor}, and {@code host}, which is a
 * host. {@code --help} explains all of it.
 *
 * <p>With {@code --json} each command prints one JSON object on one line ({@code host}: one for each event, {@code logs} and
 * {@code tail}: one for each entry). Names are
 * in snake_case and stay; fields without a value are left out; instants are ISO 8601 in UTC; an account is a number or a
 * string, as it is stored.
 *
 * <pre>
 * start, stop  data, account, result, text, and what the result has:
 *              STARTED          worker_id, pid, epoch, since
 *              ALREADY_RUNNING  worker_id, pid, since, evidence
 *              STOPPED          worker_id, rungs, report
 *              ALREADY_STOPPED  known
 *              REFUSED          reason, evidence, advice
 *              FAILED           step, error, report
 * ps           data, accounts: account, state (of the row, or UNREGISTERED), desired, reason (of the last stop, where no
 *              worker runs), liveness (ALIVE, DEAD, UNKNOWN), evidence, registered, worker_id, epoch, pid, started_at,
 *              node, user_id, spec_version, log; unreadable
 * why          data, account, state, liveness, evidence, reports, timeline: at, kind (STARTED, STOPPED, REFUSED), worker_id,
 *              text
 * why --all    data, since, total, reasons (a number each), versions (with --by version: reasons of each)
 * report       account, worker_id, epoch, node, user_id, spec_version, started_at, ended_at, exit, initiator, reason,
 *              confidence, evidence, advice, retry_after_s, log_evidence and last_entries (file, offset, level, text)
 * diagnose     reason, confidence, retryAfterSeconds, restartCanHelp, evidence, logEvidence (file, offset, level, text), advice
 * logs, tail   timestamp, level, account_id, user_id, logger, message, worker_id, byte_offset, inferred (if it is)
 * doctor       data, findings: level (ERROR, WARNING, OK), text
 * host         at, event (READY, STARTED, NOT_STARTED, ADOPTED, STOPPED, NOT_STOPPED, TROUBLE, CLOSED, later more),
 *              account, warning, text
 * </pre>
 *
 * <p>What is not done is said in one line on the error stream; with {@code --json} only where there is no result, and
 * then standard output stays empty. Warnings are lines there, too.
 */
public final class WorkerConsole {
    static final int DONE = 0;
    static final int FAILURE = 1;
    static final int USAGE = 2;
    static final int ALREADY_RUNNING = 3;
    static final int REFUSED = 4;

    private WorkerConsole() {}

    /**
     * Runs one command and ends the JVM with its exit code.
     *
     * @param words the command and its options
     */
    public static void main(String[] words) {
        System.exit(run(List.of(words), System.out, System.err));
    }

    private static int run(List<String> words, PrintStream out, PrintStream err) {
        try {
            Optional<String> information = Help.wanted(words);
            if (information.isPresent()) {
                out.println(information.get());
                return new Output(out, err, false).finish(DONE);
            }
            Arguments arguments = Arguments.parse(words);
            Output output = new Output(out, err, arguments.has(Option.JSON));
            return output.finish(run(arguments, output));
        } catch (UsageException wrong) {
            err.println(Output.error(wrong.getMessage() + " (see --help)"));
            return USAGE;
        } catch (Throwable failed) {
            err.println(Output.error(describe(failed)));
            return FAILURE;
        }
    }

    private static int run(Arguments arguments, Output output) throws InterruptedException {
        try {
            return arguments.command().run(arguments, output);
        } catch (MovedDirectoryException moved) {
            throw new DataDirectoryException(
                    "data directory " + arguments.data() + " was copied, restored or moved since a host used it."
                            + " Workers of the original may live on: end them and the hosts that use it, then say "
                            + Option.ACCEPT_MOVED_DIRECTORY + " once",
                    moved);
        }
    }

    /** Messages of the library say it all; those of others often are only the object, so their class is named. */
    private static String describe(Throwable failed) {
        return failed instanceof WorkerSupervisorException
                ? String.valueOf(failed.getMessage())
                : failed.getClass().getSimpleName() + ": " + failed.getMessage();
    }
}
