package io.workersupervisor.spi;

import io.workersupervisor.RegistryException;

/** One row of the registry cannot be read; the others can. */
public final class CorruptRowException extends RegistryException {
    private static final long serialVersionUID = 1;

    /** Names the store, the account and the fault, and keeps the error beneath. */
    public CorruptRowException(String message, Throwable cause) {
        super(message, cause);
    }
}
