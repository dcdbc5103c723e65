package io.workersupervisor.examples.console;

import io.workersupervisor.DiagnosisRules;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.Explanation;
import io.workersupervisor.LogExcerpt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Tells from a log, and an exit if it is known, why a process stopped. The names of its JSON are those of last words. */
final class DiagnoseCommand {
    private DiagnoseCommand() {}

    static int run(Arguments arguments, Output output) {
        Path log = arguments.file();
        if (!Files.isRegularFile(log)) {
            throw new UsageException("no such file: " + Output.quoted(log.toString()));
        }
        ExitStatus exit = exit(arguments);
        Explanation explained = arguments.has(Option.STOPPED_BY_US)
                ? Explanation.ofOwnStop(exit)
                : Explanation.of(log, exit, rules(arguments, output));
        output.print(text(explained), fields(explained));
        return WorkerConsole.DONE;
    }

    private static ExitStatus exit(Arguments arguments) {
        Optional<Integer> code = arguments.number(Option.EXIT, 0, 255);
        Optional<Integer> signal = arguments.number(Option.SIGNAL, 1, 64);
        if (code.isPresent() && signal.isPresent()) {
            throw new UsageException(Option.EXIT + " and " + Option.SIGNAL + " exclude each other");
        }
        return code.<ExitStatus>map(ExitStatus.Exited::new)
                .or(() -> signal.map(ExitStatus.Signalled::new))
                .orElseGet(() -> new ExitStatus.Unknown("not given"));
    }

    /** Those of the data directory, too, where there is one. */
    private static DiagnosisRules rules(Arguments arguments, Output output) {
        DiagnosisRules.Loaded loaded =
                DiagnosisRules.ofDirectory(arguments.data().resolve("rules.d"));
        loaded.problems().forEach(output::warn);
        return loaded.rules();
    }

    private static Map<String, Object> fields(Explanation explained) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("reason", explained.reason());
        fields.put("confidence", explained.confidence());
        fields.put("retryAfterSeconds", explained.retryAfter().map(Duration::toSeconds));
        fields.put("restartCanHelp", explained.reason().restartCanHelp());
        fields.put("evidence", explained.evidence());
        fields.put(
                "logEvidence",
                explained.logEvidence().stream().map(DiagnoseCommand::fields).toList());
        fields.put("advice", explained.advice());
        return fields;
    }

    private static Map<String, Object> fields(LogExcerpt excerpt) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("file", excerpt.file());
        fields.put("offset", excerpt.offset());
        fields.put("level", excerpt.level());
        fields.put("text", excerpt.text());
        return fields;
    }

    private static String text(Explanation explained) {
        StringBuilder text = new StringBuilder();
        text.append(explained.reason().words())
                .append(" (")
                .append(explained.reason())
                .append(", ")
                .append(explained.confidence().name().toLowerCase(java.util.Locale.ROOT))
                .append(')');
        explained
                .retryAfter()
                .ifPresent(wait ->
                        text.append("\n  wait      ").append(wait.toSeconds()).append(" s"));
        explained.evidence().forEach(item -> text.append("\n  evidence  ").append(item));
        for (LogExcerpt excerpt : explained.logEvidence()) {
            text.append("\n  evidence  ").append(excerpt.describe());
        }
        text.append("\n  restart   ")
                .append(explained.reason().restartCanHelp() ? "can help" : "does not help by itself");
        return text.append("\n  advice    ").append(explained.advice()).toString();
    }
}
