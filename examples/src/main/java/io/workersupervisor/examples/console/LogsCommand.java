package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.Liveness;
import io.workersupervisor.LogAnswer;
import io.workersupervisor.LogQuery;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerStatus;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;

/** Shows what workers logged. */
final class LogsCommand {
    private static final int USUAL = 100;

    private final Arguments arguments;
    private final Output output;
    private final LogWords words = new LogWords(ZoneId.systemDefault());

    private LogsCommand(Arguments arguments, Output output) {
        this.arguments = arguments;
        this.output = output;
    }

    static int run(Arguments arguments, Output output) {
        return new LogsCommand(arguments, output).run();
    }

    private int run() {
        LogQuery query = query();
        try (Inspection inspection = Inspection.withLogs(arguments, output)) {
            inspection.warnIfMoved(output);
            if (!arguments.has(Option.BEFORE_END)) {
                return show(inspection, query);
            }
            Optional<String> ended = ended(inspection, query.account().orElseThrow());
            return ended.isEmpty() ? WorkerConsole.FAILURE : show(inspection, query.ofWorker(ended.get()));
        }
    }

    /** A period is wanted whole, else the last entries. */
    private LogQuery query() {
        Instant now = Instant.now();
        int last = arguments.entries(Option.LAST).orElse(arguments.has(Option.SINCE) ? LogQuery.MOST : USUAL);
        LogQuery query = LogQuery.last(last).atLeast(arguments.level());
        Optional<AccountId> account = arguments.account(Option.ACCOUNT);
        query = account.map(query::of).orElse(query);
        query = arguments.worker().map(query::ofWorker).orElse(query);
        query = arguments.moment(Option.SINCE, now).map(query::since).orElse(query);
        query = arguments.moment(Option.UNTIL, now).map(query::until).orElse(query);
        if (query.since().isPresent()
                && query.until().isPresent()
                && query.since().get().isAfter(query.until().get())) {
            throw new UsageException("--since must not be later than --until");
        }
        if (arguments.has(Option.BEFORE_END) && account.isEmpty()) {
            throw new UsageException("--before-end needs --account");
        }
        return query;
    }

    private int show(Inspection inspection, LogQuery query) {
        LogAnswer answer = inspection.inspector().logs(query);
        if (answer.entries().isEmpty()) {
            return nothing(inspection, query, answer);
        }
        inspection.noteSource(output, answer);
        output.entries(answer.entries(), words);
        if (answer.entries().size() == LogQuery.MOST) {
            output.warn("only the last " + LogQuery.MOST + " entries are shown");
        }
        return WorkerConsole.DONE;
    }

    private int nothing(Inspection inspection, LogQuery query, LogAnswer answer) {
        if (query.account().isPresent() && inspection.isUnknown(query.account().get())) {
            return output.failure(LogWords.unknown(query.account().get()));
        }
        inspection.noteNothing(output, words.text(query), answer);
        return WorkerConsole.DONE;
    }

    /** The worker that went last, by its report; a dead one whose end nobody has filed yet went later. */
    private Optional<String> ended(Inspection inspection, AccountId account) {
        if (arguments.worker().isPresent()) {
            return arguments.worker();
        }
        Optional<WorkerStatus> dead = inspection.inspector().status(account).filter(LogsCommand::isDead);
        if (dead.isPresent()) {
            output.note("the end of worker " + dead.get().workerId() + ", which is dead; why is not filed yet");
            return Optional.of(dead.get().workerId());
        }
        Optional<StopReport> report =
                inspection.inspector().why(account).stream().findFirst();
        if (report.isEmpty()) {
            output.failure(
                    inspection.isUnknown(account)
                            ? LogWords.unknown(account)
                            : "no worker of account " + account + " has ended yet: say logs without "
                                    + Option.BEFORE_END);
        }
        report.ifPresent(found -> output.note("the end of worker " + found.workerId() + ", " + found.reason() + " at "
                + words.time(found.endedAt())));
        return report.map(StopReport::workerId);
    }

    private static boolean isDead(WorkerStatus status) {
        return status.liveness()
                .filter(found -> found.verdict() == Liveness.Verdict.DEAD)
                .isPresent();
    }
}
