package io.workersupervisor.internal.logs.entries;

/** Recognises the lines by which runtimes and libraries lay out tracebacks. Pure. */
final class TraceLine {
    private static final String[] ASYNCIO_DETAILS = {
        "future: <",
        "task: <",
        "handle: <",
        "transport: <",
        "protocol: <",
        "source_traceback: ",
        "handle_traceback: ",
        "client_session: <",
        "connector: <",
        "connections: ["
    };

    private static final String[] ANNOUNCEMENTS = {
        "Exception in ",
        "Exception ignored ",
        "Unhandled exception on ",
        "Fatal error handling updates ",
        "Task exception was never retrieved",
        "Future exception was never retrieved"
    };

    private TraceLine() {}

    /** {@code + Exception Group Traceback}, which begins a traceback although it is indented. */
    static boolean isGroupHead(byte[] line, int from, int to) {
        return LineBytes.starts(line, from, to, "  + Exception Group");
    }

    /** Whether a line is indentation and one mark, repeated; the dashes that end an exception group follow a plus. */
    static boolean isMark(byte[] line, int from, int to, char mark) {
        int at = from;
        while (at < to && (line[at] == ' ' || line[at] == '\t')) {
            at++;
        }
        if (mark == '-') {
            if (line[at++] != '+' || to - at < 30) {
                return false;
            }
        }
        int first = at;
        while (at < to && line[at] == mark) {
            at++;
        }
        return at == to && at > first;
    }

    static boolean isFrame(byte[] line, int from, int to) {
        int at = from;
        while (at < to && (line[at] == ' ' || line[at] == '\t')) {
            at++;
        }
        return LineBytes.starts(line, at, to, "at ");
    }

    /** loguru marks the frame that caught the exception. */
    static boolean isFileOfLoguru(byte[] line, int from, int to) {
        return LineBytes.starts(line, from, to, "> File ");
    }

    /** The last line of a process of Node that dies of an error. */
    static boolean isVersionOfNode(byte[] line, int from, int to) {
        return LineBytes.starts(line, from, to, "Node.js v");
    }

    /** What asyncio's handler of exceptions writes between its message and the traceback. */
    static boolean isAsyncioDetail(byte[] line, int from, int to) {
        return startsAny(line, from, to, ASYNCIO_DETAILS);
    }

    /** The stack that Python's logging adds to a record of any level when it is asked to. */
    static boolean isLoggedStack(byte[] line, int from, int to) {
        return LineBytes.starts(line, from, to, "Stack (most recent call last):");
    }

    /** What announces a traceback: the interpreter, asyncio and Telethon where logging is not set up. */
    static boolean isAnnouncement(byte[] line, int from, int to) {
        return startsAny(line, from, to, ANNOUNCEMENTS);
    }

    /** The words of the JVM before the stack trace of an exception that ended a thread. */
    static boolean isJavaThread(byte[] line, int from, int to) {
        return LineBytes.starts(line, from, to, "Exception in thread \"");
    }

    static boolean startsAny(byte[] line, int from, int to, String[] texts) {
        for (String text : texts) {
            if (line[from] == text.charAt(0) && LineBytes.starts(line, from, to, text)) {
                return true;
            }
        }
        return false;
    }
}
