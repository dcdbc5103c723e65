package io.workersupervisor.internal.text;

/** Names of the signals that end workers. */
public final class SignalName {
    /** By number; a dash stands for signals that differ between machines. */
    private static final String[] NAMES = "- HUP INT QUIT ILL - ABRT - FPE KILL - SEGV - PIPE ALRM TERM".split(" ", -1);

    private SignalName() {}

    /** The number, with the name of a signal that is the same everywhere. */
    public static String of(int signal) {
        boolean named = signal > 0 && signal < NAMES.length && !NAMES[signal].equals("-");
        return named ? signal + " (" + NAMES[signal] + ")" : Integer.toString(signal);
    }
}
