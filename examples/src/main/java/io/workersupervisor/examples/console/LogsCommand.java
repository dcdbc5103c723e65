package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.Liveness;
import io.workersupervisor.LogAnswer;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogQuery;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.Inspection;
import io.workersupervisor.examples.console.frame.Moment;
import io.workersupervisor.examples.console.frame.Output;
import io.workersupervisor.examples.console.frame.StoreAction;
import io.workersupervisor.examples.console.frame.Stores;
import io.workersupervisor.examples.console.frame.Values;
import io.workersupervisor.examples.console.text.LogWords;
import io.workersupervisor.mongo.MongoLogSink;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what workers logged. */
@Command(
        name = "logs",
        description = "Show what workers logged, the last 100 entries.",
        footer = {
            "",
            "WHEN is how long ago (90s, 30m, 24h, 7d), or a time: 2026-11-24T10:15:00Z, 2026-11-24 10:15, 2026-11-24.",
            "",
            "A ~ behind a time: the line gives none, and it is the time of the entry before. Without a host, entries are"
                    + " read from the ends of the workers' files."
        })
final class LogsCommand extends StoreAction {
    private static final int USUAL = 100;

    @Parameters(arity = "0..1", paramLabel = "ACCOUNT", description = "Only this account. Default: all.")
    private Optional<AccountId> account = Optional.empty();

    @Option(
            names = "--level",
            paramLabel = "LEVEL",
            completionCandidates = Values.Levels.class,
            description = "Only this level and higher ones: DEBUG, INFO, WARNING (or WARN), ERROR, CRITICAL.")
    private LogLevel level = LogLevel.DEBUG;

    @Option(
            names = "--since",
            paramLabel = "WHEN",
            description = "Not before then: all of the period, 100000 entries at most.")
    private Optional<Moment> since = Optional.empty();

    @Option(names = "--until", paramLabel = "WHEN", description = "Not after then.")
    private Optional<Moment> until = Optional.empty();

    @Option(
            names = "--last",
            paramLabel = "N",
            converter = Values.Entries.class,
            description = "Only the last N entries.")
    private Optional<Integer> last = Optional.empty();

    @Option(
            names = "--worker",
            paramLabel = "ID",
            converter = Values.WorkerId.class,
            description = "Only this worker, in the order in which it wrote.")
    private Optional<String> worker = Optional.empty();

    @Option(names = "--before-end", description = "The last entries of the account's last worker that has ended.")
    private boolean beforeEnd;

    @Override
    public int run(Call call) {
        LogQuery query = query(call);
        Optional<MongoLogSink> shared = call.hasDataDirectory() || beforeEnd
                ? Optional.empty()
                : Stores.of(stores, call).mongoToLookAt();
        if (shared.isPresent()) {
            return show(shared.get(), call.output(), query);
        }
        try (Inspection inspection = Inspection.withLogs(call, stores)) {
            inspection.warnIfMoved(call.output());
            if (!beforeEnd) {
                return show(inspection, call.output(), query);
            }
            Optional<String> ended =
                    ended(inspection, call.output(), query.account().orElseThrow());
            return ended.isEmpty() ? ExitCode.FAILURE : show(inspection, call.output(), query.worker(ended.get()));
        }
    }

    /** A period is wanted whole, else the last entries. */
    private LogQuery query(Call call) {
        Instant now = Instant.now();
        LogQuery query = LogQuery.last(last.orElse(since.isPresent() ? LogQuery.MOST : USUAL))
                .atLeast(level);
        query = account.map(query::account).orElse(query);
        query = worker.map(query::worker).orElse(query);
        query = since.map(moment -> moment.at(now)).map(query::since).orElse(query);
        query = until.map(moment -> moment.at(now)).map(query::until).orElse(query);
        if (query.since().isPresent()
                && query.until().isPresent()
                && query.since().get().isAfter(query.until().get())) {
            throw call.wrong("--since must not be later than --until");
        }
        if (beforeEnd && account.isEmpty()) {
            throw call.wrong("--before-end needs an account");
        }
        return query;
    }

    /** From a machine that runs no host. */
    private static int show(MongoLogSink shared, Output output, LogQuery query) {
        try (shared) {
            shared.find(query, entries -> {
                if (entries.isEmpty()) {
                    output.note(
                            "nothing found (" + output.words().text(query) + "); looked in log sink " + shared.name());
                }
                output.entries(entries);
            });
            return ExitCode.DONE;
        }
    }

    private static int show(Inspection inspection, Output output, LogQuery query) {
        AtomicInteger exit = new AtomicInteger(ExitCode.DONE);
        AtomicInteger shown = new AtomicInteger();
        AtomicReference<Optional<String>> trouble = new AtomicReference<>(Optional.empty());
        inspection.inspector().logs(query, part -> {
            if (!part.entries().isEmpty()) {
                if (!trouble.getAndSet(part.trouble()).equals(part.trouble())) {
                    inspection.noteSource(output, part);
                }
                output.entries(part.entries());
            } else if (shown.get() == 0) {
                exit.set(nothing(inspection, output, query, part));
            }
            shown.addAndGet(part.entries().size());
        });
        if (shown.get() == LogQuery.MOST) {
            output.warn("only the last " + LogQuery.MOST + " entries are shown");
        }
        return exit.get();
    }

    private static int nothing(Inspection inspection, Output output, LogQuery query, LogAnswer answer) {
        if (query.account().isPresent() && inspection.isUnknown(query.account().get())) {
            return Inspection.failUnknown(output, query.account().get());
        }
        inspection.noteNothing(output, output.words().text(query), answer);
        return ExitCode.DONE;
    }

    /** The worker that went last, by its report; a dead one whose end nobody has filed yet went later. */
    private Optional<String> ended(Inspection inspection, Output output, AccountId account) {
        if (worker.isPresent()) {
            return worker;
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
                            : "no worker of account " + account + " has ended yet: say logs without --before-end");
        }
        report.ifPresent(found -> output.note("the end of worker " + found.workerId() + ", " + found.reason() + " at "
                + output.times().text(found.endedAt())));
        return report.map(StopReport::workerId);
    }

    private static boolean isDead(WorkerStatus status) {
        return status.liveness()
                .filter(found -> found.verdict() == Liveness.Verdict.DEAD)
                .isPresent();
    }
}
