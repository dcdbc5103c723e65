package io.workersupervisor.examples;

import io.workersupervisor.WorkerInspector.Finding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Shows what the library's doctor finds. */
final class DoctorCommand {
    private DoctorCommand() {}

    static int run(Arguments arguments, Output output) {
        try (Inspection inspection = Inspection.open(arguments.data())) {
            List<Finding> findings = inspection.inspector().doctor();
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

    private static Map<String, Object> fields(Finding finding) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("level", finding.level());
        fields.put("text", finding.text());
        return fields;
    }
}
