package io.workersupervisor;

import io.workersupervisor.internal.logs.entries.LevelWords;
import io.workersupervisor.internal.text.Require;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The levels of log entries, least first. The names are stored as they stand here. */
public enum LogLevel {
    /** For whoever looks for a fault. */
    DEBUG,
    /** The usual course. */
    INFO,
    /** Something a person may want to look at. */
    WARNING,
    /** Something failed; also every traceback and panic. */
    ERROR,
    /** The worker itself called it critical or fatal. */
    CRITICAL;

    private static final Map<Object, LogLevel> SPELLINGS = new HashMap<>();

    static {
        for (LogLevel level : values()) {
            LevelWords.spellings(level).forEach(spelling -> SPELLINGS.put(spelling, level));
        }
    }

    /**
     * The values by which this level stands in stores into which other programs write, too: texts, and numbers as
     * {@link Long}. INFO is also every value that is none of any level, so that it is not all that reads as INFO.
     */
    public List<Object> spellings() {
        return LevelWords.spellings(this);
    }

    /**
     * Reads a stored level; INFO where it is no {@linkplain #spellings spelling} of any.
     *
     * @param value a text, or a {@link Long}
     */
    public static LogLevel ofStored(Object value) {
        return SPELLINGS.getOrDefault(Require.nonNull("value", value), INFO);
    }
}
