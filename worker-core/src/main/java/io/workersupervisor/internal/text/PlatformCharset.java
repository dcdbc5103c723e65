package io.workersupervisor.internal.text;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The charset in which this JVM hands arguments and variables to a process; what it lacks would arrive as {@code ?}. */
public final class PlatformCharset {
    /** From JDK 18 on the locale decides; before, the default charset does, which the locale sets unless a property overrides it. */
    public static final Charset CHARSET = Runtime.version().feature() < 18
            ? Charset.defaultCharset()
            : Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

    /** The charset of the names of files, which the locale alone decides; the JVM takes it from there, whatever a property says. */
    private static final Charset NAMES = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

    private PlatformCharset() {}

    /**
     * The reason for which the name of a file is in doubt, with the remedy; empty where every JVM gives it the same bytes.
     * Bytes that a charset lacks arrive as U+FFFD, and leave as {@code ?} within a path that was made absolute.
     */
    public static Optional<String> doubt(String name) {
        if (NAMES.equals(StandardCharsets.UTF_8) && CHARSET.equals(StandardCharsets.UTF_8)) {
            return name.indexOf('\ufffd') < 0
                            && StandardCharsets.UTF_8.newEncoder().canEncode(name)
                    ? Optional.empty()
                    : Optional.of("a part of the name is no UTF-8, and was lost: give it a name of ASCII letters");
        }
        return name.chars().allMatch(c -> c < 0x80 && c != '?')
                ? Optional.empty()
                : Optional.of("a part of the name may be lost, as this JVM's charset for names is "
                        + (NAMES.equals(StandardCharsets.UTF_8) ? CHARSET : NAMES)
                        + ": start it with LC_ALL=C.UTF-8 or another UTF-8 locale"
                        + (NAMES.equals(StandardCharsets.UTF_8) ? " and without -Dfile.encoding" : ""));
    }

    /** Refuses text that the charset cannot encode, by its name: the text itself may be a secret. */
    public static void requireEncodable(Charset charset, String name, String text) {
        if (!charset.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException(name + " holds a character that the platform's charset " + charset
                    + " lacks: start the JVM with LC_ALL=C.UTF-8 or another UTF-8 locale");
        }
    }
}
