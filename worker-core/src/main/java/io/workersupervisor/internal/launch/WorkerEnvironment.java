package io.workersupervisor.internal.launch;

import io.workersupervisor.WorkerSpec;
import io.workersupervisor.internal.machine.SmallFile;
import io.workersupervisor.internal.text.PlatformCharset;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The environment that a launcher is started with; the worker's own variables come after it, inside the launcher. */
public final class WorkerEnvironment {
    private WorkerEnvironment() {}

    /** Variables that open the host's own store, which is no worker's; one that needs it is given it by its spec. */
    private static final Set<String> OF_THE_HOST = Set.of("WORKER_MONGO_URI", "WORKER_MONGO_PASSWORD");

    /** The variables of this process that can be inherited; they never change. */
    private static final Map<String, String> INHERITED = passable(System.getenv());

    private static Map<String, String> passable(Map<String, String> host) {
        Map<String, String> variables = new LinkedHashMap<>(host);
        variables.keySet().removeIf(name -> !WorkerSpec.isPassable(name));
        variables.keySet().removeAll(OF_THE_HOST);
        return variables;
    }

    /** Makes these the variables of a process; an inherited one that stays the same keeps its bytes, in whatever charset. */
    public static void set(Map<String, String> process, Map<String, String> wanted) {
        process.keySet().retainAll(wanted.keySet());
        wanted.forEach((name, value) -> {
            if (!value.equals(process.get(name))) {
                process.put(name, value);
            }
        });
    }

    /** The host's variables unless the spec wants none, the spec's, and none of the library's own. */
    static Map<String, String> of(WorkerSpec spec, Map<String, String> host) {
        Map<String, String> variables = spec.cleanEnvironment()
                ? new LinkedHashMap<>()
                : new LinkedHashMap<>(host.equals(System.getenv()) ? INHERITED : passable(host));
        variables.putAll(spec.environment());
        // A host that is itself a worker must not pass its own mark on.
        variables.keySet().removeAll(WorkerSpec.OWN_VARIABLES);
        variables.putIfAbsent("PYTHONUNBUFFERED", "1");
        variables.putIfAbsent("PYTHONFAULTHANDLER", "1");
        return variables;
    }

    /**
     * The variables that this JVM was started with, byte for byte: as text some have lost what the platform's charset lacks,
     * and a worker that inherits them must not.
     */
    public static final class HostBytes {
        private final Map<String, String> text;
        private final Map<String, byte[]> bytes;

        HostBytes(Map<String, String> text, String environ, Charset charset) {
            this.text = text;
            this.bytes = new HashMap<>();
            for (String variable : environ.split("\0", -1)) {
                int name = variable.indexOf('=');
                if (name > 0) {
                    byte[] raw = variable.getBytes(StandardCharsets.ISO_8859_1);
                    String key = new String(raw, 0, name, charset);
                    // A variable that was changed before this JVM began in its process has other bytes by now.
                    if (new String(raw, charset).equals(key + "=" + text.get(key))) {
                        bytes.putIfAbsent(key, raw);
                    }
                }
            }
        }

        public static HostBytes current() {
            String environ = SmallFile.read(Path.of("/proc/self/environ")).orElse("");
            return new HostBytes(System.getenv(), environ, PlatformCharset.CHARSET);
        }

        /** {@code NAME=VALUE} as it was inherited, or encoded where the value is another one. */
        public byte[] variable(String name, String value) {
            byte[] inherited = bytes.get(name);
            return inherited != null && value.equals(text.get(name))
                    ? inherited.clone()
                    : (name + "=" + value).getBytes(PlatformCharset.CHARSET);
        }
    }
}
