package io.workersupervisor.examples.console.frame;

import com.google.gson.stream.JsonWriter;
import io.workersupervisor.AccountId;
import io.workersupervisor.LogEntry;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.examples.console.text.Colours;
import io.workersupervisor.examples.console.text.LogWords;
import io.workersupervisor.examples.console.text.Times;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The output of a command: text for people or JSON for programs. */
public final class Output {
    private static final int PAGE = 1 << 16;

    private final PrintStream out;
    private final PrintStream err;
    private final boolean json;
    private final Colours colours;
    private final Colours errorColours;
    private final Times times = Times.ofThisProcess();
    private String result = "";

    public Output(PrintStream out, PrintStream err, boolean json, Colours colours, Colours errorColours) {
        this.out = out;
        this.err = err;
        this.json = json;
        this.colours = colours;
        this.errorColours = errorColours;
    }

    /** The form of log entries for people. */
    public LogWords words() {
        return new LogWords(times, colours);
    }

    /** Output for programs, on the same streams. */
    public Output json() {
        return new Output(out, err, true, Colours.NONE, errorColours);
    }

    /** The colours of standard output. */
    public Colours colours() {
        return colours;
    }

    /** The form of times for people. */
    public Times times() {
        return times;
    }

    /** Prints what a command found or did. */
    public void print(String text, Map<String, ?> fields) {
        out.println(json ? toJson(fields) : text);
    }

    /** Begins a screen anew where a person watches it; programs get one after the other. */
    public void begin(String clear) {
        if (!json && colours.on()) {
            out.print(clear);
        }
    }

    /** Prints what came of a command: text of what was not done goes to the error stream. */
    public int result(int exitCode, String text, Map<String, ?> fields) {
        result = result.isEmpty() ? text : result + "; " + text;
        if (json || exitCode == ExitCode.DONE) {
            print(times.local(text), fields);
        } else {
            note(text);
        }
        return exitCode;
    }

    /**
     * The exit code, when all is printed: output that was lost is a failure, unless the reader of a pipe has seen enough.
     * Completed changes stay.
     */
    public int finish(int exitCode) {
        if (!out.checkError() || isPipe()) {
            return exitCode;
        }
        note("standard output cannot be written: it is closed, or its disk is full"
                + (result.isEmpty() ? "" : "; nevertheless " + result));
        return exitCode == ExitCode.DONE ? ExitCode.FAILURE : exitCode;
    }

    private static boolean isPipe() {
        try {
            String kind = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
            return kind.startsWith("pipe:") || kind.startsWith("socket:");
        } catch (IOException closed) {
            return false;
        }
    }

    /** Prints log entries, each a text or a JSON object. */
    public void entries(List<LogEntry> entries) {
        LogWords words = words();
        StringBuilder lines = new StringBuilder();
        for (LogEntry entry : entries) {
            lines.append(json ? entry.toJson() : words.text(entry)).append(System.lineSeparator());
            if (lines.length() > PAGE) {
                out.print(lines);
                lines.setLength(0);
            }
        }
        out.print(lines);
        out.flush();
    }

    /** Tells whether nobody can read the output. */
    public boolean isClosed() {
        return out.checkError();
    }

    /** Says beside the result where it is from, or why there is none. */
    public void note(String text) {
        error(times.local(text));
    }

    /** Says what is wrong, where there is no result. */
    public int failure(String text) {
        note(text);
        return ExitCode.FAILURE;
    }

    /** Prints something that the result does not show. */
    public void warn(String text) {
        error(errorColours.yellow("warning:") + " ", times.local(text));
    }

    /** Prints the trouble that no result of a command shows: trouble with the whole data directory. */
    public void trouble(WorkerEvent event) {
        if (event.isWarning() && event.account().isEmpty()) {
            warn(event.describe());
        }
    }

    /** Prints a line on the error stream, with the words as they are. */
    public void error(String text) {
        error("", text);
    }

    private void error(String mark, String text) {
        err.println(errorColours.bold("worker-console:") + " " + mark + MongoUri.masked(oneLine(text)));
    }

    public static String quoted(String value) {
        return '"' + withoutControls(value) + '"';
    }

    private static String oneLine(String text) {
        return withoutControls(text).strip();
    }

    private static String withoutControls(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ");
    }

    /** Fields as one JSON object on one line; those without a value are left out. */
    public static String toJson(Map<String, ?> fields) {
        StringWriter text = new StringWriter();
        try (JsonWriter writer = new JsonWriter(text)) {
            write(writer, fields);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(JsonWriter writer, Object value) throws IOException {
        if (value instanceof Map<?, ?> fields) {
            writer.beginObject();
            for (Map.Entry<?, ?> field : fields.entrySet()) {
                if (!isAbsent(field.getValue())) {
                    writer.name(String.valueOf(field.getKey()));
                    write(writer, field.getValue());
                }
            }
            writer.endObject();
        } else if (value instanceof List<?> items) {
            writer.beginArray();
            for (Object item : items) {
                write(writer, item);
            }
            writer.endArray();
        } else if (value instanceof Optional<?> present) {
            write(writer, present.orElseThrow());
        } else if (value instanceof OptionalLong present) {
            writer.value(present.getAsLong());
        } else if (value instanceof StopReport report) {
            writer.jsonValue(report.toJson());
        } else if (value instanceof AccountId account) {
            write(writer, account.value());
        } else if (value instanceof Number number) {
            writer.value(number);
        } else if (value instanceof Boolean truth) {
            writer.value(truth);
        } else {
            writer.value(value.toString());
        }
    }

    private static boolean isAbsent(Object value) {
        return value.equals("") || value.equals(Optional.empty()) || value.equals(OptionalLong.empty());
    }
}
