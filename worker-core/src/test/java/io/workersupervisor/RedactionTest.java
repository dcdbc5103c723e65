package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Base64;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** P8: no secret that can be told from other text leaves the host in a message. */
class RedactionTest {
    private static final String BOT = "12345678:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0".substring(0, 9 + 35);
    private static final String HEX_64 = "0123456789abcdef".repeat(4);

    private final Redaction standard = Redaction.standard();

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
            password=hunter2 ok ~ password=[redacted password] ok
            password = hunter ok ~ password = [redacted password] ok
            DB_PASSWORD='a b' ~ DB_PASSWORD='[redacted password]'
            {"password": "x y", "a": 1} ~ {"password": "[redacted password]", "a": 1}
            {\\"pwd\\":\\"xy\\"} ~ {\\"pwd\\":\\"[redacted password]\\"}
            password: hunter2 ~ password: [redacted password]
            api_hash=0123456789abcdef0123456789abcdef, ok ~ api_hash=[redacted api hash], ok
            api_hash: '0123456789abcdef0123456789abcdef' ~ api_hash: '[redacted api hash]'
            Authorization: Bearer abc123def456ghi7 ~ Authorization: [redacted authorization]
            {"Authorization":"Bot MTk4.Cl2"} ~ {"Authorization":"[redacted authorization]"}
            sent Bearer abc123def456ghi7 ~ sent Bearer [redacted authorization]
            sent basic dXNlcjpwYXNz1w== ~ sent basic [redacted authorization]
            token=abcdef0123456789ab ~ token=[redacted token]
            x-api-key: abcdef0123456789ab ~ x-api-key: [redacted token]
            aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY ~ aws_secret_access_key=[redacted token]
            id AKIAIOSFODNN7EXAMPLE. ~ id [redacted AWS key].
            mongodb://user:pass@db:27017/x ~ mongodb://[redacted credentials]@db:27017/x
            redis://:pass@db ~ redis://[redacted credentials]@db
            https://ghp_0123456789abcdefghij@github.com/x ~ https://[redacted credentials]@github.com/x
            phone +491701234567 ~ phone [redacted phone number]
            phone +49 170 1234567. ~ phone [redacted phone number].
            phone +1 (202) 555-0100 ~ phone [redacted phone number]
            '+380501234567.session' ~ '[redacted phone number].session'
            +491701234567 2026-11-24 ~ [redacted phone number] 2026-11-24
            a +491701234567 b +380501234567 c ~ a [redacted phone number] b [redacted phone number] c
            jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9 ~ jwt [redacted web token]
            MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs ~ [redacted Discord token]
            """)
    void a_secret_is_masked(String text, String masked) {
        assertThat(standard.apply(text.replace("\\\\", "\\"))).isEqualTo(masked.replace("\\\\", "\\"));
    }

    @Test
    void a_bot_token_is_masked_alone_in_an_address_and_in_a_sentence() {
        assertThat(standard.apply(BOT)).isEqualTo("[redacted bot token]");
        assertThat(standard.apply("https://api.telegram.org/bot" + BOT + "/getMe 401"))
                .isEqualTo("https://api.telegram.org/bot[redacted bot token]/getMe 401");
        assertThat(standard.apply("bot " + BOT + ": gone")).isEqualTo("bot [redacted bot token]: gone");
    }

    @Test
    void string_sessions_and_keys_are_masked() {
        byte[] key = new byte[263];
        new Random(1).nextBytes(key);
        String session = "1" + Base64.getUrlEncoder().encodeToString(key);
        String base64 = Base64.getEncoder().encodeToString(key);

        assertThat(standard.apply("session " + session + " loaded")).isEqualTo("session [redacted session] loaded");
        assertThat(standard.apply("session=" + session)).isEqualTo("session=[redacted session]");
        assertThat(standard.apply("StringSession('" + session + "')")).isEqualTo("StringSession('[redacted session]')");
        assertThat(standard.apply("key " + base64)).isEqualTo("key [redacted session]");
        assertThat(standard.apply("auth_key=" + HEX_64)).isEqualTo("auth_key=[redacted token]");
        assertThat(standard.apply("key=" + HEX_64)).isEqualTo("key=[redacted key]");
        assertThat(standard.apply("k " + HEX_64.repeat(8))).isEqualTo("k [redacted session]");
    }

    @Test
    void a_private_key_is_masked_also_where_its_end_is_missing() {
        String key = "-----BEGIN RSA PRIVATE KEY-----\nMIIB\nAAAA\n";

        assertThat(standard.apply("a\n" + key + "-----END RSA PRIVATE KEY-----\nb"))
                .isEqualTo("a\n[redacted private key]\nb");
        assertThat(standard.apply(key)).isEqualTo("[redacted private key]");
        assertThat(standard.apply((key + "-----END RSA PRIVATE KEY-----\n").repeat(2)))
                .isEqualTo("[redacted private key]\n".repeat(2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-24 10:15:30,123 took 0:00:02",
                "2026-11-24T10:15:30.123456789+02:00",
                "at +0200, UTC+02:00",
                "chat -1001234567890, message 123456789012345678",
                "12345678: not followed by a token",
                "12345678:short",
                "550e8400-e29b-41d4-a716-446655440000",
                "key=550e8400-e29b-41d4-a716-446655440000",
                "127.0.0.1:23901",
                "http://127.0.0.1:8080/a@b",
                "mailto:a@b.c, https://user@host/",
                "commit 0123456789abcdef0123456789abcdef01234567",
                "key=0123456789abcdef0123456789abcdef01234567",
                "Assigned msg_id = 7711513366699226992 to GetStateRequest (7fcc0b)",
                "KeyError: 'caption'",
                "key=photo, token=None, password=None, secret=",
                "Two-steps verification is enabled and a password is required",
                "password: required",
                "Please provide the 'password' argument to 'start()'.",
                "token: expired",
                "max_tokens=512 next_token=12345",
                "Basic authentication failed, bearer of bad news",
                "1+1=2, +5 messages, +12 -3, C++11",
                "a+4917012345678",
                "+12345678901234567890",
                "auth_key generation failed 5 time(s)",
                "a.b.c.d.e.f, com.example.SomeVeryLongClassNameIndeed.method",
                "eyJ is no token, eyJhbGciOi.x",
                "AKIAIOSFODNN7EXAMPLEX is too long, AKIA",
                "----------------------------------",
                "File \"/usr/local/lib/python3.11/asyncio/runners.py\", line 190, in run",
                "caused by InvokeWithLayerRequest(InitConnectionRequest(GetConfigRequest))",
            })
    void what_only_looks_like_a_secret_stays_and_is_the_same_object(String text) {
        assertThat(standard.apply(text)).isSameAs(text);
    }

    @Test
    void long_runs_of_other_text_stay() {
        for (String text : new String[] {
            "x".repeat(300),
            "=".repeat(300),
            "-".repeat(300),
            "^".repeat(300),
            "/srv/worker/Data1".repeat(20),
            "0123456789".repeat(30),
            "a_lower_case_name_".repeat(20),
        }) {
            assertThat(standard.apply(text)).isSameAs(text);
        }
    }

    @Test
    void masking_twice_changes_nothing_more() {
        String once =
                standard.apply("password=hunter2 token=abcdef0123456789ab Authorization: Bearer abc123def456ghi7");

        assertThat(standard.apply(once)).isSameAs(once);
    }

    @Test
    void none_masks_nothing() {
        assertThat(Redaction.none().apply(BOT)).isSameAs(BOT);
    }

    @Test
    void own_patterns_mask_more() {
        Redaction own = standard.and("order", Pattern.compile("order-[0-9]+")).and("empty", Pattern.compile("x*"));

        assertThat(own.apply("order-1 and order-22, " + BOT))
                .isEqualTo("[redacted order] and [redacted order], [redacted bot token]");
        assertThat(own.apply("axxb")).isEqualTo("a[redacted empty]b");
        assertThat(own.apply("other")).isEqualTo("other");
        assertThat(standard.apply("order-1")).isEqualTo("order-1");
        assertThat(own).hasToString("Redaction[standard=true, more=2]");
    }

    @Test
    void a_name_that_is_blank_or_too_long_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> standard.and(" ", Pattern.compile("x")))
                .withMessage("name must have 1 to 40 characters, was \" \"");
    }

    @Test
    void p8_a_text_that_is_too_much_for_a_pattern_is_masked_whole() {
        Redaction deep = Redaction.none().and("password", Pattern.compile("(a|b)*c"));

        assertThat(deep.apply("ab".repeat(30_000) + "c hunter2")).isEqualTo("[redacted password]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "1",
                ":",
                "=",
                "+",
                ".",
                "key=",
                "password:",
                "eyJ",
                "eyJaaaaaaaaaa.",
                "Bearer ",
                "://",
                "+1",
                "+1 ",
                "AKIA",
                "12345678:",
                "-----BEGIN ",
                "-----BEGIN PRIVATE KEY-----",
                "token=\"",
                "authorization: a ",
                "aaaaaaaaaaaaaaaaaaaaaaaa."
            })
    void no_text_takes_more_than_linear_time(String piece) {
        String text = piece.repeat(200_000 / piece.length());

        long begin = System.nanoTime();
        String masked = standard.apply(text);

        assertThat(masked).isNotEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
    }
}
