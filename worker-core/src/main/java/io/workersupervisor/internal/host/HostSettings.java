package io.workersupervisor.internal.host;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.DiagnosisRule;
import io.workersupervisor.LivenessProbe;
import io.workersupervisor.OnClose;
import io.workersupervisor.RestartPolicy;
import io.workersupervisor.WorkerListener;
import io.workersupervisor.WorkerSpecs;
import io.workersupervisor.internal.launch.combined.LaunchPaths;
import io.workersupervisor.internal.logs.LogSettings;
import io.workersupervisor.spi.WorkerRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The settings with which a host begins.
 *
 * @param rules the application's rules for the ends of logs
 * @param reconcileInterval the time between two ticks; empty for none
 * @param acceptsMoved a data directory that was copied or moved is accepted
 * @param keeping what is to be kept running, if anything
 * @param seams changed by tests only
 */
public record HostSettings(
        DataDirectory data,
        WorkerRegistry registry,
        Optional<LivenessProbe> probe,
        List<WorkerListener> listeners,
        List<DiagnosisRule> rules,
        InstantSource clock,
        Optional<Duration> reconcileInterval,
        Duration closeTimeout,
        OnClose onClose,
        boolean acceptsMoved,
        LaunchPaths.Settings launch,
        LogSettings logs,
        Optional<Keep> keeping,
        Seams seams) {
    /** The accounts that are kept running, and when they are started again. */
    public record Keep(WorkerSpecs specs, RestartPolicy policy) {}
}
