package io.workersupervisor.examples.console;

import io.workersupervisor.LogSinkException;
import io.workersupervisor.WorkerInspector.Finding;
import io.workersupervisor.mongo.MongoLogSink;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Shows what the library's doctor finds. */
final class DoctorCommand {
    private DoctorCommand() {}

    static int run(Arguments arguments, Output output) {
        Stores stores = Stores.of(arguments, output);
        try (Inspection inspection = Inspection.open(arguments, stores)) {
            List<Finding> findings = new ArrayList<>(inspection.inspector().doctor());
            stores.mongoToLookAt().ifPresent(sink -> findings.addAll(findings(sink)));
            findings.sort(Comparator.comparing(Finding::level));
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("data", inspection.data().path());
            fields.put("findings", findings.stream().map(DoctorCommand::fields).toList());
            output.print(
                    findings.stream()
                            .map(finding -> "%-7s  %s".formatted(finding.level(), finding.text()))
                            .collect(Collectors.joining("\n")),
                    fields);
            return findings.stream().anyMatch(finding -> finding.level() == Finding.Level.ERROR)
                    ? WorkerConsole.FAILURE
                    : WorkerConsole.DONE;
        }
    }

    /** What the doctor of the library does not know: it goes by the data directory and the registry. */
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
