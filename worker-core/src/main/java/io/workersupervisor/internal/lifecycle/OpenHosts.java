package io.workersupervisor.internal.lifecycle;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The supervisors that are open in this process. A row that names a host of this process is a living host's business only
 * while that host is open; it is the one thing about a host that its process number cannot tell.
 */
public final class OpenHosts {
    private static final Set<String> OPEN = ConcurrentHashMap.newKeySet();

    private OpenHosts() {}

    public static void opened(String host) {
        OPEN.add(host);
    }

    public static void closed(String host) {
        OPEN.remove(host);
    }

    static boolean isOpen(String host) {
        return OPEN.contains(host);
    }
}
