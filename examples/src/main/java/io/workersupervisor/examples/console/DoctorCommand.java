package io.workersupervisor.examples.console;

import io.workersupervisor.LogSinkException;
import io.workersupervisor.WorkerInspector.Finding;
import io.workersupervisor.examples.console.text.Colours;
import io.workersupervisor.mongo.MongoLogSink;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** Shows what the library's doctor finds. */
@Command(name = "doctor", description = "Show what is wrong with machine, data directory, registry and workers.")
final class DoctorCommand extends StoreAction {
    @Override
    public int run(Call call) {
        Stores used = Stores.of(stores, call);
        Output output = call.output();
        try (Inspection inspection = Inspection.open(call, used)) {
            List<Finding> findings = new ArrayList<>(inspection.inspector().doctor());
            used.mongoToLookAt().ifPresent(sink -> findings.addAll(findings(sink)));
            findings.sort(Comparator.comparing(Finding::level));
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("data", inspection.data().path());
            fields.put("findings", findings.stream().map(DoctorCommand::fields).toList());
            output.print(
                    findings.stream()
                            .map(finding -> level(finding, output.colours()) + "  "
                                    + output.times().local(finding.text()))
                            .collect(Collectors.joining("\n")),
                    fields);
            return findings.stream().anyMatch(finding -> finding.level() == Finding.Level.ERROR)
                    ? WorkerConsole.FAILURE
                    : WorkerConsole.DONE;
        }
    }

    private static String level(Finding finding, Colours colours) {
        String text = "%-7s".formatted(finding.level());
        return switch (finding.level()) {
            case ERROR -> colours.red(text);
            case WARNING -> colours.yellow(text);
            case OK -> colours.green(text);
        };
    }

    /** Findings that the library cannot make: it looks at the data directory and the registry only. */
    private static List<Finding> findings(MongoLogSink opened) {
        try (MongoLogSink sink = opened) {
            List<String> found = sink.findings();
            return found.isEmpty()
                    ? List.of(new Finding(Finding.Level.OK, "log sink " + sink.name() + " answers"))
                    : found.stream()
                            .map(text -> new Finding(Finding.Level.WARNING, text))
                            .toList();
        } catch (LogSinkException down) {
            return List.of(new Finding(Finding.Level.ERROR, String.valueOf(down.getMessage())));
        }
    }

    private static Map<String, Object> fields(Finding finding) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("level", finding.level());
        fields.put("text", finding.text());
        return fields;
    }
}
