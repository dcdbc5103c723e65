package io.workersupervisor.internal.launch.combined;

import io.workersupervisor.LaunchPath;
import io.workersupervisor.internal.launch.keeper.KeeperBinary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a host starts workers.
 *
 * @param path the launch path asked for
 * @param keeperDirectory where the keeper's program is written to and run from, if not in the usual places
 * @param withoutLock whether a machine without a locking program is accepted
 * @param keeper where the keeper's program comes from
 * @param keeperPatience how long an answer of the keeper is waited for
 */
public record LaunchSettings(
        LaunchPath path,
        Optional<Path> keeperDirectory,
        boolean withoutLock,
        KeeperBinary.Source keeper,
        Duration keeperPatience) {}
