package io.workersupervisor.internal.logs.entries;

/**
 * Says of each line whether it goes on with the entry that is open. Mutable, for one thread; pure but for its own state, which
 * depends on the lines alone.
 *
 * <p>A traceback of Python belongs to the record before it where that is a WARNING or graver, as {@code logger.exception} writes
 * it; behind any other record it is that of an uncaught exception and stands for itself. The message of an exception cannot
 * always be told from other output: lines without time and level count as part of it where the worker otherwise writes such
 * records, up to {@value #MOST_MESSAGE_LINES} of them and not behind a blank line, and one line behind a comma; a page of HTML is one to its end. Indented
 * lines behind a plain line belong to it, up to {@value #MOST_DETAILS}; others are ordinary output.
 */
final class Joining {
    private static final int MOST_MESSAGE_LINES = 64;
    private static final int MOST_DETAILS = 32;
    private static final int MOST_OF_PAGE = 256;

    private enum State {
        PLAIN,
        RECORD,
        /** The second line of a record of java.util.logging is due. */
        JUL,
        /** Within the frames of a Python traceback: the exception is due. */
        FRAMES,
        /** Behind the exception of a Python traceback. */
        MESSAGE,
        /** A further Python traceback is due. */
        CHAINED,
        /** Within a stack trace of another runtime. */
        STACK,
        /** Within a page of HTML that is the message of an exception. */
        PAGE,
        /** The process dies: all that is no record belongs to it. */
        PANIC,
        /** Within traces of goroutines in a process that lives on. */
        GOROUTINE,
        RUST_MESSAGE,
        RUST_NOTES,
        /** The source line at which Node threw is due, then the mark beneath it. */
        NODE_SOURCE,
        NODE_MARK,
        /** Lines that begin with a number sign. */
        HASH
    }

    private State state = State.PLAIN;
    /** Whether the last record was one with time or level: a worker that writes so writes no bare lines of its own. */
    private boolean records;

    private boolean grave;
    /** Whether the open entry is a record without a level, as Go's log writes it. */
    private boolean unlevelled;

    private boolean announced;
    private boolean messageOpen;
    private int messageLines;
    private int details = MOST_DETAILS;
    private boolean indentedBefore;

    /** Whether an entry of several lines is in progress, so that its next line may be near. */
    boolean inProgress() {
        return state != State.PLAIN && state != State.RECORD && state != State.HASH;
    }

    /** The open entry was closed by force: what follows begins an entry, but is still what it would have been. */
    void closed() {
        grave = false;
        state = state == State.RECORD ? State.PLAIN : state;
    }

    /** Takes a line; true if it goes on with the entry before, if one is open. */
    boolean continues(LineForm form, byte[] line, int to) {
        LineKind kind = form.kind();
        int from = form.from();
        boolean wasIndented = indentedBefore;
        indentedBefore = kind == LineKind.INDENTED || (wasIndented && kind == LineKind.BLANK);
        boolean isRecord = kind == LineKind.RECORD || kind == LineKind.STRUCTURED || kind == LineKind.JUL_HEAD;
        if (state == State.PAGE && !isRecord && messageLines++ < MOST_OF_PAGE) {
            boolean isEnd =
                    LineBytes.contains(line, from, to, "</html>") || LineBytes.contains(line, from, to, "</HTML>");
            return goOn(isEnd ? State.MESSAGE : State.PAGE);
        }
        return switch (kind) {
            case BLANK -> blank();
            case RECORD -> record(form.head(), line, from, to);
            case STRUCTURED -> begin(State.RECORD, true);
            case JUL_HEAD -> begin(State.JUL, true);
            case TRACEBACK -> traceback(line, from, to, form.head().isRecord() && !form.isPrefixed());
            case INDENTED -> indented(line, from, to);
            case CLOSING -> wasIndented || inTrace() || begin(State.PLAIN, records);
            case CHAIN -> chain();
            case CAUSE -> cause();
            case EXCEPTION -> exception(line, from, to);
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
        details = 0;
        return false;
    }

    private boolean goOn(State next) {
        state = next;
        return true;
    }

    private boolean inTrace() {
        return state == State.PANIC || state == State.STACK;
    }

    /** Whether any line that is no record is due here; the states that wait for one go on. */
    private boolean due() {
        return state == State.NODE_SOURCE
                ? goOn(State.NODE_MARK)
                : state == State.RUST_MESSAGE && goOn(State.RUST_NOTES);
    }

    private boolean blank() {
        messageOpen = messageOpen && state == State.STACK;
        return true;
    }

    private boolean record(LineHead head, byte[] line, int from, int to) {
        if (state == State.JUL && head.level() != null && head.time() == null) {
            grave = head.isGrave();
            return goOn(State.RECORD);
        }
        begin(State.RECORD, true);
        unlevelled = head.level() == null;
        grave = head.isGrave();
        state = grave && isPage(line, from, to) ? State.PAGE : state;
        return false;
    }

    private boolean traceback(byte[] line, int from, int to, boolean isRecord) {
        boolean own = !LineForm.isSpace(line[from]) || LineBytes.starts(line, from, to, "  + Exception Group");
        if (isRecord && own) {
            return begin(State.FRAMES, true);
        } else if (!own && state == State.FRAMES) {
            return true;
        }
        boolean isDue = state == State.CHAINED || state == State.PANIC || (announced && state == State.STACK);
        if (isDue || (state == State.RECORD && grave)) {
            messageOpen = false;
            return goOn(State.FRAMES);
        }
        return begin(State.FRAMES, records);
    }

    private boolean indented(byte[] line, int from, int to) {
        if (due()) {
            return true;
        } else if (state == State.NODE_MARK) {
            return goOn(TraceLine.isMark(line, from, to, '^') ? State.PANIC : State.PLAIN);
        } else if (state == State.FRAMES && TraceLine.isMark(line, from, to, '-')) {
            messageOpen = false;
            return goOn(State.MESSAGE);
        }
        boolean isFrame = TraceLine.isFrame(line, from, to);
        if (isFrame && (state == State.STACK || state == State.PLAIN || state == State.RECORD)) {
            messageOpen = false;
            state = State.STACK;
        } else if (state == State.JUL || state == State.HASH || state == State.CHAINED) {
            state = State.PLAIN;
        } else if (state == State.PLAIN) {
            return ++details <= MOST_DETAILS;
        }
        return true;
    }

    private boolean chain() {
        boolean isKnown = state == State.MESSAGE || state == State.FRAMES || state == State.PANIC;
        return isKnown ? (state == State.PANIC || goOn(State.CHAINED)) : begin(State.CHAINED, records);
    }

    private boolean cause() {
        if (state == State.PANIC || due()) {
            return true;
        } else if (state == State.STACK || state == State.RECORD || state == State.PLAIN) {
            messageOpen = true;
            messageLines = 0;
            return goOn(State.STACK);
        }
        return begin(State.STACK, records);
    }

    private boolean exception(byte[] line, int from, int to) {
        if (state == State.PANIC || due()) {
            return true;
        } else if (state == State.FRAMES) {
            return exceptionOfTraceback(line, from, to);
        } else if (state == State.RECORD && grave) {
            grave = false;
            messageOpen = true;
            messageLines = 1;
            return goOn(State.STACK);
        }
        if (messageGoesOn()) {
            return true;
        }
        begin(State.STACK, records);
        messageOpen = line[to - 1] == ',' || (to - from > 2 && line[to - 2] == ',');
        messageLines = MOST_MESSAGE_LINES - 1;
        return false;
    }

    private boolean exceptionOfTraceback(byte[] line, int from, int to) {
        messageOpen = records;
        messageLines = 0;
        return goOn(isPage(line, from, to) ? State.PAGE : State.MESSAGE);
    }

    private static boolean isPage(byte[] line, int from, int to) {
        return LineBytes.contains(line, from, to, "<html") || LineBytes.contains(line, from, to, "<!DOCTYPE");
    }

    private boolean announced(byte[] line, int from, int to) {
        begin(State.STACK, records);
        messageOpen = LineBytes.starts(line, from, to, "Exception in thread \"");
        announced = true;
        return false;
    }

    private boolean goroutine() {
        boolean isDue = state == State.GOROUTINE || (state == State.RECORD && (grave || unlevelled));
        return state == State.PANIC || (isDue ? goOn(State.GOROUTINE) : begin(State.GOROUTINE, records));
    }

    private boolean rustNote() {
        boolean isDue = state == State.RUST_MESSAGE || state == State.RUST_NOTES;
        return isDue ? goOn(State.RUST_NOTES) : (state == State.PANIC || begin(State.PLAIN, records));
    }

    private boolean raw(byte[] line, int from, int to) {
        if (state == State.FRAMES) {
            return LineBytes.starts(line, from, to, "> File ") || exceptionOfTraceback(line, from, to);
        } else if (state == State.PANIC) {
            return goOn(LineBytes.starts(line, from, to, "Node.js v") ? State.PLAIN : State.PANIC);
        } else if (due()) {
            return true;
        }
        boolean goesOn = switch (state) {
            case NODE_MARK -> TraceLine.isMark(line, from, to, '^') && goOn(State.PANIC);
            case GOROUTINE -> line[to - 1] == ')' || LineBytes.starts(line, from, to, "created by ");
            case RECORD ->
                isLoggedStack(line, from, to)
                        || (grave
                                && (TraceLine.isAsyncioDetail(line, from, to)
                                        || TraceLine.isFrameAtMargin(line, from, to)));
            case STACK ->
                TraceLine.isFrameAtMargin(line, from, to)
                        || (announced && TraceLine.isAsyncioDetail(line, from, to))
                        || messageGoesOn();
            case MESSAGE -> isLoggedStack(line, from, to) || messageGoesOn();
            case HASH -> LineBytes.starts(line, from, to, "# ");
            default -> false;
        };
        return goesOn || begin(State.PLAIN, records);
    }

    /** The stack that Python's logging adds to a record of any level when it is asked to. */
    private static boolean isLoggedStack(byte[] line, int from, int to) {
        return LineBytes.starts(line, from, to, "Stack (most recent call last):");
    }

    private boolean messageGoesOn() {
        return (state == State.MESSAGE || state == State.STACK) && messageOpen && messageLines++ < MOST_MESSAGE_LINES;
    }
}
