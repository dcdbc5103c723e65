package io.workersupervisor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lines of an entry that say what went wrong, the deciding one first: the class that ended a traceback before the
 * causes that it names, the exception before the words it was logged with. Payload of JSON lines and text behind quotes is
 * none of them.
 *
 * @param level how grave the entry is, empty where that is not told
 * @param lines the deciding one first
 */
record Headlines(Optional<LogLevel> level, List<TailOfLog.Line> lines) {
    /** A line is looked at as far as this. */
    private static final int LONGEST = 2_048;

    private static final int MOST = 24;

    /** What may be the name of a logger, with its place: {@code pkg.Class - }, {@code mod:main:40 - }, {@code name: }. */
    private static final List<Pattern> LOGGERS = List.of(
            Pattern.compile("\\S{1,120} [-|] "), Pattern.compile("[\\w.$/<>@-]{1,120}(?:\\[\\d+\\])?[:\\]]\\s*"));

    private static final Pattern NAMED_ERROR =
            Pattern.compile("(?<![\\w.])[A-Za-z_][\\w.]{0,200}(?:Error|Exception)\\b");

    private static final Pattern GROUP_MARGIN = Pattern.compile("[\\s|+-]*");

    static Headlines of(TailOfLog.Entry entry) {
        List<TailOfLog.Line> found = new ArrayList<>();
        Optional<LogLevel> level = entry.head().level();
        TailOfLog.Line first = entry.lines().get(0);
        Optional<LogRecordFields> fields =
                entry.isStructured() && level.isEmpty() ? LogRecordFields.of(first.text()) : Optional.empty();
        switch (entry.crash()) {
            case PYTHON -> python(entry.lines(), found);
            case JVM -> causes(entry.lines(), found);
            case RUST -> entry.lines().stream().limit(2).forEach(found::add);
            case NODE, ALL, BANNER -> crashed(entry.lines(), found);
            case NONE -> {}
        }
        if (fields.isPresent()) {
            level = fields.get().level();
            LogRecordFields record = fields.get();
            List<TailOfLog.Line> carried = record.exception().stream()
                    .map(text -> new TailOfLog.Line(first.offset(), text))
                    .toList();
            if (carried.stream().anyMatch(line -> line.text().contains(Crash.TRACEBACK))) {
                python(carried, found);
            } else {
                causes(carried, found);
            }
            add(first.offset(), record.message(), found);
            named(first.offset(), record.message(), found);
        } else if (entry.isStructured()) {
            message(entry, found);
        } else if (entry.crash() == Crash.NONE) {
            causes(entry.lines(), found);
            if (found.size() == 1) {
                message(entry, found);
            }
        }
        return new Headlines(level, found.stream().distinct().limit(MOST).toList());
    }

    private static void add(long offset, String text, List<TailOfLog.Line> found) {
        String line = text.length() <= LONGEST ? text : text.substring(0, LONGEST);
        if (!line.isBlank()) {
            found.add(new TailOfLog.Line(offset, line.strip()));
        }
    }

    /** With and without what may be the name of a logger. */
    private static void message(TailOfLog.Entry entry, List<TailOfLog.Line> found) {
        String text = entry.first();
        int at = Math.min(entry.head().message(), text.length());
        String message = text.substring(at, Math.min(text.length(), at + LONGEST));
        add(entry.offset(), message, found);
        for (Pattern pattern : LOGGERS) {
            Matcher logger = pattern.matcher(message);
            if (entry.isStructured() && logger.lookingAt()) {
                add(entry.offset(), message.substring(logger.end()), found);
            }
        }
        named(entry.offset(), message, found);
        if (entry.isStructured() && entry.crash() == Crash.NONE) {
            entry.lines().stream()
                    .skip(1)
                    .filter(line -> line.text().startsWith("Caused by: "))
                    .forEach(line -> add(line.offset(), line.text().substring("Caused by: ".length()), found));
        }
    }

    /** A class that is named in the words themselves, not in something that they quote. */
    private static void named(long offset, String message, List<TailOfLog.Line> found) {
        int quote = message.length();
        for (char mark : new char[] {'"', '{', '`', '\u00ab', '\u201c'}) {
            int at = message.indexOf(mark);
            quote = at >= 0 && at < quote ? at : quote;
        }
        String words = message.substring(0, quote);
        Matcher named = NAMED_ERROR.matcher(words.length() <= 400 ? words : words.substring(0, 400));
        if (named.find() && named.start() > 0) {
            add(offset, message.substring(named.start()), found);
        }
    }

    /** The last class of a chain, then those that it names as its direct causes, then those inside of groups. */
    private static void python(List<TailOfLog.Line> lines, List<TailOfLog.Line> found) {
        List<TailOfLog.Line> chain = new ArrayList<>();
        List<TailOfLog.Line> grouped = new ArrayList<>();
        boolean inFrames = false;
        for (TailOfLog.Line line : lines) {
            String text = line.text();
            if (text.contains(Crash.TRACEBACK)) {
                inFrames = true;
                continue;
            } else if (text.equals(LogCutter.DURING)) {
                chain.clear();
            }
            boolean inGroup = text.stripLeading().startsWith("|");
            String bare = inGroup ? text.substring(margin(text)) : text;
            boolean isFrame = bare.isEmpty()
                    || (inGroup ? text.contains("|   ") : Character.isWhitespace(bare.charAt(0)))
                    || bare.startsWith("> File ")
                    || bare.equals(LogCutter.DURING)
                    || bare.equals(LogCutter.DIRECT_CAUSE);
            if (inFrames && !isFrame) {
                (inGroup ? grouped : chain).add(new TailOfLog.Line(line.offset(), bare));
                inFrames = false;
            }
        }
        for (int i = chain.size() - 1; i >= 0; i--) {
            add(chain.get(i).offset(), chain.get(i).text(), found);
        }
        grouped.forEach(line -> add(line.offset(), line.text(), found));
    }

    private static int margin(String text) {
        Matcher margin = GROUP_MARGIN.matcher(text);
        return margin.lookingAt() ? margin.end() : 0;
    }

    private static void causes(List<TailOfLog.Line> lines, List<TailOfLog.Line> found) {
        for (int i = 0; i < lines.size() && found.size() < MOST; i++) {
            String text = lines.get(i).text();
            if (i == 0) {
                add(lines.get(i).offset(), text, found);
                named(lines.get(i).offset(), text, found);
            } else if (text.startsWith("Caused by: ")) {
                add(lines.get(i).offset(), text.substring("Caused by: ".length()), found);
            } else if (text.stripLeading().startsWith("[cause]: ")) {
                add(lines.get(i).offset(), text.stripLeading().substring("[cause]: ".length()), found);
            }
        }
    }

    /** Lines at the margin, and the codes and causes that Node prints with an error. */
    private static void crashed(List<TailOfLog.Line> lines, List<TailOfLog.Line> found) {
        for (TailOfLog.Line line : lines) {
            if (found.size() >= MOST) {
                return;
            }
            String text = line.text();
            String bare = text.stripLeading();
            if (!text.isEmpty() && !Character.isWhitespace(text.charAt(0))) {
                add(line.offset(), text, found);
            } else if (bare.startsWith("code: ") || bare.startsWith("[cause]: ") || bare.startsWith("what(): ")) {
                add(line.offset(), bare, found);
            }
        }
    }
}
