package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import io.workersupervisor.internal.text.Text;
import java.time.Duration;

/**
 * The resources of a worker over its life, as the system counted them when it was reaped; its own children count once it
 * has waited for them. Immutable.
 *
 * @param peakMemoryBytes the most resident memory at any time
 * @param userTime CPU time in its own code
 * @param systemTime CPU time in the kernel on its behalf
 */
public record ResourceUsage(long peakMemoryBytes, Duration userTime, Duration systemTime) {
    public ResourceUsage {
        Require.noneNull("userTime systemTime", userTime, systemTime);
    }

    @Override
    public String toString() {
        return "peak memory " + (peakMemoryBytes >> 20) + " MiB, CPU time " + Text.words(userTime.plus(systemTime));
    }
}
