package io.workersupervisor.internal.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.Confidence;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.Explanation;
import io.workersupervisor.StopReason;
import io.workersupervisor.internal.diagnosis.PublicDeathsTest.Score;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P6: the words of the trade and the form of a log explain, not the strings of one library. */
class GeneralReadingTest {
    /** The rules that know libraries by their own strings. */
    private static final Map<String, String> PACKS = Map.of(
            "telethon", "telethon",
            "pyro", "pyrogram",
            "tdlib", "tdlib",
            "gramjs", "gramjs",
            "baileys", "baileys",
            "discord", "discord");

    @TempDir
    Path directory;

    private static Explanation explain(Death death, RuleSet rules) {
        return Diagnosis.explain(death.log(), death.exit(), rules, List.of());
    }

    @Test
    void libraries_are_explained_without_rules_of_their_own() throws IOException {
        Map<String, List<Death>> byLibrary = new TreeMap<>();
        for (Death death : Death.all("deaths")) {
            byLibrary
                    .computeIfAbsent(death.library(), library -> new ArrayList<>())
                    .add(death);
        }
        Score all = new Score();
        RuleSet general = RuleSet.without(Set.copyOf(PACKS.values()));
        byLibrary.forEach((library, deaths) -> {
            Score score = Score.of(deaths, death -> explain(death, general));
            System.out.printf("  without rules of %-28s %s%n", library, score);
            deaths.forEach(death -> all.add(death, explain(death, general)));
        });
        System.out.println("without rules of any library: " + all);

        assertThat(all.right).isGreaterThanOrEqualTo(all.all * 85 / 100);
        assertThat(all.wrongCertain).isZero();
    }

    /** Names of libraries, classes and people carry nothing but what their words say. */
    @Test
    void invented_names_change_little() throws IOException {
        Random random = new Random(16);
        Score before = new Score();
        Score after = new Score();
        for (Death death : Death.all("deaths")) {
            Path log = Files.writeString(
                    directory.resolve(death.name() + ".log"), invented(Files.readString(death.log()), random));
            before.add(death, death.explain());
            after.add(death, Explanation.of(log, death.exit()));
        }
        System.out.println("with invented names: " + after);
        after.lines.forEach(System.out::println);

        assertThat(Math.abs(after.right - before.right)).isLessThanOrEqualTo(Math.max(1, before.all * 3 / 100));
    }

    private static final Pattern NAMES = Pattern.compile(
            "(?i)telethon|pyrogram|pyrotgfork|telegram|telegraf|telebot|discord|hikari|javacord"
                    + "|serenity|slack|baileys|whaileys|whatsapp|whatsmeow|wppconnect|venom|evolution|matrix|mautrix|nio|kafka|ksql|celery|billiard"
                    + "|binance|kraken|bitfinex|ccxt|freqtrade|octobot|madeline|danog|yowsup|aiosasl|aioxmpp|signal|grammy|gotd|tmkms|grin"
                    + "|instabot|neonize|wacli|wuzapi|laravel|horizon|puppeteer|alice|prawcore|tweepy|pika|celery|rasa|imaplib|zato|mjolnir");

    /** Each name becomes another one of as many letters; what a word says of the trade stays. */
    private static String invented(String log, Random random) {
        Map<String, String> names = new LinkedHashMap<>();
        Matcher name = NAMES.matcher(log);
        StringBuilder text = new StringBuilder();
        while (name.find()) {
            String known = name.group().toLowerCase(java.util.Locale.ROOT);
            String made = names.computeIfAbsent(known, word -> invent(word.length(), random));
            boolean isCapital = Character.isUpperCase(name.group().charAt(0));
            name.appendReplacement(text, isCapital ? Character.toUpperCase(made.charAt(0)) + made.substring(1) : made);
        }
        return name.appendTail(text).toString();
    }

    private static String invent(int length, Random random) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < length; i++) {
            word.append((i % 2 == 0 ? "bdfglmprvz" : "aou").charAt(random.nextInt(i % 2 == 0 ? 10 : 3)));
        }
        return word.toString();
    }

    private static final List<String> HEALTHY = List.of(
            "INFO - delivered message %d",
            "INFO - message from user %d: my account was banned and the session is revoked",
            "INFO - received update %d {'text': 'too many requests, retry after 37'}",
            "DEBUG - payload {\"text\": \"AuthKeyDuplicatedError: used twice\", \"id\": %d}",
            "WARNING - attempt %d failed: connection reset by peer, retrying in 5 s",
            "ERROR - could not deliver \"unauthorized\" to chat %d",
            "INFO - reconnected to server %d successfully",
            "INFO - \u043f\u043e\u043b\u044c\u0437\u043e\u0432\u0430\u0442\u0435\u043b\u044c %d \u0437\u0430\u0431\u043b\u043e\u043a\u0438\u0440\u043e\u0432\u0430\u043d",
            "ERROR - request %d failed: 429 Too Many Requests\nTraceback (most recent call last):\n  File \"a.py\", line 1\n"
                    + "some.errors.FloodWaitError: A wait of 30 seconds is required",
            "INFO - sleeping 30 s because of a flood wait (%d)",
            "INFO - quoted log: ERROR database is locked, login required (%d)");

    /** Chat, payloads, quoted logs and errors that were survived. */
    @Test
    void healthy_lines_with_words_of_the_trade_never_explain_a_clean_end() throws IOException {
        Random random = new Random(7);
        for (int round = 0; round < 300; round++) {
            StringBuilder log = new StringBuilder();
            int lines = 20 + random.nextInt(60);
            for (int i = 0; i < lines; i++) {
                String line = HEALTHY.get(i >= lines - 3 ? 0 : random.nextInt(HEALTHY.size()));
                log.append(String.format("2026-11-24 10:%02d:%02d,000 - worker - ", i / 60, i % 60))
                        .append(String.format(line, i))
                        .append('\n');
            }
            Path file = Files.writeString(directory.resolve("mixed.log"), log);

            Explanation clean = Explanation.of(file, new ExitStatus.Exited(0));
            Explanation unseen = Explanation.of(file, new ExitStatus.Unknown("nobody saw it"));

            assertThat(clean.reason()).as("%s", log).isEqualTo(StopReason.COMPLETED);
            assertThat(unseen.confidence()).as("%s", log).isEqualTo(Confidence.POSSIBLE);
        }
    }
}
