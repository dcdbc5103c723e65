package io.workersupervisor.internal.lifecycle;

import io.workersupervisor.internal.diagnosis.Diagnosis;
import io.workersupervisor.internal.events.Events;
import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.liveness.LocalEvidence;
import io.workersupervisor.internal.liveness.RowJudge;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.ProcessProbe;
import io.workersupervisor.internal.registry.Actor;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;

/**
 * What the protocols of one host work with.
 *
 * @param node the id of the node
 * @param self this host
 * @param registry the durable rows
 * @param local what this machine offers
 * @param judge the verdict on a row
 * @param launcher the launch path
 * @param events where events go
 * @param timing the clocks
 * @param mutex one call at a time for an account
 * @param diagnosis composes stop reports
 * @param steps the points between two effects
 */
public record ProtocolContext(
        String node,
        Actor self,
        WorkerRegistry registry,
        LocalEvidence local,
        RowJudge judge,
        Launcher launcher,
        Events events,
        Clocks timing,
        AccountMutex mutex,
        Diagnosis diagnosis,
        Steps steps) {
    /** Whether the host behind an intent can still go on with it; in doubt it cannot, which is manners and not safety. */
    boolean isActorAlive(WorkerRow row) {
        return Detail.of(row).actor().filter(this::isAlive).isPresent();
    }

    private boolean isAlive(Actor actor) {
        return actor.process().equals(self.process())
                ? !actor.host().equals(self.host()) && OpenHosts.isOpen(actor.host())
                : local.processes().probe(actor.process()).kind() == ProcessProbe.Kind.ALIVE;
    }
}
