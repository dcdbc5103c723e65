package io.workersupervisor.internal.text;

import java.nio.charset.Charset;

/** The charset in which this JVM hands arguments and variables to a process; what it lacks would arrive as {@code ?}. */
public final class PlatformCharset {
    /** From JDK 18 on the locale decides; before, the default charset does, which the locale sets unless a property overrides it. */
    public static final Charset CHARSET = Runtime.version().feature() < 18
            ? Charset.defaultCharset()
            : Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

    private PlatformCharset() {}

    /** Refuses text that the charset cannot encode, by its name: the text itself may be a secret. */
    public static void requireEncodable(Charset charset, String name, String text) {
        if (!charset.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException(name + " holds a character that the platform's charset " + charset
                    + " lacks: start the JVM with LC_ALL=C.UTF-8 or another UTF-8 locale");
        }
    }
}
