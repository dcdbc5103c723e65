package io.workersupervisor.examples.console;

import io.workersupervisor.ExitStatus;
import io.workersupervisor.Explanation;
import io.workersupervisor.LogExcerpt;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.examples.console.frame.DataAction;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.Output;
import io.workersupervisor.examples.console.frame.Values;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Explains from a log, and an exit if it is known, why a process stopped. The names of its JSON are those of last words. */
@Command(
        name = "diagnose",
        description = "Explain from a log why its worker stopped. Needs no data directory; rules of one are used, too.")
final class DiagnoseCommand extends DataAction {
    @Parameters(paramLabel = "LOGFILE", description = "The log.")
    private String file = "";

    @Option(
            names = "--exit",
            paramLabel = "N",
            converter = Values.ExitCode.class,
            description = "The worker's exit code.")
    private Optional<Integer> code = Optional.empty();

    @Option(
            names = "--signal",
            paramLabel = "N",
            converter = Values.Signal.class,
            description = "The signal that ended the worker.")
    private Optional<Integer> signal = Optional.empty();

    @Option(names = "--stopped-by-us", description = "The worker was asked to stop.")
    private boolean stoppedByUs;

    @Override
    public int run(Call call) {
        Path log = log(call);
        ExitStatus exit = exit(call);
        Explanation explained = stoppedByUs
                ? Explanation.ofOwnStop(exit)
                : Explanation.of(log, exit, call.data().resolve("rules.d"));
        explained.problems().forEach(call.output()::warn);
        call.output().print(text(explained, call.output()), fields(explained));
        return ExitCode.DONE;
    }

    /** As it is given, so that evidence names it so. */
    private Path log(Call call) {
        try {
            Path log = Path.of(file);
            if (Files.isRegularFile(log)) {
                return log;
            }
        } catch (InvalidPathException impossible) {
            throw call.wrong("must be a path, was " + Output.quoted(file));
        }
        throw call.wrong("no such file: " + Output.quoted(file));
    }

    private ExitStatus exit(Call call) {
        if (code.isPresent() && signal.isPresent()) {
            throw call.wrong("--exit and --signal exclude each other");
        }
        return code.<ExitStatus>map(ExitStatus.Exited::new)
                .or(() -> signal.map(ExitStatus.Signalled::new))
                .orElseGet(() -> new ExitStatus.Unknown("not given"));
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

    private static String text(Explanation explained, Output output) {
        StringBuilder text = new StringBuilder();
        text.append(output.colours()
                .bold("%s (%s, %s)"
                        .formatted(
                                explained.reason().words(),
                                explained.reason(),
                                explained.confidence().name().toLowerCase(Locale.ROOT))));
        explained
                .retryAfter()
                .ifPresent(wait ->
                        text.append("\n  wait      ").append(wait.toSeconds()).append(" s"));
        explained
                .evidence()
                .forEach(item ->
                        text.append("\n  evidence  ").append(output.times().local(item)));
        for (LogExcerpt excerpt : explained.logEvidence()) {
            text.append("\n  evidence  ").append(excerpt.describe());
        }
        text.append("\n  restart   ")
                .append(explained.reason().restartCanHelp() ? "can help" : "does not help by itself");
        return text.append("\n  advice    ").append(explained.advice()).toString();
    }
}
