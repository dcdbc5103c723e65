package io.workersupervisor.internal.registry;

import io.workersupervisor.Initiator;
import io.workersupervisor.WorkerSupervisor;

/** The purpose of a stop, and who asked for it. */
public enum StopPurpose {
    /** {@link WorkerSupervisor#stop}: the account stays stopped. */
    PERSON("stop was called", Initiator.USER),
    /** A stop by {@link io.workersupervisor.StopOrder#byApplication}: the application may start the account again. */
    APPLICATION("the application called stop", Initiator.USER),
    /** {@link WorkerSupervisor#restart}: the account is started again. */
    RESTART("restart was called", Initiator.USER),
    /** {@link WorkerSupervisor#close} of a supervisor that ends its workers. */
    CLOSE("the host closed and ends its workers", Initiator.LIBRARY),
    /** The worker lives, and a {@link Fault} is found. */
    FAULT("the library ended it", Initiator.LIBRARY),
    /** The worker ended and left descendants behind. */
    LEFTOVERS("the worker had ended and left descendants behind", Initiator.LIBRARY);

    private final String words;
    private final Initiator initiator;

    StopPurpose(String words, Initiator initiator) {
        this.words = words;
        this.initiator = initiator;
    }

    public String words() {
        return words;
    }

    public Initiator initiator() {
        return initiator;
    }
}
