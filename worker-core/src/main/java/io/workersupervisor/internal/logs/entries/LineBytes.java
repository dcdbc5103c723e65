package io.workersupervisor.internal.logs.entries;

import java.nio.charset.StandardCharsets;

/** One line of bytes, and the looks at it that scanners share. Mutable and for one thread; looks are bounded in length. */
public final class LineBytes {
    /** The most bytes of a name, or of what stands in brackets. */
    static final int LONGEST_TOKEN = 128;

    private static final int LONGEST_WORD = 16;
    private static final int LONGEST_NUMBER = 64;

    byte[] bytes = new byte[0];

    /** Where the line ends. */
    int to;

    void set(byte[] line, int end) {
        bytes = line;
        to = end;
    }

    /** The next bytes as text of one character for each. */
    String text(int from) {
        int begin = Math.min(from, to);
        return new String(bytes, begin, Math.min(to - begin, 2 * LONGEST_TOKEN), StandardCharsets.ISO_8859_1);
    }

    /** The byte at a place; 0 outside the line. */
    byte get(int at) {
        return at >= 0 && at < to ? bytes[at] : 0;
    }

    boolean is(int at, char c) {
        return at >= 0 && at < to && (bytes[at] & 0xff) == c;
    }

    boolean starts(int from, String text) {
        return starts(bytes, from, to, text);
    }

    /** Whether these bytes begin with an ASCII text. */
    static boolean starts(byte[] bytes, int from, int to, String text) {
        if (from < 0 || to - from < text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (bytes[from + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Where the line ends that goes on here: at its newline, or at the end of the bytes. */
    public static int lineEnd(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] != '\n') {
            at++;
        }
        return at;
    }

    /** The place behind the newline of the line that goes on here. */
    public static int nextLine(byte[] bytes, int from, int to) {
        return Math.min(to, lineEnd(bytes, from, to) + 1);
    }

    static boolean contains(byte[] bytes, int from, int to, String text) {
        for (int i = from; i + text.length() <= to; i++) {
            if (bytes[i] == text.charAt(0) && starts(bytes, i, to, text)) {
                return true;
            }
        }
        return false;
    }

    /** The place behind at most so many spaces. */
    int spaces(int from, int most) {
        int end = from;
        while (end >= 0 && end < to && end < from + most && bytes[end] == ' ') {
            end++;
        }
        return end;
    }

    /** How many digits stand here, up to 64. */
    int digits(int from) {
        int at = from;
        while (isDigit(get(at)) && at - from < LONGEST_NUMBER) {
            at++;
        }
        return at - from;
    }

    /** The number that these digits are. */
    int number(int from, int end) {
        int number = 0;
        for (int i = from; i < end; i++) {
            number = number * 10 + (bytes[i] - '0');
        }
        return number;
    }

    /** The nanoseconds that these digits behind a decimal point are. */
    int nanos(int from, int end) {
        int nanos = 0;
        for (int i = from; i < from + 9; i++) {
            nanos = nanos * 10 + (i < end ? bytes[i] - '0' : 0);
        }
        return nanos;
    }

    /** The first place of a byte among the next ones; negative where it is not among them. */
    int find(char c, int from, int most) {
        int limit = Math.min(to, from + most);
        for (int i = Math.max(0, from); i < limit; i++) {
            if (bytes[i] == c) {
                return i;
            }
        }
        return -1;
    }

    /** The end of a word of letters. */
    int word(int from) {
        int end = from;
        while (end < to && end < from + LONGEST_WORD && isLetter(bytes[end])) {
            end++;
        }
        return end;
    }

    /** The end of a name of a logger: letters, digits and what stands between them in such names. */
    int name(int from) {
        byte first = get(from);
        int end = from;
        if (!isLetter(first) && first != '_' && first != '@') {
            return from;
        }
        while (end < to && end < from + LONGEST_TOKEN && isName(bytes[end])) {
            if (bytes[end] == ':' && !isName(get(end + 1))) {
                break;
            }
            end++;
        }
        return end;
    }

    boolean isUpper(int from, int end) {
        for (int i = from; i < end; i++) {
            if (!isUpperCase(bytes[i])) {
                return false;
            }
        }
        return end > from;
    }

    static boolean isDigit(byte c) {
        return c >= '0' && c <= '9';
    }

    static boolean isUpperCase(byte c) {
        return c >= 'A' && c <= 'Z';
    }

    static boolean isLetter(byte c) {
        return (c >= 'a' && c <= 'z') || isUpperCase(c);
    }

    static boolean isWord(byte c) {
        return isLetter(c) || isDigit(c) || c == '_';
    }

    private static boolean isName(byte c) {
        boolean inner = c == '.' || c == '_' || c == '$' || c == '/' || c == '-' || c == ':';
        return isLetter(c) || isDigit(c) || inner || c == '<' || c == '>' || c == '@' || c == '#';
    }
}
