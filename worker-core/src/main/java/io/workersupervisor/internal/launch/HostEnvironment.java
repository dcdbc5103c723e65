package io.workersupervisor.internal.launch;

import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.internal.text.PlatformCharset;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The variables that this JVM was started with, byte for byte: as text some have lost what the platform's charset lacks, and
 * a worker that inherits them shall not.
 */
public final class HostEnvironment {
    private final Map<String, String> text;
    private final Map<String, byte[]> bytes;

    HostEnvironment(Map<String, String> text, byte[] environ, Charset charset) {
        this.text = text;
        this.bytes = new HashMap<>();
        for (String variable : new String(environ, StandardCharsets.ISO_8859_1).split("\0", -1)) {
            int name = variable.indexOf('=');
            if (name > 0) {
                byte[] raw = variable.getBytes(StandardCharsets.ISO_8859_1);
                String key = new String(raw, 0, name, charset);
                // One that was changed before this JVM began in its process has other bytes by now.
                if (new String(raw, charset).equals(key + "=" + text.get(key))) {
                    bytes.putIfAbsent(key, raw);
                }
            }
        }
    }

    public static HostEnvironment current() {
        Path environ = Path.of("/proc/self/environ");
        try {
            byte[] raw = Files.exists(environ) ? Files.readAllBytes(environ) : new byte[0];
            return new HostEnvironment(System.getenv(), raw, PlatformCharset.CHARSET);
        } catch (IOException e) {
            throw new DataDirectoryException("cannot read " + environ + ": " + Text.reason(e), e);
        }
    }

    /** {@code NAME=VALUE} as it was inherited, or encoded where the value is another one. */
    public byte[] variable(String name, String value) {
        byte[] inherited = bytes.get(name);
        return inherited != null && value.equals(text.get(name))
                ? inherited.clone()
                : (name + "=" + value).getBytes(PlatformCharset.CHARSET);
    }
}
