package io.workersupervisor;

import java.util.regex.Pattern;

/** The kinds of text that runtimes print when a program goes wrong, and how far each goes on. */
enum Crash {
    /** None. */
    NONE,
    /** A Python traceback, alone or in a chain or group: frames are indented, the class stands at the margin. */
    PYTHON,
    /** {@code Exception in thread "main"} of a JVM: frames are indented, causes are named. */
    JVM,
    /** A Rust panic: the message is on the next line. */
    RUST,
    /** The banner of a dying JVM: every line begins with a hash. */
    BANNER,
    /** An uncaught error of Node: goes on to the line with Node's version. */
    NODE,
    /** Whatever comes before the next line of a logging framework: Go, V8, Python's fault handler, C++. */
    ALL;

    private static final Pattern NODE_PLACE =
            Pattern.compile("(?:(?:node:|file://|/|[A-Z]:\\\\)[^ ]{1,300}|\\[eval\\]):\\d+");
    private static final Pattern RUST_PANIC = Pattern.compile("thread '[^']{0,100}' (?:\\(\\d+\\) )?panicked at .*");

    static final String TRACEBACK = "Traceback (most recent call last):";

    /** The kind that begins with a line. */
    static Crash begun(String line) {
        if (line.isEmpty()) {
            return NONE;
        }
        switch (line.charAt(0)) {
            case 'E' -> {
                if (line.startsWith("Exception in thread \"")) {
                    return JVM;
                }
            }
            case 'F' -> {
                if (line.startsWith("FATAL ERROR: ") || line.startsWith("Fatal Python error: ")) {
                    return ALL;
                }
            }
            case '#' -> {
                if (line.strip().equals("#") || line.startsWith("# A fatal error") || line.startsWith("# There is")) {
                    return BANNER;
                }
            }
            case '<' -> {
                if (line.startsWith("<--- Last few GCs --->")) {
                    return ALL;
                }
            }
            case 'f', 'p', 't', 'u' -> {
                if (line.startsWith("fatal error: ")
                        || line.startsWith("panic: ")
                        || line.startsWith("terminate called ")
                        || line.startsWith("unexpected fault address ")) {
                    return ALL;
                } else if (line.startsWith("thread '")
                        && RUST_PANIC.matcher(line).matches()) {
                    return RUST;
                }
            }
            default -> {}
        }
        if (isTraceback(line)) {
            return PYTHON;
        }
        return NODE_PLACE.matcher(line).matches() ? NODE : NONE;
    }

    /** A prompt without a line break may stand before it, but no other words of a log line. */
    private static boolean isTraceback(String line) {
        int at = line.indexOf(TRACEBACK);
        return at >= 0 && at + TRACEBACK.length() == line.stripTrailing().length();
    }
}
