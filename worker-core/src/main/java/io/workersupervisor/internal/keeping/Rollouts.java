package io.workersupervisor.internal.keeping;

import io.workersupervisor.AccountId;
import io.workersupervisor.Rollout;
import io.workersupervisor.RolloutStatus;
import io.workersupervisor.StopOrder;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.internal.directory.RolloutDraft;
import io.workersupervisor.internal.directory.RolloutFile;
import io.workersupervisor.internal.lifecycle.ProtocolContext;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Begins, halts and resumes the rollout of a data directory, of which there is one; {@link Roller} does it. Thread-safe. */
public record Rollouts(ProtocolContext context, WorkerRegistry rows) {
    RolloutFile file() {
        return new RolloutFile(context.data());
    }

    /** The rollout that goes on, or the last one; empty if there never was one. */
    public Optional<RolloutStatus> status() {
        return file().read();
    }

    /** Begins a rollout, in place of one that is halted or done; false while another goes on. */
    public boolean begin(Rollout rollout, StopOrder order) {
        Set<AccountId> excused = new TreeSet<>();
        ofNode().stream()
                .filter(row -> row.version().equals(Optional.of(rollout.version())))
                .filter(row -> death(row.account(), rollout.version()).isPresent())
                .forEach(row -> excused.add(row.account()));
        RolloutStatus begun =
                new RolloutDraft(rollout, order, context.now()).excused(excused).status();
        while (true) {
            Optional<RolloutStatus> seen = status();
            if (seen.filter(Rollouts::goesOn).isPresent()) {
                return false;
            } else if (stored(seen, begun)) {
                return true;
            }
        }
    }

    /** Halts a rollout that goes on; false where none does. */
    public boolean halt(StopOrder order) {
        return change(
                RolloutStatus.State.RUNNING,
                status -> RolloutDraft.of(status)
                        .halted("ordered " + order.describe())
                        .status());
    }

    /** Lets a halted rollout go on; what has halted it counts no more, and what was left is tried again. False where none is halted. */
    public boolean resume(StopOrder order) {
        return change(RolloutStatus.State.HALTED, status -> {
            Set<AccountId> excused = new HashSet<>(status.excused());
            excused.addAll(status.died().keySet());
            return new RolloutDraft(status.rollout(), status.order(), status.begunAt())
                    .state(RolloutStatus.State.RUNNING, Optional.of("resumed " + order.describe()))
                    .excused(excused)
                    .status();
        });
    }

    private boolean change(RolloutStatus.State from, UnaryOperator<RolloutStatus> change) {
        while (true) {
            Optional<RolloutStatus> seen = status().filter(status -> status.state() == from);
            if (seen.isEmpty()) {
                return false;
            } else if (stored(seen, change.apply(seen.get()))) {
                return true;
            }
        }
    }

    static boolean goesOn(RolloutStatus status) {
        return status.state() == RolloutStatus.State.RUNNING;
    }

    /** Stores a rollout that has changed for people, and reports it; false where it was changed by another. */
    boolean stored(Optional<RolloutStatus> seen, RolloutStatus next) {
        boolean won = file().replace(seen, next);
        if (won) {
            context.events().emit(new WorkerEvent.RolloutChanged(context.now(), next));
        }
        return won;
    }

    List<WorkerRow> ofNode() {
        return rows.list(new RowSelection(Optional.of(context.node()), false)).rows();
    }

    /**
     * The reason for which a worker of this version ended, of those since the account has it, and for which no worker of
     * another version of the account did, as far as reports are kept. Stops on request and lost machines do not count.
     */
    Optional<StopReason> death(AccountId account, String version) {
        List<StopReport> reports = rows.reports(account, StopReport.KEPT);
        Set<StopReason> before = reports.stream()
                .filter(report -> !isOf(report, version))
                .map(StopReport::reason)
                .collect(Collectors.toSet());
        return reports.stream()
                .takeWhile(report -> isOf(report, version))
                .map(StopReport::reason)
                .filter(reason -> !Keeping.isNobodysFault(reason) && !before.contains(reason))
                .findFirst();
    }

    private static boolean isOf(StopReport report, String version) {
        return report.version().equals(Optional.of(version));
    }
}
