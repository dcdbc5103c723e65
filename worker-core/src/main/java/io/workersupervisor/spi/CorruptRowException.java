package io.workersupervisor.spi;

import io.workersupervisor.RegistryException;

/** One row of the registry cannot be read; the others can. */
public final class CorruptRowException extends RegistryException {
    private static final long serialVersionUID = 1;

    /**
     * An exception with a cause.
     *
     * @param message the store, the account and what is wrong
     * @param cause the error beneath
     */
    public CorruptRowException(String message, Throwable cause) {
        super(message, cause);
    }
}
