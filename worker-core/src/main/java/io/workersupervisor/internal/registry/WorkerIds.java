package io.workersupervisor.internal.registry;

import java.security.SecureRandom;
import java.time.Instant;

/** Makes worker ids: 26 lower-case characters, 10 of time in milliseconds and 16 of chance, so that they sort by time. */
public final class WorkerIds {
    private static final String DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int TIME_DIGITS = 10;
    private static final int LENGTH = 26;

    private final SecureRandom random = new SecureRandom();

    /** An id that sorts behind the account's previous one, too, should the clock have gone back since that was made. */
    public String next(Instant now, String previous) {
        Instant after = timeOf(previous).plusMillis(1);
        return next(after.isAfter(now) ? after : now);
    }

    public String next(Instant now) {
        char[] id = new char[LENGTH];
        long millis = now.toEpochMilli();
        for (int i = TIME_DIGITS - 1; i >= 0; i--) {
            id[i] = DIGITS.charAt((int) (millis & 31));
            millis >>>= 5;
        }
        byte[] chance = new byte[LENGTH - TIME_DIGITS];
        random.nextBytes(chance);
        for (int i = TIME_DIGITS; i < LENGTH; i++) {
            id[i] = DIGITS.charAt(chance[i - TIME_DIGITS] & 31);
        }
        return new String(id);
    }

    public static boolean isOne(String text) {
        return text.length() == LENGTH && text.chars().allMatch(c -> DIGITS.indexOf(c) >= 0);
    }

    /** The time digits of a worker id, for the order of ids alone: the clock may have been wrong; the epoch for other text. */
    static Instant timeOf(String workerId) {
        if (workerId.length() != LENGTH) {
            return Instant.EPOCH;
        }
        long millis = 0;
        for (int i = 0; i < TIME_DIGITS; i++) {
            int digit = DIGITS.indexOf(workerId.charAt(i));
            if (digit < 0) {
                return Instant.EPOCH;
            }
            millis = (millis << 5) | digit;
        }
        return Instant.ofEpochMilli(millis);
    }
}
