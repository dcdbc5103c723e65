package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import io.workersupervisor.internal.text.SignalName;

/** The way a process ended, as far as anybody saw it; an exit code is never invented. */
public sealed interface ExitStatus {
    /** The process called exit with a code of 0 to 255. */
    record Exited(int code) implements ExitStatus {
        @Override
        public String toString() {
            return "exit code " + code;
        }
    }

    /** A signal ended the process, and wrote a core file or not. */
    record Signalled(int signal, boolean coreDumped) implements ExitStatus {
        /** A signal ended the process without a core file. */
        public Signalled(int signal) {
            this(signal, false);
        }

        @Override
        public String toString() {
            return "signal " + SignalName.of(signal) + (coreDumped ? ", core dumped" : "");
        }
    }

    /**
     * The process exited with a code above 128, or the signal of that number less 128 ended it: a shell reports both alike.
     *
     * @param code the code that the shell reported, 129 to 255
     */
    record ExitedOrSignalled(int code) implements ExitStatus {
        @Override
        public String toString() {
            return "exit code " + code + " or signal " + SignalName.of(code - 128);
        }
    }

    /**
     * Nobody saw the end.
     *
     * @param why the missing fact; cut after 512 characters
     */
    record Unknown(String why) implements ExitStatus {
        public Unknown {
            Require.nonNull("why", why);
            why = why.length() <= 512 ? why : why.substring(0, 512);
        }

        @Override
        public String toString() {
            return "not known: " + why;
        }
    }

    /** No program was run. */
    record NeverRan() implements ExitStatus {
        @Override
        public String toString() {
            return "nothing was run";
        }
    }

    /** The status that a shell's {@code $?} of 0 to 255 means. */
    static ExitStatus ofShell(int code) {
        return code > 128 ? new ExitedOrSignalled(code) : new Exited(code);
    }

    /** The status that the raw status word of {@code wait(2)} means. */
    static ExitStatus ofWait(int status) {
        int signal = status & 0x7f;
        return signal == 0 ? new Exited((status >> 8) & 0xff) : new Signalled(signal, (status & 0x80) != 0);
    }
}
