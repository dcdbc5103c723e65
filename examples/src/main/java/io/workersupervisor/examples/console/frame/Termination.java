package io.workersupervisor.examples.console.frame;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Waits for TERM, INT or HUP; one that was ignored when this program started, as under nohup, stays so. A shutdown hook
 * could do that, too, but then the JVM ends with the signal's exit code and not with ours. The JDK's signal class is called by reflection because javac warns of it.
 */
public final class Termination {
    private final CountDownLatch asked = new CountDownLatch(1);

    private Termination() {}

    public static Termination watch() {
        Termination termination = new Termination();
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours = Proxy.newProxyInstance(
                    Termination.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        termination.asked.countDown();
                        return null;
                    });
            for (String name : new String[] {"TERM", "INT", "HUP"}) {
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
            }
            return termination;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM does not let programs handle signals", e);
        }
    }

    public void await() throws InterruptedException {
        asked.await();
    }

    /** Waits for at most this long; true if this process was asked to end. */
    public boolean await(Duration longest) throws InterruptedException {
        return asked.await(longest.toNanos(), TimeUnit.NANOSECONDS);
    }
}
