package io.workersupervisor.examples.console;

import io.workersupervisor.WorkerInspector.Finding;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.MongoUri;
import io.workersupervisor.examples.console.frame.Output;
import io.workersupervisor.examples.console.frame.StoreAction;
import io.workersupervisor.examples.console.frame.StoreOptions;
import io.workersupervisor.examples.console.frame.Stores;
import io.workersupervisor.mongo.MongoLogSink;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prepares a collection of log entries in MongoDB, ahead of the first host. */
@Command(
        name = "mongo",
        description = "Build the indexes of log entries in MongoDB ahead of the first host. Needs no data directory.")
final class MongoCommand extends StoreAction {
    @Parameters(paramLabel = "prepare", description = "The one thing that this command does.")
    private String what = "";

    @Option(
            names = "--dry-run",
            description = "Say what is missing, how long it takes, and the same as a statement for mongosh.")
    private boolean dryRun;

    @Override
    public int run(Call call) {
        if (!what.equals("prepare")) {
            throw call.wrong("say mongo prepare; mongo " + Output.quoted(what) + " is not known");
        }
        Stores used = Stores.of(stores, call);
        try (MongoLogSink sink = used.mongo()
                .orElseThrow(() -> call.wrong("which MongoDB? Say " + StoreOptions.MONGO + " URI, or set "
                        + MongoUri.URI + " in the environment"))) {
            AtomicBoolean refused = new AtomicBoolean();
            MongoLogSink.Preparation plan = sink.preparation();
            print(call.output(), plan);
            if (!dryRun && !plan.indexes().isEmpty()) {
                sink.reportTo(finding -> {
                    refused.compareAndSet(false, finding.level() != Finding.Level.OK);
                    call.output().note(finding.text());
                });
                sink.prepare();
            }
            return refused.get() ? ExitCode.FAILURE : ExitCode.DONE;
        }
    }

    private void print(Output output, MongoLogSink.Preparation plan) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("documents", plan.documents());
        fields.put("missing", plan.indexes());
        fields.put(
                "seconds",
                Optional.of(plan.estimate().toSeconds())
                        .filter(known -> !plan.indexes().isEmpty()));
        fields.put("statement", Optional.of(plan.statement()).filter(known -> !known.isEmpty()));
        output.print(
                plan.indexes().isEmpty()
                        ? plan.documents() + " documents, all indexes are there"
                        : plan.documents() + " documents, missing indexes: " + String.join(", ", plan.indexes())
                                + "\nBuilding them takes some " + words(plan.estimate())
                                + "; documents can be written meanwhile. The same in mongosh:\n" + plan.statement(),
                fields);
    }

    private static String words(Duration time) {
        return time.toSeconds() < 120 ? time.toSeconds() + " s" : time.toMinutes() + " min";
    }
}
