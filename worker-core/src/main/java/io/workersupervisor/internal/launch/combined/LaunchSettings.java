package io.workersupervisor.internal.launch.combined;

import io.workersupervisor.LaunchPath;
import io.workersupervisor.internal.launch.keeper.KeeperBinary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A host's choices for starting workers.
 *
 * @param keeperDirectory the place of the keeper's program, if not one of the usual
 * @param withoutLock whether a machine without a locking program is accepted
 * @param keeper loads the keeper's program
 * @param keeperPatience the longest wait for an answer of the keeper
 */
public record LaunchSettings(
        LaunchPath path,
        Optional<Path> keeperDirectory,
        boolean withoutLock,
        KeeperBinary.Source keeper,
        Duration keeperPatience) {}
