package io.workersupervisor.internal.host;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.DiagnosisRule;
import io.workersupervisor.LivenessProbe;
import io.workersupervisor.OnClose;
import io.workersupervisor.WorkerListener;
import io.workersupervisor.internal.launch.combined.LaunchSettings;
import io.workersupervisor.internal.logs.LogSettings;
import io.workersupervisor.spi.WorkerRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * All that a host is told when it begins.
 *
 * @param data the data directory
 * @param registry the durable rows
 * @param probe the application's probe
 * @param listeners hear every event
 * @param rules the application's rules for the ends of logs
 * @param clock the wall clock
 * @param reconcileInterval the time between two ticks; empty for none
 * @param closeTimeout how long a close may take
 * @param onClose what becomes of the workers at close
 * @param acceptsMoved whether a data directory that was copied or moved is accepted
 * @param launch how workers are started
 * @param logs what becomes of their lines
 * @param seams what only tests change
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
        LaunchSettings launch,
        LogSettings logs,
        Seams seams) {}
