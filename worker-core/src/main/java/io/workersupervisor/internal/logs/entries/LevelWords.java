package io.workersupervisor.internal.logs.entries;

import io.workersupervisor.LogLevel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The words by which programs name a level, read from bytes in any case and without making a string. Pure. */
public final class LevelWords {
    private static final int LONGEST = 13;
    /** By the name of a level, as levels ask for their words while they are made themselves. */
    private static final Map<String, String> WORDS = Map.of(
            "DEBUG",
            "trace trac trc trce debug debu dbg dbug fine finer finest config verbose vrb silly",
            "INFO",
            "info inf information informational notice log success",
            "WARNING",
            "warn warning wrn",
            "ERROR",
            "err error erro eror severe fail",
            "CRITICAL",
            "fatal fata ftl critical crit panic pani dpanic emerg emergency alert");
    /** Words that are a level before a colon in any case; the others begin other texts, too. */
    private static final Set<String> PLAIN = Set.of(
            "trace trce debug dbug info notice warn warning err error severe fail fatal critical crit".split(" ", -1));

    private static final Set<String> COMMON =
            Set.of("DEBUG TRACE INFO NOTICE WARN WARNING ERROR SEVERE CRITICAL FATAL FATA FTL".split(" ", -1));
    private static final long[] KEYS;
    private static final LogLevel[] LEVELS;

    static {
        SortedMap<Long, LogLevel> known = new TreeMap<>();
        for (LogLevel level : LogLevel.values()) {
            for (String word : words(level)) {
                byte[] bytes = word.getBytes(StandardCharsets.US_ASCII);
                known.put(key(bytes, 0, bytes.length), level);
            }
        }
        KEYS = known.keySet().stream().mapToLong(Long::longValue).toArray();
        LEVELS = known.values().toArray(LogLevel[]::new);
    }

    private LevelWords() {}

    private static String[] words(LogLevel level) {
        return WORDS.getOrDefault(level.name(), "").split(" ", -1);
    }

    /** The length and the first seven letters; words that agree in these are not both in the table. */
    private static long key(byte[] bytes, int from, int to) {
        long key = (long) to - from;
        for (int i = from; i < Math.min(to, from + 7); i++) {
            key = (key << 8) | ((bytes[i] | 0x20) & 0xff);
        }
        return key;
    }

    /** The level that the word in these bytes names; null where it names none. */
    public static @Nullable LogLevel of(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length < 3 || length > LONGEST) {
            return null;
        }
        int at = Arrays.binarySearch(KEYS, key(bytes, from, to));
        return at < 0 ? null : LEVELS[at];
    }

    /** True if the word stands alone at the begin of a line only as a level. */
    static boolean isCommon(byte[] bytes, int from, int to) {
        return COMMON.contains(new String(bytes, from, to - from, StandardCharsets.US_ASCII));
    }

    /**
     * The ways in which other programs store a level: its words in small letters, in capitals and with one capital, its
     * letter, and the numbers of syslog, pino and bunyan, as numbers and as text.
     */
    public static List<Object> spellings(LogLevel level) {
        List<Object> spellings = new ArrayList<>();
        for (String word : words(level)) {
            spellings.add(word);
            spellings.add(word.toUpperCase(Locale.ROOT));
            spellings.add(word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        for (byte letter = 'A'; letter <= 'Z'; letter++) {
            if (ofLetter(letter) == level) {
                spellings.add(String.valueOf((char) letter));
            }
        }
        for (int number = 0; number <= 100; number += number < 10 ? 1 : 5) {
            if (ofNumber(number) == level) {
                spellings.add((long) number);
                spellings.add(Integer.toString(number));
            }
        }
        return spellings;
    }

    /** True if the word, in any case, names a level and little else. */
    static boolean isPlain(byte[] bytes, int from, int to) {
        return PLAIN.contains(new String(bytes, from, to - from, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT));
    }

    /** The level of a word; null where it names none. */
    public static @Nullable LogLevel of(String word) {
        byte[] bytes = word.strip().getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 1) {
            return ofLetter(bytes[0]);
        }
        return of(bytes, 0, bytes.length);
    }

    /** The level of one capital letter, as Android, glog and many short formats write it; null for any other byte. */
    static @Nullable LogLevel ofLetter(byte letter) {
        return switch (letter) {
            case 'V', 'T', 'D' -> LogLevel.DEBUG;
            case 'I', 'N' -> LogLevel.INFO;
            case 'W' -> LogLevel.WARNING;
            case 'E' -> LogLevel.ERROR;
            case 'F', 'C' -> LogLevel.CRITICAL;
            default -> null;
        };
    }

    /** The level of a syslog severity, 0 to 7. */
    static LogLevel ofSyslog(int severity) {
        return switch (severity) {
            case 0, 1, 2 -> LogLevel.CRITICAL;
            case 3 -> LogLevel.ERROR;
            case 4 -> LogLevel.WARNING;
            case 5, 6 -> LogLevel.INFO;
            default -> LogLevel.DEBUG;
        };
    }

    /** The level of a number in a JSON line: pino's and bunyan's 10 to 60, below 8 a syslog severity. */
    static LogLevel ofNumber(double number) {
        if (number >= 0 && number < 8) {
            return ofSyslog((int) number);
        } else if (number < 40) {
            return number < 30 ? LogLevel.DEBUG : LogLevel.INFO;
        } else if (number < 50) {
            return LogLevel.WARNING;
        }
        return number < 60 ? LogLevel.ERROR : LogLevel.CRITICAL;
    }
}
