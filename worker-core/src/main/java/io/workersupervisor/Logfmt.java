package io.workersupervisor;

/** Recognises lines of {@code key=value}, as logrus, slog and zap write them. Pure. */
final class Logfmt {
    private static final String[] FIRST_KEYS = {"time=", "ts=", "level=", "lvl=", "timestamp=", "t=", "severity="};

    private Logfmt() {}

    /** Whether a line begins with a key by which such lines begin. */
    static boolean is(byte[] line, int from, int to) {
        byte first = line[from];
        if (first != 't' && first != 'l' && first != 's') {
            return false;
        }
        for (String key : FIRST_KEYS) {
            if (Prefix.starts(line, from, to, key)) {
                return true;
            }
        }
        return false;
    }
}
