package io.workersupervisor.internal.launch;

import io.workersupervisor.WorkerSpec;
import java.util.LinkedHashMap;
import java.util.Map;

/** The environment that a launcher is started with; the worker's own variables come after it, inside the launcher. */
public final class WorkerEnvironment {
    private WorkerEnvironment() {}

    /** What of this process's variables can be inherited; they never change. */
    private static final Map<String, String> INHERITED = passable(System.getenv());

    private static Map<String, String> passable(Map<String, String> host) {
        Map<String, String> variables = new LinkedHashMap<>();
        host.forEach((name, value) -> {
            if (WorkerSpec.isPassable(name)) {
                variables.put(name, value);
            }
        });
        return variables;
    }

    /** Makes these the variables of a process; one that it inherits as it is keeps its bytes, in whatever charset. */
    public static void set(Map<String, String> process, Map<String, String> wanted) {
        process.keySet().retainAll(wanted.keySet());
        wanted.forEach((name, value) -> {
            if (!value.equals(process.get(name))) {
                process.put(name, value);
            }
        });
    }

    /** The host's variables unless the spec wants none, those of the spec, and none of the library's own. */
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
}
