package io.workersupervisor.internal.logs.entries;

/** What one line of a worker's output is, told from its bytes alone, without newline. */
public enum LineKind {
    /** Nothing but white space. */
    BLANK,
    /** Begins with a time or level. */
    RECORD,
    /** A JSON object, or {@code key=value} with a level: a record that no traceback belongs to. */
    STRUCTURED,
    /** The first of two lines by which java.util.logging writes a record; the level stands in the second. */
    JUL_HEAD,
    /** Ends with the words that open a Python traceback. */
    TRACEBACK,
    /** Begins with white space. */
    INDENTED,
    /** Closing brackets alone, as at the end of a printed object. */
    CLOSING,
    /** Joins two tracebacks of Python. */
    CHAIN,
    /** A further part of a Java stack trace. */
    CAUSE,
    /** Names an exception, or says that one was not caught. */
    EXCEPTION,
    /** Announces an exception: {@code Exception in thread}, {@code Task exception was never retrieved}. */
    ANNOUNCED,
    /** A process of Go, Node or C++, or the Python interpreter, dies of this. */
    PANIC,
    /** The head of a goroutine's trace. */
    GOROUTINE,
    /** A Rust thread panics. */
    RUST_PANIC,
    /** What Rust adds to a panic. */
    RUST_NOTE,
    /** A number sign alone, as the JVM's last words begin. */
    HASH,
    /** The place at which Node threw: {@code /srv/worker.js:27}. */
    NODE_PLACE,
    /** Any other text. */
    RAW;
}
