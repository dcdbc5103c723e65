package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.LogAnswer;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogFollower;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogQuery;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.Inspection;
import io.workersupervisor.examples.console.frame.Output;
import io.workersupervisor.examples.console.frame.StoreAction;
import io.workersupervisor.examples.console.frame.Termination;
import io.workersupervisor.examples.console.frame.Values;
import io.workersupervisor.examples.console.text.LogWords;
import io.workersupervisor.spi.LogPosition;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Shows the last entries of an account and, if wanted, what comes: from the workers' own files, one worker after the other,
 * whether or not a host runs.
 */
@Command(name = "tail", description = "Show the last 10 entries of an account, and follow it if wanted.")
final class TailCommand extends StoreAction {
    private static final int USUAL = 10;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

    @Parameters(paramLabel = "ACCOUNT", description = "The account.")
    private AccountId account = AccountId.of(0);

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what comes, also of the next workers, until TERM or Ctrl-C.")
    private boolean follow;

    @Option(
            names = "--level",
            paramLabel = "LEVEL",
            completionCandidates = Values.Levels.class,
            description = "Only this level and higher ones: DEBUG, INFO, WARNING (or WARN), ERROR, CRITICAL.")
    private LogLevel level = LogLevel.DEBUG;

    @Option(
            names = "--last",
            paramLabel = "N",
            converter = Values.Entries.class,
            description = "Show so many entries at first.")
    private Optional<Integer> last = Optional.empty();

    @Override
    public int run(Call call) throws InterruptedException {
        if (!follow) {
            try (Inspection inspection = Inspection.withLogs(call, stores)) {
                return show(inspection, call.output());
            }
        }
        Termination termination = Termination.watch();
        try (Inspection inspection = Inspection.withLogs(call, stores)) {
            return follow(inspection, call.output(), termination);
        }
    }

    private int show(Inspection inspection, Output output) {
        LogAnswer answer = print(inspection, output);
        if (!answer.entries().isEmpty()) {
            return ExitCode.DONE;
        }
        if (inspection.isUnknown(account)) {
            return Inspection.failUnknown(output, account);
        }
        inspection.noteNothing(output, output.words().text(query()), answer);
        return ExitCode.DONE;
    }

    private LogAnswer print(Inspection inspection, Output output) {
        inspection.warnIfMoved(output);
        LogAnswer answer = inspection.inspector().logs(query());
        if (!answer.entries().isEmpty()) {
            inspection.noteSource(output, answer);
        }
        output.entries(answer.entries());
        return answer;
    }

    private LogQuery query() {
        return LogQuery.last(last.orElse(USUAL)).account(account).atLeast(level);
    }

    private int follow(Inspection inspection, Output output, Termination termination) throws InterruptedException {
        try (LogFollower follower = inspection.inspector().follow(account)) {
            // Begun before the look back, so that nothing falls between the two.
            List<LogEntry> found = follower.poll();
            Optional<LogEntry> shown = newest(print(inspection, output).entries());
            noteIfNoneRuns(inspection, output);
            do {
                output.entries(found.stream()
                        .filter(entry -> entry.level().compareTo(level) >= 0)
                        .filter(entry -> isNew(entry, shown))
                        .toList());
                if (output.isClosed() || termination.await(BETWEEN_LOOKS)) {
                    return ExitCode.DONE;
                }
                found = follower.poll();
            } while (true);
        }
    }

    private void noteIfNoneRuns(Inspection inspection, Output output) {
        Optional<WorkerStatus> status = inspection.inspector().status(account);
        if (status.isEmpty()) {
            output.note(LogWords.unknown(account) + "; waiting for its first worker");
        } else if (!status.get().isAlive()) {
            output.note("no worker of account " + account + " runs; waiting for the next one");
        }
    }

    private static Optional<LogEntry> newest(List<LogEntry> entries) {
        return entries.stream()
                .filter(entry -> entry.position().isPresent())
                .max((a, b) -> a.requirePosition().compareTo(b.requirePosition()));
    }

    /** The newest entry may have been half a traceback when it was shown. */
    private static boolean isNew(LogEntry entry, Optional<LogEntry> shown) {
        if (shown.isEmpty()) {
            return true;
        }
        LogPosition last = shown.get().requirePosition();
        int later = entry.requirePosition().compareTo(last);
        String half = shown.get().message();
        return later > 0
                || (later == 0
                        && entry.message().length() > half.length()
                        && entry.message().startsWith(half));
    }
}
