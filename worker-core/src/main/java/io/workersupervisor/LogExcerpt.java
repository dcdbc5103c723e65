package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import io.workersupervisor.internal.text.Text;

/**
 * A piece of a worker's log that outlives the file. Immutable.
 *
 * @param file the name of the file, without its directory; cut after 128 characters
 * @param offset the byte at which the piece begins in that file, from 0
 * @param level the level of its entry
 * @param text its lines, cut after {@link #LONGEST} characters
 */
public record LogExcerpt(String file, long offset, LogLevel level, String text) {
    /** The most characters of a piece: 1,024. */
    public static final int LONGEST = 1_024;

    public LogExcerpt {
        Require.noneNull("file level text", file, level, text);
        Require.between("offset", offset, 0, Long.MAX_VALUE);
        file = Text.cut(Text.oneLine(file), 128);
        text = Text.cut(text, LONGEST);
    }

    /** The piece and its place on one line. */
    public String describe() {
        return file + " at byte " + offset + ": " + Text.oneLine(text);
    }
}
