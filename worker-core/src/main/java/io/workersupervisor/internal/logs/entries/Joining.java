package io.workersupervisor.internal.logs.entries;

import io.workersupervisor.LogLevel;
import org.jspecify.annotations.Nullable;

/**
 * Says of each line whether it goes on with the entry that is open. Mutable, for one thread; pure but for its own state, which
 * depends on the lines alone.
 *
 * <p>A traceback of Python belongs to the record before it where that is a WARNING or graver, as {@code logger.exception} writes
 * it; behind any other record it is that of an uncaught exception and stands for itself. What the message of an exception goes
 * on with cannot always be told from other output: lines without time and level count as part of it where the worker otherwise
 * writes such records, up to {@value #MOST_MESSAGE_LINES} of them and not behind a blank line.
 */
final class Joining {
    private static final int MOST_MESSAGE_LINES = 64;

    private enum State {
        /** No record, nothing in progress. */
        PLAIN,
        /** Within or behind a record; nothing in progress. */
        RECORD,
        /** The second line of a record of java.util.logging is due. */
        JUL,
        /** Within the frames of a Python traceback: the exception is due. */
        FRAMES,
        /** Behind the exception of a Python traceback. */
        MESSAGE,
        /** A further Python traceback is due. */
        CHAINED,
        /** Within a Java or Node stack trace. */
        STACK,
        /** The process dies: all that is no record belongs to it. */
        PANIC,
        /** Within traces of goroutines in a process that lives on. */
        GOROUTINE,
        /** The message of a Rust panic is due. */
        RUST_MESSAGE,
        /** Behind the message of a Rust panic. */
        RUST_NOTES,
        /** The source line at which Node threw is due. */
        NODE_SOURCE,
        /** The mark beneath the source line is due. */
        NODE_MARK,
        /** Lines that begin with a number sign. */
        HASH
    }

    private State state = State.PLAIN;

    /** Whether the last record was one with time or level: a worker that writes so writes no bare lines of its own. */
    private boolean records;

    /** Whether the open entry is a record grave enough to have a traceback. */
    private boolean grave;

    /** Whether the open entry is a record without a level, as Go's log writes it. */
    private boolean unlevelled;

    /** Whether the open entry began by announcing a traceback. */
    private boolean announced;

    /** Whether lines of an exception's message may follow. */
    private boolean messageOpen;

    private int messageLines;
    private boolean indentedBefore;

    /** Whether an entry of several lines is in progress, so that its next line may be near. */
    boolean inProgress() {
        return state != State.PLAIN && state != State.RECORD && state != State.HASH;
    }

    /** The open entry was closed by force: what follows begins an entry, but is still what it would have been. */
    void closed() {
        grave = false;
        if (state == State.RECORD) {
            state = State.PLAIN;
        }
    }

    /**
     * Takes a line.
     *
     * @return whether it goes on with the entry before, if one is open
     */
    boolean continues(LineForm form, byte[] line, int to) {
        LineKind kind = form.kind();
        LineHead head = form.head();
        int from = form.from();
        boolean wasIndented = indentedBefore;
        indentedBefore = kind == LineKind.INDENTED || (wasIndented && kind == LineKind.BLANK);
        return switch (kind) {
            case BLANK -> blank();
            case RECORD -> record(head);
            case STRUCTURED -> begin(State.RECORD, true);
            case JUL_HEAD -> begin(State.JUL, true);
            case TRACEBACK -> traceback(line, from, to, head.isRecord() && !form.isPrefixed());
            case INDENTED -> indented(line, from, to);
            case CLOSING -> wasIndented || state == State.PANIC || begin(State.PLAIN, records);
            case CHAIN -> chain();
            case CAUSE -> cause();
            case EXCEPTION -> exception();
            case ANNOUNCED -> state == State.PANIC || announced(line, from, to);
            case PANIC -> state == State.PANIC || begin(State.PANIC, records);
            case GOROUTINE -> goroutine();
            case RUST_PANIC -> begin(State.RUST_MESSAGE, records);
            case RUST_NOTE -> rustNote();
            case HASH -> state == State.HASH || state == State.PANIC || begin(State.HASH, records);
            case NODE_PLACE -> state == State.PANIC || due() || begin(State.NODE_SOURCE, records);
            case RAW -> raw(line, from, to);
        };
    }

    private boolean begin(State next, boolean afterRecords) {
        state = next;
        records = afterRecords;
        grave = false;
        unlevelled = false;
        announced = false;
        messageOpen = false;
        messageLines = 0;
        return false;
    }

    private boolean goOn(State next) {
        state = next;
        return true;
    }

    /** Whether any line that is no record is due here; the states that wait for one go on. */
    private boolean due() {
        if (state == State.NODE_SOURCE) {
            return goOn(State.NODE_MARK);
        }
        return state == State.RUST_MESSAGE && goOn(State.RUST_NOTES);
    }

    private boolean blank() {
        messageOpen = messageOpen && state == State.STACK;
        return true;
    }

    private boolean record(LineHead head) {
        if (state == State.JUL && head.level() != null && head.time() == null) {
            grave = head.isGrave();
            return goOn(State.RECORD);
        }
        begin(State.RECORD, true);
        unlevelled = head.level() == null;
        grave = head.isGrave();
        return false;
    }

    private boolean traceback(byte[] line, int from, int to, boolean isRecord) {
        boolean own = !LineForm.isSpace(line[from]) || TraceLine.isGroupHead(line, from, to);
        if (isRecord && own) {
            begin(State.FRAMES, true);
            return false;
        }
        if (!own && state == State.FRAMES) {
            return true;
        }
        if (state == State.CHAINED
                || state == State.PANIC
                || (announced && state == State.STACK)
                || (state == State.RECORD && grave)) {
            messageOpen = false;
            return goOn(State.FRAMES);
        }
        return begin(State.FRAMES, records);
    }

    private boolean indented(byte[] line, int from, int to) {
        if (due()) {
            return true;
        }
        if (state == State.NODE_MARK) {
            return goOn(TraceLine.isMark(line, from, to, '^') ? State.PANIC : State.PLAIN);
        }
        if (state == State.FRAMES && TraceLine.isMark(line, from, to, '-')) {
            messageOpen = false;
            return goOn(State.MESSAGE);
        }
        if (state == State.JUL || state == State.HASH || state == State.CHAINED) {
            state = State.PLAIN;
        } else if (state == State.STACK && TraceLine.isFrame(line, from, to)) {
            messageOpen = false;
        } else if ((state == State.PLAIN || state == State.RECORD) && TraceLine.isFrame(line, from, to)) {
            messageOpen = false;
            state = State.STACK;
        }
        return true;
    }

    private boolean chain() {
        boolean known = state == State.MESSAGE || state == State.FRAMES || state == State.PANIC;
        if (known) {
            return state == State.PANIC || goOn(State.CHAINED);
        }
        return begin(State.CHAINED, records);
    }

    private boolean cause() {
        if (state == State.PANIC || due()) {
            return true;
        }
        if (state == State.STACK || state == State.RECORD || state == State.PLAIN) {
            messageOpen = true;
            messageLines = 0;
            return goOn(State.STACK);
        }
        return begin(State.STACK, records);
    }

    private boolean exception() {
        if (state == State.PANIC || due()) {
            return true;
        }
        if (state == State.FRAMES) {
            return exceptionOfTraceback();
        }
        if (state == State.RECORD && grave) {
            grave = false;
            messageOpen = true;
            messageLines = 1;
            return goOn(State.STACK);
        }
        return messageGoesOn() || begin(State.STACK, records);
    }

    private boolean exceptionOfTraceback() {
        messageOpen = records;
        messageLines = 0;
        return goOn(State.MESSAGE);
    }

    private boolean announced(byte[] line, int from, int to) {
        begin(State.STACK, records);
        messageOpen = LineBytes.starts(line, from, to, "Exception in thread \"");
        announced = true;
        return false;
    }

    private boolean goroutine() {
        if (state == State.PANIC || state == State.GOROUTINE) {
            return true;
        }
        if (state == State.RECORD && (grave || unlevelled)) {
            return goOn(State.GOROUTINE);
        }
        return begin(State.GOROUTINE, records);
    }

    private boolean rustNote() {
        if (state == State.RUST_MESSAGE || state == State.RUST_NOTES) {
            return goOn(State.RUST_NOTES);
        }
        return state == State.PANIC || begin(State.PLAIN, records);
    }

    private boolean raw(byte[] line, int from, int to) {
        switch (state) {
            case FRAMES -> {
                return TraceLine.isFileOfLoguru(line, from, to) || exceptionOfTraceback();
            }
            case PANIC -> {
                return TraceLine.isVersionOfNode(line, from, to) ? goOn(State.PLAIN) : true;
            }
            case NODE_SOURCE, RUST_MESSAGE -> {
                return due();
            }
            case NODE_MARK -> {
                boolean marked = TraceLine.isMark(line, from, to, '^');
                return marked ? goOn(State.PANIC) : begin(State.PLAIN, records);
            }
            case GOROUTINE -> {
                return line[to - 1] == ')'
                        || LineBytes.starts(line, from, to, "created by ")
                        || begin(State.PLAIN, records);
            }
            case RECORD -> {
                return (grave && TraceLine.isAsyncioDetail(line, from, to))
                        || TraceLine.isLoggedStack(line, from, to)
                        || begin(State.PLAIN, records);
            }
            case STACK -> {
                return (announced && TraceLine.isAsyncioDetail(line, from, to))
                        || messageGoesOn()
                        || begin(State.PLAIN, records);
            }
            case MESSAGE -> {
                return TraceLine.isLoggedStack(line, from, to) || messageGoesOn() || begin(State.PLAIN, records);
            }
            case HASH -> {
                return LineBytes.starts(line, from, to, "# ") || begin(State.PLAIN, records);
            }
            default -> {
                return begin(State.PLAIN, records);
            }
        }
    }

    private boolean messageGoesOn() {
        return (state == State.MESSAGE || state == State.STACK) && messageOpen && messageLines++ < MOST_MESSAGE_LINES;
    }
}
