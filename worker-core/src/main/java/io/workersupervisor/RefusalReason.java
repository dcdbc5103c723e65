package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import io.workersupervisor.internal.text.Text;

/**
 * The reason for which a start or a stop was refused. A value and not an enum: more reasons come with later versions.
 *
 * @param code a stable name in capitals and underscores, at most 64 characters
 * @param advice the next thing to do; at most 512 characters
 */
public record RefusalReason(String code, String advice) {
    /** A person stopped the account, and the application asks for it. */
    public static final RefusalReason STOPPED_BY_OPERATOR =
            new RefusalReason("STOPPED_BY_OPERATOR", "start it by hand when it shall run again");

    /** The worker is being stopped. */
    public static final RefusalReason STOPPING = new RefusalReason(
            "STOPPING", "try again when the stop is over; it is resumed by itself if its host is gone");

    /** Another host is starting it, or its launch has not answered yet. */
    public static final RefusalReason STARTING = new RefusalReason("STARTING", "look at its status in a few seconds");

    /** The row belongs to another node, and its worker is not known to be dead. */
    public static final RefusalReason OTHER_NODE = new RefusalReason(
            "OTHER_NODE",
            "start or stop it on the machine that owns it; if that is gone for good, doctor prints how to set it free");

    /** The worker was started in another pid or time namespace and cannot be judged from here. */
    public static final RefusalReason OTHER_NAMESPACE =
            new RefusalReason("OTHER_NAMESPACE", "act in the container that started it, or end that container");

    /** The recorded process can neither be proved alive nor dead. */
    public static final RefusalReason PROCESS_IN_DOUBT =
            new RefusalReason("PROCESS_IN_DOUBT", "look at the process named; when it has ended, the account is free");

    /** The probe that the application gave is not sure. */
    public static final RefusalReason PROBE_IN_DOUBT =
            new RefusalReason("PROBE_IN_DOUBT", "see what the application's probe says");

    /** The worker ended and left processes behind. */
    public static final RefusalReason DESCENDANTS_LEFT =
            new RefusalReason("DESCENDANTS_LEFT", "stop the account, or wait until a running host has ended them");

    /** Somebody holds the account's lock. */
    public static final RefusalReason LOCK_HELD =
            new RefusalReason("LOCK_HELD", "stop the account to end the holder if it is a worker, or end it by hand");

    /** The state of the lock could not be determined. */
    public static final RefusalReason LOCK_UNREADABLE = new RefusalReason(
            "LOCK_UNREADABLE",
            "look at the cause named: the lock file must be readable, and this user able to run flock");

    /** A worker of the account lives that the registry does not know. */
    public static final RefusalReason UNREGISTERED_WORKER =
            new RefusalReason("UNREGISTERED_WORKER", "stop the account to end that worker, then start it");

    /** The data directory is not the one that the host began with. */
    public static final RefusalReason DIRECTORY_REPLACED = new RefusalReason(
            "DIRECTORY_REPLACED", "bring the directory back or restart the host, which then goes on with the stop");

    /** Others changed the row again and again. */
    public static final RefusalReason CONTENDED = new RefusalReason("CONTENDED", "try again");

    /** The calling thread was interrupted before it knew. */
    public static final RefusalReason INTERRUPTED =
            new RefusalReason("INTERRUPTED", "call again from a thread that is not interrupted");

    /** The stop has taken its last step and something still lives. */
    public static final RefusalReason STOP_UNFINISHED =
            new RefusalReason("STOP_UNFINISHED", "look at the processes named; a running host goes on with the stop");

    /** The next start of the account is planned, and not due yet. */
    public static final RefusalReason RESTART_WAITS =
            new RefusalReason("RESTART_WAITS", "wait for it, or start the account by hand");

    /** No start of the account can help before a person has removed the cause. */
    public static final RefusalReason NEEDS_PERSON =
            new RefusalReason("NEEDS_PERSON", "see why it stopped, remove the cause, then start the account by hand");

    /** The account is wanted from now on, and no host has started it yet. */
    public static final RefusalReason WISH_WAITS = new RefusalReason(
            "WISH_WAITS", "begin a host that keeps the account running, or start it with its command");

    /** The account is left alone. */
    public static final RefusalReason PAUSED = new RefusalReason("PAUSED", "resume it, or start the account by hand");

    /** A worker of the account may run. */
    public static final RefusalReason STILL_RUNS = new RefusalReason("STILL_RUNS", "stop the account first");

    /** The system did not take the signal. */
    public static final RefusalReason SIGNAL_NOT_SENT =
            new RefusalReason("SIGNAL_NOT_SENT", "see the reason of the system");

    public RefusalReason {
        Require.noneNull("code advice", code, advice);
        if (!code.matches("[A-Z][A-Z_]{0,63}")) {
            throw new IllegalArgumentException("code must be capitals and underscores, was " + Text.quoted(code));
        }
        Require.notBlank("advice", advice, 512);
    }

    @Override
    public String toString() {
        return code;
    }
}
