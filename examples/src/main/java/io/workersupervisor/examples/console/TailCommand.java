package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.LogAnswer;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogFollower;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogPosition;
import io.workersupervisor.LogQuery;
import io.workersupervisor.WorkerStatus;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * Shows the last entries of an account and, if wanted, what comes: from the workers' own files, one worker after the other,
 * whether or not a host runs.
 */
final class TailCommand {
    private static final int USUAL = 10;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

    private final AccountId account;
    private final LogLevel least;
    private final Output output;
    private final LogWords words = new LogWords(ZoneId.systemDefault());

    private TailCommand(Arguments arguments, Output output) {
        this.account = arguments.account();
        this.least = arguments.level();
        this.output = output;
    }

    static int run(Arguments arguments, Output output) throws InterruptedException {
        TailCommand tail = new TailCommand(arguments, output);
        int last = arguments.entries(Option.LAST).orElse(USUAL);
        if (!arguments.has(Option.FOLLOW)) {
            try (Inspection inspection = Inspection.withLogs(arguments, output)) {
                return tail.show(inspection, last);
            }
        }
        Termination termination = Termination.watch();
        try (Inspection inspection = Inspection.withLogs(arguments, output)) {
            return tail.follow(inspection, last, termination);
        }
    }

    private int show(Inspection inspection, int last) {
        LogAnswer answer = print(inspection, last);
        if (!answer.entries().isEmpty()) {
            return WorkerConsole.DONE;
        }
        if (inspection.isUnknown(account)) {
            return output.failure(LogWords.unknown(account));
        }
        inspection.noteNothing(output, words.text(query(last)), answer);
        return WorkerConsole.DONE;
    }

    private LogAnswer print(Inspection inspection, int last) {
        inspection.warnIfMoved(output);
        LogAnswer answer = inspection.inspector().logs(query(last));
        if (!answer.entries().isEmpty()) {
            inspection.noteSource(output, answer);
        }
        output.entries(answer.entries(), words);
        return answer;
    }

    private LogQuery query(int last) {
        return LogQuery.last(last).of(account).atLeast(least);
    }

    private int follow(Inspection inspection, int last, Termination termination) throws InterruptedException {
        try (LogFollower follower = inspection.inspector().follow(account)) {
            // Begun before the look back, so that nothing falls between the two.
            List<LogEntry> found = follower.poll();
            Optional<LogEntry> shown = newest(print(inspection, last).entries());
            noteIfNoneRuns(inspection);
            do {
                output.entries(
                        found.stream()
                                .filter(entry -> entry.level().compareTo(least) >= 0)
                                .filter(entry -> isNew(entry, shown))
                                .toList(),
                        words);
                if (output.isClosed() || termination.await(BETWEEN_LOOKS)) {
                    return WorkerConsole.DONE;
                }
                found = follower.poll();
            } while (true);
        }
    }

    private void noteIfNoneRuns(Inspection inspection) {
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
