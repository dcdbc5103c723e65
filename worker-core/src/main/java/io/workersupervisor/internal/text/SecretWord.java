package io.workersupervisor.internal.text;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A word behind which a secret stands, and how much that says. */
enum SecretWord {
    /** The value behind it is secret. */
    PASSWORD("password", "password", "passwd", "passphrase", "pwd", "2fa"),
    /** The hash of a Telegram application. */
    API_HASH("api hash", "api_hash", "apihash", "api-hash"),
    /** Scheme and token. */
    AUTHORIZATION("authorization", "authorization"),
    /** The value behind it is secret where it looks random. */
    TOKEN(
            "token",
            ("token secret auth_key authkey api_key apikey api-key access_key private_key secret_key session_string"
                            + " string_session stringsession")
                    .split(" ", -1)),
    /** The value behind it is secret where it looks like nothing else. */
    KEY("key", "key");

    private static final int LONGEST = 40;

    private final String note;
    /** Never changes; the checker does not know that. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final List<String> words;

    SecretWord(String note, String... words) {
        this.note = note;
        this.words = List.of(words);
    }

    /** The kind of secret, for the note. */
    String note() {
        return note;
    }

    /** The word that ends before this separator, within a longer name or quotes; null where none does. */
    static @Nullable SecretWord before(String text, int separator) {
        int end = separator;
        while (end > 0 && separator - end < 3 && isBetween(text.charAt(end - 1))) {
            end--;
        }
        int from = end;
        while (from > 0 && end - from < LONGEST && SecretScanner.isWord(text.charAt(from - 1))) {
            from--;
        }
        if (end - from < 3 || !couldEndWord(text.charAt(end - 1))) {
            return null;
        }
        String name = text.substring(from, end).toLowerCase(Locale.ROOT);
        for (SecretWord word : values()) {
            for (String ending : word.words) {
                if (name.endsWith(ending)) {
                    return word;
                }
            }
        }
        return null;
    }

    private static boolean isBetween(char c) {
        return c == ' ' || c == '"' || c == '\'' || c == '\\';
    }

    /** The last letters of the words above. */
    private static boolean couldEndWord(char c) {
        return "denthygsapDENTHYGSAP".indexOf(c) >= 0;
    }
}
