package io.workersupervisor;

/** Why a worker stopped. The names are frozen: stores and operators' queries hold them. */
public enum StopReason {
    /** Another process uses the session. */
    SESSION_CONFLICT("Session conflict / AuthKeyDuplicated", Restart.IN_VAIN),
    /** The session's database was locked by somebody else. */
    DATABASE_LOCKED("Database locked", Restart.MAY_HELP),
    /** The session files could not be put in place. */
    SESSION_COPY_FAILED("Session copy failed", Restart.MAY_HELP),
    /** The connection to the service was lost for good. */
    DISCONNECTED("Disconnected", Restart.MAY_HELP),
    /** The service asked to wait. */
    FLOOD_WAIT("Flood wait", Restart.MAY_HELP),
    /** The service revoked the login. */
    AUTHORIZATION_LOST("Authorization lost / session revoked", Restart.IN_VAIN),
    /** The service banned the account. */
    ACCOUNT_BANNED("Account banned", Restart.IN_VAIN),
    /** The worker asked for a login that nobody could give. */
    LOGIN_REQUIRED("Login required", Restart.IN_VAIN),
    /** An exception ended the worker. */
    UNHANDLED_EXCEPTION("Unhandled exception", Restart.MAY_HELP),
    /** Memory ran out. */
    OUT_OF_MEMORY("Out of memory", Restart.MAY_HELP),
    /** A signal ended the worker. */
    KILLED_BY_SIGNAL("Killed by signal", Restart.MAY_HELP),
    /** The configuration is wrong. */
    CONFIGURATION("Configuration error", Restart.IN_VAIN),
    /** The worker was never run, or its program could not be. */
    START_FAILED("Start failed", Restart.MAY_HELP),
    /** The library ended the worker because it was asked to. */
    STOPPED_ON_REQUEST("Stopped on request", Restart.IN_VAIN),
    /** The worker ended with success. */
    COMPLETED("Completed", Restart.IN_VAIN),
    /** The machine went down. */
    MACHINE_LOST("Machine restarted or lost", Restart.MAY_HELP),
    /** The node lost its lease. */
    LEASE_LOST("Lease lost", Restart.MAY_HELP),
    /** Nothing that was looked at tells. */
    UNKNOWN("Unknown", Restart.MAY_HELP);

    /** What another start comes to. */
    private enum Restart {
        MAY_HELP,
        IN_VAIN
    }

    private final String words;
    private final Restart restart;

    StopReason(String words, Restart restart) {
        this.words = words;
        this.restart = restart;
    }

    /**
     * Whether another start can come to something without a person: never for a session that somebody else uses, a login or
     * account that is lost, or a wrong configuration; nor is there a need after success or a stop that was asked for. When
     * to start again is another question: after a flood wait for instance not before its time is over.
     *
     * @return false where starting again is in vain
     */
    public boolean restartCanHelp() {
        return restart == Restart.MAY_HELP;
    }

    /** The reason in the words of operators; a few words. */
    public String words() {
        return words;
    }
}
