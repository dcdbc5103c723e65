package io.workersupervisor.internal.launch;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The JDK's error for a program that cannot be run: {@code error=7, ...} or, in newer ones, {@code error: 7 (...)}. */
public final class SpawnError {
    /** The words and variables are too many. */
    public static final int TOO_LONG = 7;

    /** The program is open for writing. */
    public static final int TEXT_BUSY = 26;

    private static final Pattern ERROR = Pattern.compile("error(?:=|: )(\\d{1,4})\\b");

    private SpawnError() {}

    /** The system's number, 0 where there is none. */
    public static int number(IOException error) {
        Matcher found = ERROR.matcher(String.valueOf(error.getMessage()));
        return found.find() ? Integer.parseInt(found.group(1)) : 0;
    }

    /** The message from the system's number on: the words before repeat the command. */
    public static String words(IOException error) {
        String message = String.valueOf(error.getMessage());
        Matcher found = ERROR.matcher(message);
        return found.find() ? message.substring(found.start()) : message;
    }
}
