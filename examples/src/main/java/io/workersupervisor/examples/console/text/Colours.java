package io.workersupervisor.examples.console.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Colours of text for people: on a terminal only, and never where {@code NO_COLOR} is set or the terminal is dumb.
 *
 * @param on true if text is coloured
 */
public record Colours(boolean on) {
    public static final Colours NONE = new Colours(false);

    /** The colours of a stream of this process, 1 or 2. */
    public static Colours of(int stream, Map<String, String> environment) {
        boolean wanted = environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "dumb").equals("dumb");
        return new Colours(wanted && isTerminal(stream));
    }

    /** The JDK answers for input and output together only, and differently from JDK 22 on. */
    private static boolean isTerminal(int stream) {
        try {
            String file =
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + stream)).toString();
            return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty") || file.equals("/dev/console");
        } catch (IOException closed) {
            return false;
        }
    }

    public String bold(String text) {
        return coloured("1", text);
    }

    public String red(String text) {
        return coloured("31", text);
    }

    public String green(String text) {
        return coloured("32", text);
    }

    public String yellow(String text) {
        return coloured("33", text);
    }

    private String coloured(String code, String text) {
        return on && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
