package io.workersupervisor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Joins lines that belong together into entries. Linear in the length of the text; one pass. */
final class LogCutter {
    private static final LineHead PLAIN = new LineHead(Optional.empty(), 0);
    private static final Pattern CLASS_LINE =
            Pattern.compile("[A-Za-z_][\\w.]{0,200}(?:: .*|:|\\(.*|)", Pattern.DOTALL);

    static final String DURING = "During handling of the above exception, another exception occurred:";
    static final String DIRECT_CAUSE = "The above exception was the direct cause of the following exception:";

    private final List<TailOfLog.Entry> entries = new ArrayList<>();
    private List<TailOfLog.Line> lines = new ArrayList<>();
    private LineHead head = PLAIN;
    private boolean isStructured;
    private Crash crash = Crash.NONE;
    /** In a Python traceback: whether its class was named. */
    private boolean isNamed;
    /** In the text of a crash that ends with a line of its own: whether that line was seen. */
    private boolean isOver;

    private LogCutter() {}

    static List<TailOfLog.Entry> cut(List<TailOfLog.Line> all) {
        LogCutter cutter = new LogCutter();
        all.forEach(cutter::take);
        cutter.end();
        return cutter.entries;
    }

    private void take(TailOfLog.Line line) {
        String text = line.text();
        Crash begun = Crash.begun(text);
        boolean isOpen = crash == Crash.ALL || (crash == Crash.NODE && !isOver);
        if (begun == Crash.NONE || isOpen) {
            Optional<LineHead> found = begun == Crash.NONE ? LineHead.of(text) : Optional.empty();
            if (found.isPresent() && !(crash == Crash.PYTHON && !isNamed && isClass(text))) {
                begin(found.get(), true, Crash.NONE);
            } else if (lines.isEmpty() || !goesOn(text)) {
                begin(PLAIN, false, Crash.NONE);
            }
        } else if (!joins(begun)) {
            begin(PLAIN, false, begun);
        } else {
            crash = begun;
            isNamed = false;
        }
        lines.add(line);
    }

    /** A class that is named like a level, {@code Error: ...} say, ends a traceback and begins no entry. */
    private static boolean isClass(String text) {
        return CLASS_LINE.matcher(text).matches();
    }

    private void begin(LineHead newHead, boolean structured, Crash newCrash) {
        end();
        lines = new ArrayList<>();
        head = newHead;
        isStructured = structured;
        crash = newCrash;
        isNamed = false;
        isOver = false;
    }

    private void end() {
        if (!lines.isEmpty()) {
            entries.add(new TailOfLog.Entry(head, isStructured, crash, lines));
        }
    }

    /** A traceback belongs to the record that was logged with it, and to the traceback that it is chained to. */
    private boolean joins(Crash begun) {
        if (lines.isEmpty() || (begun != crash && crash != Crash.NONE)) {
            return false;
        } else if (begun == Crash.PYTHON && crash == Crash.PYTHON) {
            return !isNamed || isChained();
        } else if (begun == Crash.BANNER && crash == Crash.BANNER) {
            return true;
        }
        return begun == Crash.PYTHON && crash == Crash.NONE && isGrave();
    }

    private boolean isChained() {
        for (int i = lines.size() - 1; i >= Math.max(0, lines.size() - 4); i--) {
            String text = lines.get(i).text();
            if (text.equals(DURING) || text.equals(DIRECT_CAUSE)) {
                return true;
            }
        }
        return false;
    }

    /** A record of an error, or Python's words before a traceback that ends no process. */
    private boolean isGrave() {
        String first = lines.get(0).text();
        if (!isStructured) {
            return first.startsWith("Exception in thread ")
                    || first.startsWith("Exception ignored in")
                    || first.startsWith("Exception in callback");
        }
        Optional<LogLevel> level =
                head.level().or(() -> LogRecordFields.of(first).flatMap(LogRecordFields::level));
        return level.filter(known -> known.compareTo(LogLevel.WARNING) >= 0).isPresent();
    }

    private boolean goesOn(String text) {
        boolean isIndented = text.isBlank() || Character.isWhitespace(text.charAt(0));
        return switch (crash) {
            case ALL -> true;
            case NODE -> nodeGoesOn(text);
            case BANNER -> text.startsWith("#");
            case RUST ->
                isIndented || lines.size() == 1 || text.startsWith("note: ") || text.startsWith("stack backtrace:");
            case JVM -> isIndented || text.startsWith("Caused by: ");
            case PYTHON -> pythonGoesOn(text, isIndented);
            case NONE -> isIndented || text.startsWith("Caused by: ");
        };
    }

    private boolean nodeGoesOn(String text) {
        if (isOver) {
            return text.isBlank();
        }
        isOver = text.startsWith("Node.js v");
        return true;
    }

    private boolean pythonGoesOn(String text, boolean isIndented) {
        if (isIndented) {
            return true;
        } else if (isNamed) {
            return text.equals(DURING) || text.equals(DIRECT_CAUSE);
        } else if (text.startsWith("> File ")) {
            return true;
        }
        isNamed = isClass(text);
        return isNamed;
    }
}
