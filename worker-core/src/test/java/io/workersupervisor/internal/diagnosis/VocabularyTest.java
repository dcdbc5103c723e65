package io.workersupervisor.internal.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.workersupervisor.Confidence;
import io.workersupervisor.StopReason;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Phrases are found as words, however a library writes them. */
class VocabularyTest {
    private static boolean fits(String phrase, String text) {
        return vocabulary(phrase).of(text).isPresent();
    }

    private static Vocabulary vocabulary(String... phrases) {
        return new Vocabulary(Stream.of(phrases)
                .map(text -> Vocabulary.Phrase.of(text, StopReason.FLOOD_WAIT, Confidence.PROBABLE, ""))
                .toList());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', textBlock = """
            AuthKeyDuplicated     ~ AUTH_KEY_DUPLICATED
            AUTH_KEY_DUPLICATED   ~ telethon.errors.AuthKeyDuplicatedError: x
            auth key duplicated   ~ authKeyDuplicated
            shop is * closed      ~ the shop is now for good closed
            shop|store closed     ~ Store closed
            Shop|Store's closed   ~ STORES closed
            could|cannot * login  ~ Couldn't login
            is not open           ~ the shop isn't open
            cannot open           ~ can't open
            404                   ~ error 404
            404                   ~ [404] gone
            404                   ~ status: 404
            """)
    void a_phrase_fits_its_spellings(String phrase, String text) {
        assertThat(fits(phrase, text)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', textBlock = """
            shop closed           ~ shops closed
            shop is * closed      ~ the shop is one two three four closed
            404                   ~ 404 messages delivered
            404                   ~ after 404 of them
            404                   ~ error 4045
            multiple instances    ~ Please do not run multiple instances of it
            multiple instances    ~ don't use multiple instances
            """)
    void other_words_are_no_phrase(String phrase, String text) {
        assertThat(fits(phrase, text)).isFalse();
    }

    @Test
    void what_somebody_does_not_do_is_no_advice() {
        assertThat(fits("session is open", "you do not own it, its session is open"))
                .isTrue();
    }

    @Test
    void most_words_decide_and_an_exclamation_mark_before_them() {
        String text = "the shop is closed for today";

        assertThat(vocabulary("shop is", "closed for today")
                        .of(text)
                        .orElseThrow()
                        .phrase()
                        .text())
                .isEqualTo("closed for today");
        assertThat(vocabulary("shop is!", "closed for today")
                        .of(text)
                        .orElseThrow()
                        .phrase()
                        .text())
                .isEqualTo("shop is!");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "!", "* closed", "shop|auth key_open|x-y", "shop| closed", "shop|AuthKey closed"})
    void what_is_no_phrase_is_refused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> vocabulary(text))
                .withMessageContaining(text.isBlank() ? "phrase" : text);
    }

    @Test
    void an_empty_text_means_nothing() {
        assertThat(new Vocabulary(List.of()).of("error 404 n't")).isEmpty();
        assertThat(vocabulary("404").of("")).isEmpty();
    }
}
