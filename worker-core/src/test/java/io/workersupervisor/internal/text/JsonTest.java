package io.workersupervisor.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private static final String ALPHABET = "{}[]\",:\\/ntrbfu0129aeE+-. \n\t\0truefalsnl\ud83d\ude00ä";

    @Test
    void a_value_comes_back_as_it_was_written() {
        Random random = new Random(1);

        for (int i = 0; i < 2_000; i++) {
            Map<String, @Nullable Object> value = randomMap(random, 0);

            String text = Json.write(value);

            assertThat(Json.object(text)).as("%s", text).isEqualTo(value);
        }
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "\\\", 22",
                "\\\\, 5c",
                "\\/, 2f",
                "\\b, 8",
                "\\f, c",
                "\\n, a",
                "\\r, d",
                "\\t, 9",
                "\\u0000, 0",
                "\\u00e9, e9",
                "\\u20AC, 20ac",
                "\\ud83d, d83d",
                "é, e9"
            })
    void an_escape_is_read_as_the_character_it_stands_for(String escape, String character) {
        Map<String, @Nullable Object> map = Json.object("{\"a\":\"" + escape + "\"}");

        assertThat(map).containsEntry("a", Character.toString(Integer.parseInt(character, 16)));
    }

    @Test
    void a_pair_of_surrogates_is_read_as_one_character() {
        assertThat(Json.object("{\"a\":\"\\ud83d\\ude00\"}")).containsEntry("a", "\ud83d\ude00");
    }

    @Test
    void control_characters_and_surrogates_are_written_as_escapes() {
        String text = Json.write(List.of("\"\\\n\t\0\u001f\u007f\ud83d\ude00\ud83d é"));

        assertThat(text).isEqualTo("[\"\\\"\\\\\\n\\t\\u0000\\u001f\\u007f\\ud83d\\ude00\\ud83d é\"]");
    }

    @Test
    void fields_are_written_in_their_order() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("z", List.of());
        map.put("a", Map.of());
        map.put("m", null);

        assertThat(Json.write(map)).isEqualTo("{\"z\":[],\"a\":{},\"m\":null}");
    }

    @Test
    void space_between_tokens_is_read_over() {
        assertThat(Json.object(" \t\r\n{ \"a\" : [ 1 , { } , [ ] ] } \n"))
                .containsEntry("a", List.of(1L, Map.of(), List.of()));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "0 | 0",
                "-1 | -1",
                "9223372036854775807 | 9223372036854775807",
                "-9223372036854775808 | -9223372036854775808",
            })
    void a_whole_number_is_a_long(String text, long number) {
        assertThat(Json.object("{\"a\":" + text + "}")).containsEntry("a", number);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.5", "-2.25", "1e3", "1E-7", "1.5e+300", "123456789012345678901.0"})
    void any_other_number_is_a_double(String text) {
        assertThat(Json.object("{\"a\":" + text + "}")).containsEntry("a", Double.valueOf(text));
    }

    /** A number that was read and written again must be the same one. */
    @ParameterizedTest
    @ValueSource(strings = {"9223372036854775808", "-9223372036854775809", "1e999", "-1e999"})
    void a_number_that_does_not_fit_is_refused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.object("{\"a\":" + text + "}"))
                .withMessageContaining("expected a number");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":01}",
                "{\"a\":-}",
                "{\"a\":--1}",
                "{\"a\":1.}",
                "{\"a\":1e}",
                "{\"a\":.5}",
                "{\"a\":+1}",
                "{\"a\":0x10}",
                "{\"a\":NaN}",
                "{\"a\":TRUE}",
                "{\"a\":nul}",
                "{\"a\":\"\\u12\"}",
                "{\"a\":\"\\u+041\"}",
                "{\"a\":\"\\u-001\"}",
                "{\"a\":\"\\u00g0\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\",
                "{'a':1}",
                "{\"a\":1,}",
                "{,}",
                "{\"a\":[1,]}",
                "{\"a\":[1 2]}",
                "{\"a\":1}}",
                "[]",
                "null",
                "\"a\""
            })
    void what_is_no_json_object_is_refused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.object(text))
                .withMessageMatching("not JSON: expected .+ at character [0-9]+");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "`` | a value | 0",
                "[1] | one JSON object | 3",
                "{\"a\":1} x | one JSON object | 8",
                "{a:1} | '\"' | 1",
                "{\"a\" 1} | ':' | 5",
                "{\"a\":} | a value | 5",
                "{\"a\":1 | '}' | 6",
                "{\"a\":[1,2 | ']' | 9",
                "{\"a\":\"b | the end of a string | 7",
            })
    void a_refusal_says_what_was_expected_and_where(String text, String expected, int position) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.object(text))
                .withMessage("not JSON: expected " + expected + " at character " + position);
    }

    @Test
    void nesting_is_read_to_a_depth_of_32_below_the_object() {
        String deep = "[".repeat(32) + "]".repeat(32);

        assertThat(Json.write(Json.object("{\"a\":" + deep + "}"))).isEqualTo("{\"a\":" + deep + "}");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.object("{\"a\":[" + deep + "]}"))
                .withMessageContaining("at most 32 levels");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":", "[[{\"a\":"})
    void nesting_without_end_does_not_exhaust_the_stack(String part) {
        assertThatIllegalArgumentException().isThrownBy(() -> Json.object(part.repeat(200_000)));
    }

    /** P7: a damaged row, report or stamp is a value that is refused, never an error of another kind. */
    @Test
    void hostile_text_throws_nothing_but_illegal_argument() {
        Random random = new Random(2);

        for (int i = 0; i < 15_000; i++) {
            String text = i % 2 == 0 ? noise(random) : mutated(random);
            try {
                Json.object(text);
            } catch (IllegalArgumentException refused) {
                assertThat(refused).isExactlyInstanceOf(IllegalArgumentException.class);
            } catch (RuntimeException | StackOverflowError other) {
                fail("threw for " + text, other);
            }
        }
    }

    /** What is accepted can be kept: rows carry fields that this version does not know. */
    @Test
    void what_was_accepted_is_accepted_again_once_it_is_written() {
        Random random = new Random(3);

        for (int i = 0; i < 5_000; i++) {
            String text = mutated(random);
            Map<String, @Nullable Object> accepted;
            try {
                accepted = Json.object(text);
            } catch (IllegalArgumentException refused) {
                continue;
            }

            assertThat(Json.object(Json.write(accepted))).as("%s", text).isEqualTo(accepted);
        }
    }

    private static String noise(Random random) {
        StringBuilder text = new StringBuilder("{");
        int length = random.nextInt(40);
        for (int i = 0; i < length; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return text.toString();
    }

    private static String mutated(Random random) {
        StringBuilder text = new StringBuilder(Json.write(randomMap(random, 3)));
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(text.length());
            char c = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
            switch (random.nextInt(3)) {
                case 0 -> text.setCharAt(at, c);
                case 1 -> text.insert(at, c);
                default -> text.setLength(Math.max(1, at));
            }
        }
        return text.toString();
    }

    private static Map<String, @Nullable Object> randomMap(Random random, int depth) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        int size = random.nextInt(5);
        for (int i = 0; i < size; i++) {
            map.put(randomText(random), randomValue(random, depth + 1));
        }
        return map;
    }

    private static @Nullable Object randomValue(Random random, int depth) {
        return switch (random.nextInt(depth > 5 ? 5 : 7)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> random.nextLong() >> random.nextInt(64);
            case 3 -> random.nextGaussian() * Math.pow(10, random.nextInt(600) - 300.0);
            case 4 -> randomText(random);
            case 5 -> randomMap(random, depth);
            default -> {
                List<@Nullable Object> list = new ArrayList<>();
                int size = random.nextInt(4);
                for (int i = 0; i < size; i++) {
                    list.add(randomValue(random, depth + 1));
                }
                yield list;
            }
        };
    }

    /** Of all characters, half of them such as matter to JSON; surrogates come alone and in pairs. */
    private static String randomText(Random random) {
        char[] text = new char[random.nextInt(8)];
        for (int i = 0; i < text.length; i++) {
            boolean special = random.nextBoolean();
            text[i] = special ? ALPHABET.charAt(random.nextInt(ALPHABET.length())) : (char) random.nextInt(0x10000);
        }
        return new String(text);
    }
}
