package io.workersupervisor;

import io.workersupervisor.internal.text.SignalName;

/** How a process ended, as far as anybody saw it; an exit code is never invented. */
public sealed interface ExitStatus {
    /**
     * It called exit.
     *
     * @param code the code, 0 to 255
     */
    record Exited(int code) implements ExitStatus {
        @Override
        public String toString() {
            return "exit code " + code;
        }
    }

    /**
     * A signal ended it.
     *
     * @param signal the number of the signal
     * @param coreDumped whether a core file was written
     */
    record Signalled(int signal, boolean coreDumped) implements ExitStatus {
        /**
         * Without a core file.
         *
         * @param signal the number of the signal
         */
        public Signalled(int signal) {
            this(signal, false);
        }

        @Override
        public String toString() {
            return "signal " + SignalName.of(signal) + (coreDumped ? ", core dumped" : "");
        }
    }

    /**
     * It exited with a code above 128, or the signal of that number less 128 ended it: a shell reports both alike.
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
     * Nobody saw it.
     *
     * @param why what is missing
     */
    record Unknown(String why) implements ExitStatus {
        /** Cuts what is too long. */
        public Unknown {
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

    /**
     * What a shell's {@code $?} tells.
     *
     * @param code 0 to 255
     * @return the status
     */
    static ExitStatus ofShell(int code) {
        return code > 128 ? new ExitedOrSignalled(code) : new Exited(code);
    }

    /**
     * What the status word of {@code wait(2)} tells.
     *
     * @param status the raw word
     * @return the status
     */
    static ExitStatus ofWait(int status) {
        int signal = status & 0x7f;
        return signal == 0 ? new Exited((status >> 8) & 0xff) : new Signalled(signal, (status & 0x80) != 0);
    }
}
