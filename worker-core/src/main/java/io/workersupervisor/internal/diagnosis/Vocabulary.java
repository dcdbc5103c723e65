package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.Confidence;
import io.workersupervisor.StopReason;
import io.workersupervisor.internal.text.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The words of the trade: phrases and codes, and the reason that each one means, whatever library writes it. Immutable and
 * thread-safe; linear in the length of the text.
 *
 * <ol>
 *   <li>Text and phrases become words in lower case: {@code AuthKeyDuplicated}, {@code AUTH_KEY_DUPLICATED} and
 *       {@code auth key duplicated} are the same three, {@code couldn't} is {@code could not}.
 *   <li>A phrase fits where its words stand one behind the other; {@code a|b} is either word, {@code *} up to three words.
 *   <li>A phrase that is a number or ends in digits is a code: it fits where codes stand, behind {@code code}, {@code status},
 *       {@code error} and their kin, in brackets, or in front of the text.
 *   <li>A phrase that a text warns against says nothing: {@code do not run multiple instances}.
 *   <li>The phrase with the most words decides; one that ends with an exclamation mark decides before all others.
 * </ol>
 */
final class Vocabulary {
    private static final int GAP = 3;
    private static final int DECISIVE = 10;
    private static final int MOST_WORDS = 300;
    private static final Set<String> BEFORE_CODE =
            Set.of(("code status statuscode error errno http https close closed rpc exception failed"
                            + " failure response reply sqlstate reason errored returned received got request server with errorcode")
                    .split(" ", -1));
    private static final Set<String> BEHIND_COUNT =
            Set.of("ms s sec secs seconds minutes bytes kb mb items messages users times chats of rows".split(" ", -1));

    private static final Set<String> PLEASE = Set.of("please", "also", "and", "so");

    private final Map<String, List<Phrase>> byFirst = new HashMap<>();

    /**
     * A phrase and its meaning.
     *
     * @param text the phrase as it was written
     * @param words what may stand at each of its places
     * @param most the highest confidence that it gives
     * @param advice its own advice, empty for that of the reason
     */
    record Phrase(String text, List<Set<String>> words, StopReason reason, Confidence most, String advice) {
        static Phrase of(String text, StopReason reason, Confidence most, String advice) {
            List<Set<String>> words = new ArrayList<>();
            for (String part : text.replace("!", "").strip().split(" +", -1)) {
                if (part.equals("*")) {
                    words.add(Set.of(part));
                } else if (part.contains("|")) {
                    words.add(alternatives(part, text));
                } else {
                    Word.of(part).forEach(word -> words.add(Set.of(word.text())));
                }
            }
            if (words.isEmpty() || words.get(0).contains("*")) {
                throw new IllegalArgumentException("a phrase must begin with a word: " + Text.quoted(text));
            }
            return new Phrase(text, List.copyOf(words), reason, most, advice);
        }

        private static Set<String> alternatives(String part, String phrase) {
            Set<String> words = new HashSet<>();
            for (String alternative : part.split("\\|", -1)) {
                List<Word> word = Word.of(alternative);
                if (word.size() != 1) {
                    throw new IllegalArgumentException("each of a|b must be one word: " + Text.quoted(phrase));
                }
                words.add(word.get(0).text());
            }
            return words;
        }

        boolean isDecisive() {
            return text.endsWith("!");
        }
    }

    /**
     * A place where a phrase fits.
     *
     * @param weight the number of words that fit, more where the phrase is decisive
     */
    record Meaning(Phrase phrase, int weight) {
        /** Of two that fit as well, the one decides that a restart cannot mend; a lost connection has other causes. */
        int score() {
            boolean isLost = phrase.reason == StopReason.DISCONNECTED && !isDecisive();
            int rated = isLost ? Math.min(2, weight) : weight;
            return 2 * rated + (weight > 0 && !phrase.reason.restartCanHelp() ? 1 : 0);
        }

        boolean isDecisive() {
            return weight >= DECISIVE;
        }
    }

    /** A word of a text, and whether it stands where a code stands. */
    record Word(String text, boolean isCode) {
        /** The words of a text, at most the first 300. */
        static List<Word> of(String text) {
            List<Word> words = new ArrayList<>();
            int at = 0;
            while (at < text.length() && words.size() < MOST_WORDS) {
                if (!Character.isLetterOrDigit(text.charAt(at))) {
                    at++;
                    continue;
                }
                int end = end(text, at);
                String word = text.substring(at, end).replace('\u2019', '\'').toLowerCase(Locale.ROOT);
                boolean isNot = word.length() > 3 && word.endsWith("n't") && !word.equals("can't");
                String bare = word.equals("can't") || word.equals("cant")
                        ? "cannot"
                        : word.substring(0, word.length() - (isNot ? 3 : 0)).replace("'", "");
                words.add(new Word(bare, isCode(text, at, word, words)));
                if (isNot) {
                    words.add(new Word("not", false));
                }
                at = end;
            }
            return words;
        }

        private static int end(String text, int from) {
            int at = from + 1;
            while (at < text.length()) {
                char c = text.charAt(at);
                char before = text.charAt(at - 1);
                boolean isApostrophe = (c == '\'' || c == '\u2019')
                        && Character.isLowerCase(before)
                        && at + 1 < text.length()
                        && Character.isLowerCase(text.charAt(at + 1));
                boolean isHump = Character.isUpperCase(c) && Character.isLowerCase(before);
                boolean isLastCapital = Character.isUpperCase(before)
                        && at - from > 1
                        && Character.isLowerCase(c)
                        && Character.isUpperCase(text.charAt(at - 2));
                if (isLastCapital) {
                    return at - 1;
                } else if (isHump || !(Character.isLetterOrDigit(c) || isApostrophe)) {
                    return at;
                }
                at++;
            }
            return at;
        }

        private static boolean isCode(String text, int at, String word, List<Word> before) {
            if (!Character.isDigit(word.charAt(word.length() - 1)) || word.length() < 3) {
                return false;
            }
            char previous = at == 0 ? '[' : text.charAt(at - 1);
            boolean isLed = "[(<".indexOf(previous) >= 0
                    || (at > 1 && previous == ' ' && text.charAt(at - 2) == ':')
                    || before.stream()
                            .skip(Math.max(0, before.size() - 2))
                            .anyMatch(led -> BEFORE_CODE.contains(led.text));
            String behind = text.substring(Math.min(text.length(), at + word.length()));
            List<Word> next = behind.isEmpty() || behind.startsWith(".")
                    ? List.of()
                    : of(behind.substring(0, Math.min(12, behind.length())));
            boolean isCount = !next.isEmpty() && BEHIND_COUNT.contains(next.get(0).text);
            return isLed && !isCount;
        }
    }

    Vocabulary(List<Phrase> phrases) {
        for (Phrase phrase : phrases) {
            for (String first : phrase.words().get(0)) {
                byFirst.computeIfAbsent(first, word -> new ArrayList<>()).add(phrase);
            }
        }
    }

    /** The meaning of a text, if it has one. */
    Optional<Meaning> of(String text) {
        List<Word> words = Word.of(text);
        Optional<Meaning> best = Optional.empty();
        for (int i = 0; i < words.size(); i++) {
            if (!byFirst.containsKey(words.get(i).text()) || isWarned(words, i)) {
                continue;
            }
            for (Phrase phrase : byFirst.getOrDefault(words.get(i).text(), List.of())) {
                Meaning meaning = new Meaning(phrase, weight(phrase, words, i));
                if (meaning.score() > best.map(Meaning::score).orElse(1)) {
                    best = Optional.of(meaning);
                }
            }
        }
        return best;
    }

    /** {@code do not} and {@code please do not}, at most two words before; {@code you do not} tells what is. */
    private static boolean isWarned(List<Word> words, int at) {
        for (int not = Math.max(1, at - 3); not < at; not++) {
            boolean isLed = words.get(not).text().equals("not")
                    && words.get(not - 1).text().equals("do");
            if (isLed && (not == 1 || PLEASE.contains(words.get(not - 2).text()))) {
                return true;
            }
        }
        return false;
    }

    private static int weight(Phrase phrase, List<Word> words, int from) {
        List<Set<String>> wanted = phrase.words();
        int at = from;
        int fits = 0;
        int gap = 0;
        for (Set<String> word : wanted) {
            if (word.contains("*")) {
                gap = GAP;
                continue;
            }
            int limit = Math.min(words.size(), at + gap + 1);
            while (at < limit && !fits(word, words.get(at))) {
                at++;
            }
            if (at >= limit) {
                return 0;
            }
            at++;
            fits++;
            gap = 0;
        }
        return fits + (phrase.isDecisive() ? DECISIVE : 0);
    }

    private static boolean fits(Set<String> wanted, Word word) {
        boolean isNumber = Character.isDigit(word.text().charAt(word.text().length() - 1))
                && word.text().length() > 2;
        return wanted.contains(word.text()) && (!isNumber || word.isCode());
    }
}
