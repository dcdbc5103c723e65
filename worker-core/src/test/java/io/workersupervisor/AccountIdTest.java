package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.workersupervisor.internal.directory.Layout;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccountIdTest {
    private static final String FIRST = "ABCXYZabcxyz0189_@+:";
    private static final String LATER = FIRST + ".-";

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, 4711, -5, Long.MAX_VALUE, Long.MIN_VALUE})
    void a_canonical_decimal_is_a_number(long number) {
        AccountId account = AccountId.parse(Long.toString(number));

        assertThat(account.value() instanceof Long).isTrue();
        assertThat(account.value()).isEqualTo(number);
        assertThat(account).hasToString(Long.toString(number)).isEqualTo(AccountId.of(number));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9223372036854775808",
                "007",
                "00",
                "+5",
                "1.5",
                "1e3",
                "4711_2",
                "a",
                "Z",
                "_",
                "@name",
                "+491701234567",
                "user@example.org",
                ":a",
                "a-b.c",
                "trader:42"
            })
    void anything_else_is_a_string(String text) {
        AccountId account = AccountId.parse(text);

        assertThat(account.value() instanceof Long).isFalse();
        assertThat(account.value()).isEqualTo(text);
        assertThat(account).hasToString(text).isEqualTo(AccountId.of(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-",
                "-0",
                "-007",
                "-a",
                "-9223372036854775809",
                ".",
                "..",
                ".hidden",
                "a b",
                "a/b",
                "a\n",
                "a\0",
                "a%41",
                "ä",
                "٣",
                "👍"
            })
    void other_characters_and_beginnings_are_refused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> AccountId.parse(text));
    }

    @Test
    void the_longest_text_has_64_characters() {
        assertThat(AccountId.parse("a".repeat(64))).hasToString("a".repeat(64));

        assertThatIllegalArgumentException().isThrownBy(() -> AccountId.parse("a".repeat(65)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "4711", "9223372036854775807", "-9223372036854775808"})
    void a_canonical_decimal_given_as_a_string_is_that_number(String text) {
        assertThat(AccountId.of(text)).isEqualTo(AccountId.of(Long.parseLong(text)));
        assertThat(AccountId.of(text).value()).isInstanceOf(Long.class);
    }

    @Test
    void a_refusal_names_the_value_and_the_bounds() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AccountId.parse("a/b\nc"))
                .withMessage("account must be 1 to 64 characters of [A-Za-z0-9._@+:-] and not begin with '.' or '-',"
                        + " was \"a/b c\"");
    }

    @ParameterizedTest
    @CsvSource({
        "4711, 4711",
        "-5, -5",
        "abc, abc",
        "Abc, %41bc",
        "a:b, a%3Ab",
        "+5, +5",
        "_x, _x",
        "user.name@example.org, user.name@example.org",
    })
    void a_file_name_has_lower_case_only_and_the_rest_as_hexadecimal(String text, String name) {
        assertThat(Layout.fileName(AccountId.parse(text))).isEqualTo(name);
    }

    @ParameterizedTest
    @MethodSource("random")
    void an_account_comes_back_from_its_file_name_and_its_text(AccountId account) {
        assertThat(Layout.accountOf(Layout.fileName(account))).contains(account);
        assertThat(AccountId.parse(account.toString())).isEqualTo(account);
    }

    /** P1: two accounts that shared a lock file would be one, also where the file system ignores case. */
    @Test
    void no_two_accounts_share_a_file_name() {
        Map<String, AccountId> names = new HashMap<>();

        Stream.concat(random(), Stream.of("a", "A", "a:", "A:", "3A", "3a").map(AccountId::parse))
                .distinct()
                .forEach(account -> {
                    AccountId other = names.put(Layout.fileName(account).toLowerCase(Locale.ROOT), account);

                    assertThat(other).as("shares a file name with %s", account).isNull();
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "%", "%4", "%4g", "%3a", "%61", "%2B5", "%34711", "Abc", "a:b", "a%2Fb", "%C3%A4", "ä", ".."
            })
    void a_name_that_no_account_has_is_none(String name) {
        assertThat(Layout.accountOf(name)).isEmpty();
    }

    @Test
    void numbers_sort_by_value_and_before_strings() {
        List<AccountId> sorted = Stream.of("a", "10", "A", "-5", "007", "9", "0")
                .map(AccountId::parse)
                .sorted()
                .toList();

        assertThat(sorted).map(AccountId::toString).containsExactly("-5", "0", "9", "10", "007", "A", "a");
    }

    @Test
    void order_agrees_with_equality() {
        List<AccountId> accounts = Stream.concat(Stream.of("0", "a").map(AccountId::parse), random().limit(40))
                .toList();

        for (AccountId one : accounts) {
            for (AccountId other : accounts) {
                assertThat(one.compareTo(other) == 0).isEqualTo(one.equals(other));
                assertThat(Integer.signum(one.compareTo(other))).isEqualTo(-Integer.signum(other.compareTo(one)));
            }
        }
    }

    static Stream<AccountId> random() {
        Random random = new Random(4711);
        return Stream.generate(() -> random.nextInt(4) == 0 ? AccountId.of(random.nextLong()) : randomText(random))
                .limit(200);
    }

    private static AccountId randomText(Random random) {
        StringBuilder text = new StringBuilder();
        text.append(FIRST.charAt(random.nextInt(FIRST.length())));
        int length = random.nextInt(AccountId.MAX_LENGTH);
        for (int i = 0; i < length; i++) {
            text.append(LATER.charAt(random.nextInt(LATER.length())));
        }
        return AccountId.parse(text.toString());
    }
}
