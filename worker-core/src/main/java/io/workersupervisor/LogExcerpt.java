package io.workersupervisor;

import io.workersupervisor.internal.text.Text;

/**
 * A piece of a worker's log, kept where the file may be gone. Immutable.
 *
 * @param file the name of the file, without its directory
 * @param offset the byte at which the piece begins in that file, from 0
 * @param level how grave it is
 * @param text its lines, cut where it is long
 */
public record LogExcerpt(String file, long offset, LogLevel level, String text) {
    /** The most characters of a piece: 1,024. */
    public static final int LONGEST = 1_024;

    /** Cuts what is too long. */
    public LogExcerpt {
        if (offset < 0) {
            throw new IllegalArgumentException("offset must not be negative, was " + offset);
        }
        file = Text.cut(Text.oneLine(file), 128);
        text = Text.cut(text, LONGEST);
    }

    /** The piece on one line, with the place where it stands; text without line breaks. */
    public String describe() {
        return file + " at byte " + offset + ": " + Text.oneLine(text);
    }
}
