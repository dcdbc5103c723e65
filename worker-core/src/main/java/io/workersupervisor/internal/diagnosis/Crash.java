package io.workersupervisor.internal.diagnosis;

import java.util.List;

/** The kinds of text that runtimes print when a program goes wrong; each names the cause in its own place. */
public enum Crash {
    /** None. */
    NONE,
    /** A Python traceback, alone or in a chain or group: frames are indented, the class stands at the margin. */
    PYTHON,
    /** {@code Exception in thread "main"} of a JVM: frames are indented, causes are named. */
    JVM,
    /** A Rust panic: the message is on the next line. */
    RUST,
    /** The banner of a dying JVM: every line begins with a number sign. */
    BANNER,
    /** An uncaught error of Node: goes on to the line with Node's version. */
    NODE,
    /** The last words of Go, V8, Python's fault handler and C++. */
    ALL;

    /** A place, the source line and a mark beneath it. */
    private static final int LEAST_OF_NODE = 3;

    /** The first kind that begins in an entry. */
    static Crash in(List<TailOfLog.Line> lines) {
        for (TailOfLog.Line line : lines) {
            Crash begun = begun(line);
            if (begun == NODE && lines.size() < LEAST_OF_NODE) {
                return NONE;
            } else if (begun != NONE) {
                return begun;
            }
        }
        return NONE;
    }

    private static Crash begun(TailOfLog.Line line) {
        return switch (line.kind()) {
            case TRACEBACK -> PYTHON;
            case ANNOUNCED -> line.text().startsWith("Exception in thread \"") ? JVM : NONE;
            case RUST_PANIC -> RUST;
            case HASH -> BANNER;
            case NODE_PLACE -> NODE;
            case PANIC -> ALL;
            default -> NONE;
        };
    }
}
