package io.workersupervisor;

/** Why a worker stopped. The names are frozen: stores and operators' queries hold them. */
public enum StopReason {
    /** Another process uses the session. */
    SESSION_CONFLICT("Session conflict / AuthKeyDuplicated"),
    /** The session's database was locked by somebody else. */
    DATABASE_LOCKED("Database locked"),
    /** The session files could not be put in place. */
    SESSION_COPY_FAILED("Session copy failed"),
    /** The connection to the service was lost for good. */
    DISCONNECTED("Disconnected"),
    /** The service asked to wait. */
    FLOOD_WAIT("Flood wait"),
    /** The service revoked the login. */
    AUTHORIZATION_LOST("Authorization lost / session revoked"),
    /** The service banned the account. */
    ACCOUNT_BANNED("Account banned"),
    /** The worker asked for a login that nobody could give. */
    LOGIN_REQUIRED("Login required"),
    /** An exception ended the worker. */
    UNHANDLED_EXCEPTION("Unhandled exception"),
    /** Memory ran out. */
    OUT_OF_MEMORY("Out of memory"),
    /** A signal ended the worker. */
    KILLED_BY_SIGNAL("Killed by signal"),
    /** The configuration is wrong. */
    CONFIGURATION("Configuration error"),
    /** The worker was never run, or its program could not be. */
    START_FAILED("Start failed"),
    /** The library ended the worker because it was asked to. */
    STOPPED_ON_REQUEST("Stopped on request"),
    /** The worker ended with success. */
    COMPLETED("Completed"),
    /** The machine went down. */
    MACHINE_LOST("Machine restarted or lost"),
    /** The node lost its lease. */
    LEASE_LOST("Lease lost"),
    /** Nothing that was looked at tells. */
    UNKNOWN("Unknown");

    private final String words;

    StopReason(String words) {
        this.words = words;
    }

    /**
     * The reason in the words of operators.
     *
     * @return a few words
     */
    public String words() {
        return words;
    }
}
