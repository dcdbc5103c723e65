package io.workersupervisor.internal.text;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** The wording of values in messages. */
public final class Text {
    private static final int LONGEST_QUOTE = 80;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private Text() {}

    /** A value from outside in quotes, on one line, cut where it is long. */
    public static String quoted(String value) {
        String cut = value.length() <= LONGEST_QUOTE ? value : value.substring(0, LONGEST_QUOTE) + "...";
        return '"' + withoutControls(cut) + '"';
    }

    /** The text with every control character replaced, so that it stays on its line. */
    public static String oneLine(String value) {
        return withoutControls(value).strip();
    }

    /** The text, cut with dots where it has more characters than that. */
    public static String cut(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(most - 4)) ? most - 4 : most - 3;
        return text.substring(0, end) + "...";
    }

    private static String withoutControls(String value) {
        StringBuilder line = new StringBuilder(value.length());
        value.codePoints().forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
        return line.toString();
    }

    /** A duration as people write it: {@code 250 ms}, {@code 12.5 s}, {@code 3 min 20 s}, {@code 2 d 4 h}. */
    public static String words(Duration duration) {
        if (duration.compareTo(MINUTE) < 0 && duration.compareTo(MINUTE.negated()) > 0) {
            long millis = duration.toMillis();
            if (Math.abs(millis) < 1_000) {
                return millis + " ms";
            }
            return millis % 1_000 == 0 ? millis / 1_000 + " s" : tenths(millis) + " s";
        }
        if (duration.toHours() < 1) {
            return duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
        }
        return duration.toDays() < 1
                ? duration.toHours() + " h " + duration.toMinutesPart() + " min"
                : duration.toDays() + " d " + duration.toHoursPart() + " h";
    }

    /** Seconds with one decimal; each event shows a time, and a formatter would take longer than all the rest of it. */
    private static String tenths(long millis) {
        long rounded = (Math.abs(millis) + 50) / 100;
        return (millis < 0 ? "-" : "") + rounded / 10 + "." + rounded % 10;
    }

    /** A number of bytes as people write it: {@code 512 bytes}, {@code 1.5 MiB}. */
    public static String bytes(long bytes) {
        if (bytes < 1 << 10) {
            return bytes + " bytes";
        }
        double size = bytes / 1024.0;
        for (String unit : List.of("KiB", "MiB", "GiB")) {
            if (size < 1024 || unit.equals("GiB")) {
                return String.format(Locale.ROOT, "%.1f %s", size, unit);
            }
            size /= 1024;
        }
        throw new AssertionError(bytes);
    }

    /** An I/O error in words: some messages are only the path, which the caller names. */
    public static String reason(IOException error) {
        if (error instanceof AccessDeniedException) {
            return "permission denied";
        } else if (error instanceof NoSuchFileException) {
            return "no such file or directory";
        } else if (error instanceof FileAlreadyExistsException) {
            return "something else is there";
        }
        String reason = error instanceof FileSystemException failed ? failed.getReason() : error.getMessage();
        return reason == null ? error.getClass().getSimpleName() : reason;
    }
}
