package io.workersupervisor.internal.logs.entries;

import java.util.Arrays;

/** Takes the escape sequences by which terminals colour text out of bytes. Pure, linear in the bytes. */
public final class Ansi {
    private static final byte ESCAPE = 0x1b;
    private static final int NEAR = 256;
    private static final int LONGEST_SEQUENCE = 256;

    private Ansi() {}

    /** Whether an escape is near the begin of the line, where it would hide level and time. */
    static boolean isIn(byte[] line, int from, int to) {
        int limit = Math.min(to, from + NEAR);
        for (int i = from; i < limit; i++) {
            if (line[i] == ESCAPE) {
                return true;
            }
        }
        return false;
    }

    /** The bytes without escape sequences; an escape that begins none is left out alone. */
    public static byte[] strip(byte[] bytes, int from, int to) {
        byte[] plain = new byte[to - from];
        int length = 0;
        int at = from;
        while (at < to) {
            if (bytes[at] == ESCAPE) {
                at = behind(bytes, at, to);
            } else {
                plain[length++] = bytes[at++];
            }
        }
        return length == plain.length ? plain : Arrays.copyOf(plain, length);
    }

    private static int behind(byte[] bytes, int escape, int to) {
        int at = escape + 1;
        if (at >= to) {
            return at;
        }
        int limit = Math.min(to, at + LONGEST_SEQUENCE);
        if (bytes[at] == '[') {
            for (int i = at + 1; i < limit; i++) {
                if (bytes[i] >= 0x40 && bytes[i] <= 0x7e) {
                    return i + 1;
                } else if (bytes[i] < 0x20) {
                    return at;
                }
            }
            return at;
        }
        if (bytes[at] == ']') {
            for (int i = at + 1; i < limit && bytes[i] != '\n'; i++) {
                if (bytes[i] == 0x07) {
                    return i + 1;
                } else if (bytes[i] == ESCAPE && i + 1 < to && bytes[i + 1] == '\\') {
                    return i + 2;
                }
            }
            return at;
        }
        if (bytes[at] == '(' || bytes[at] == ')') {
            return Math.min(to, at + 2);
        }
        return bytes[at] >= 0x30 && bytes[at] <= 0x7e ? at + 1 : at;
    }
}
