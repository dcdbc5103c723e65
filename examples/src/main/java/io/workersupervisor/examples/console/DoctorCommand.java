package io.workersupervisor.examples.console;

import io.workersupervisor.WorkerInspector.Finding;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.Inspection;
import io.workersupervisor.examples.console.frame.Output;
import io.workersupervisor.examples.console.frame.StoreAction;
import io.workersupervisor.examples.console.text.Colours;
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
        Output output = call.output();
        try (Inspection inspection = Inspection.withLogs(call, stores)) {
            List<Finding> findings = inspection.inspector().doctor();
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
                    ? ExitCode.FAILURE
                    : ExitCode.DONE;
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

    private static Map<String, Object> fields(Finding finding) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("level", finding.level());
        fields.put("text", finding.text());
        return fields;
    }
}
