package io.workersupervisor.internal.logs.entries;

/** Undoes the escapes of quoted text. Pure and linear; an escape that is none stays as it stands. */
final class Escapes {
    private Escapes() {}

    /** The text between two quotes, as JSON, Go and JavaScript escape it. */
    static String json(String text, int from, int to) {
        String quoted = text.substring(from, to);
        return quoted.indexOf('\\') < 0 ? quoted : unescaped(quoted);
    }

    private static String unescaped(String text) {
        int to = text.length();
        StringBuilder out = new StringBuilder(to);
        int at = 0;
        while (at < to) {
            char c = text.charAt(at++);
            if (c != '\\' || at == to) {
                out.append(c);
                continue;
            }
            char escape = text.charAt(at++);
            switch (escape) {
                case 'n' -> out.append('\n');
                case 't' -> out.append('\t');
                case 'r' -> out.append('\r');
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case '"', '\\', '/', '\'' -> out.append(escape);
                case 'u' -> at = code(text, at, Math.min(to, at + 4), 4, out);
                case 'x' -> at = code(text, at, Math.min(to, at + 2), 2, out);
                default -> out.append('\\').append(escape);
            }
        }
        return out.toString();
    }

    private static int code(String text, int from, int to, int digits, StringBuilder out) {
        int code = 0;
        for (int i = from; i < to; i++) {
            int digit = Character.digit(text.charAt(i), 16);
            code = digit < 0 || code < 0 ? -1 : (code << 4) | digit;
        }
        if (code < 0 || to - from < digits) {
            out.append('\\').append(text.charAt(from - 1));
            return from;
        }
        out.append((char) code);
        return to;
    }
}
