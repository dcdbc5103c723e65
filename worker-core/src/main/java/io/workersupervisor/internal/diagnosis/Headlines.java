package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.internal.logs.entries.LineKind;
import io.workersupervisor.internal.logs.entries.StructuredLine;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lines of an entry that say what went wrong, the deciding one first: the class that ended a traceback before the
 * causes that it names, the exception before the words it was logged with. Payload of JSON lines and text behind quotes is
 * none of them.
 *
 * @param lines the deciding one first
 * @param behind lines that follow the exception, and may belong to its message or not
 */
record Headlines(List<TailOfLog.Line> lines, List<TailOfLog.Line> behind) {
    /** A line is looked at as far as this. */
    private static final int LONGEST = 2_048;

    private static final int MOST = 24;
    private static final String CAUSED_BY = "Caused by: ";

    /** What may be the name of a logger, with its place: {@code pkg.Class - }, {@code mod:main:40 - }, {@code name: }. */
    private static final List<Pattern> LOGGERS = List.of(
            Pattern.compile("\\S{1,120} [-|] "), Pattern.compile("[\\w.$/<>@-]{1,120}(?:\\[\\d+\\])?[:\\]]\\s*"));

    private static final Pattern NAMED_ERROR =
            Pattern.compile("(?<![\\w.])[A-Za-z_][\\w.]{0,200}(?:Error|Exception)\\b");

    private static final Pattern GROUP_MARGIN = Pattern.compile("[\\s|+-]*");

    static Headlines of(TailOfLog.Entry entry) {
        List<TailOfLog.Line> found = new ArrayList<>();
        List<TailOfLog.Line> behind = new ArrayList<>();
        switch (entry.crash()) {
            case PYTHON -> python(entry.lines(), found, behind);
            case JVM -> causes(entry.lines(), found);
            case RUST -> entry.lines().stream().limit(2).forEach(found::add);
            case NODE, ALL, BANNER -> crashed(entry.lines(), found);
            case NONE -> behind.addAll(behindException(entry.lines()));
        }
        if (entry.isRecord() && entry.lines().get(0).kind() == LineKind.STRUCTURED) {
            structured(entry, found);
        } else if (entry.isRecord()) {
            message(entry, found);
        } else if (entry.crash() == Crash.NONE) {
            causes(entry.lines(), found);
            if (found.size() == 1) {
                message(entry, found);
            }
        }
        return new Headlines(found.stream().distinct().limit(MOST).toList(), behind);
    }

    /** Output that an exception without frames may have as further lines of its message. */
    private static List<TailOfLog.Line> behindException(List<TailOfLog.Line> lines) {
        int from = lines.size();
        while (from > 0 && isPlain(lines.get(from - 1))) {
            from--;
        }
        boolean isException = from > 0
                && (lines.get(from - 1).kind() == LineKind.EXCEPTION
                        || lines.get(from - 1).kind() == LineKind.CAUSE);
        return isException ? nonBlank(lines.subList(from, lines.size())) : List.of();
    }

    private static boolean isPlain(TailOfLog.Line line) {
        return line.kind() == LineKind.RAW || line.kind() == LineKind.BLANK;
    }

    private static List<TailOfLog.Line> nonBlank(List<TailOfLog.Line> lines) {
        return lines.stream().filter(line -> line.kind() != LineKind.BLANK).toList();
    }

    /** A line of JSON or of {@code key=value}: whatever else is in it is payload. */
    private static void structured(TailOfLog.Entry entry, List<TailOfLog.Line> found) {
        StructuredLine.Words words = StructuredLine.words(entry.first());
        for (String error : words.errors()) {
            List<TailOfLog.Line> carried = error.lines()
                    .map(text -> TailOfLog.Line.of(entry.offset(), text))
                    .toList();
            if (Crash.in(carried) == Crash.PYTHON) {
                python(carried, found, new ArrayList<>());
            } else {
                causes(carried, found);
            }
        }
        add(entry.offset(), words.message(), found);
        named(entry.offset(), words.message(), found);
    }

    private static void add(long offset, String text, List<TailOfLog.Line> found) {
        String line = text.length() <= LONGEST ? text : text.substring(0, LONGEST);
        if (!line.isBlank()) {
            found.add(TailOfLog.Line.of(offset, line.strip()));
        }
    }

    /** With and without what may be the name of a logger, and the exceptions that were logged with it. */
    private static void message(TailOfLog.Entry entry, List<TailOfLog.Line> found) {
        String text = entry.parsed().message();
        int end = text.indexOf('\n') < 0 ? text.length() : text.indexOf('\n');
        String message = text.substring(0, Math.min(end, LONGEST));
        if (entry.crash() == Crash.NONE) {
            entry.lines().stream()
                    .skip(1)
                    .filter(line -> line.kind() == LineKind.EXCEPTION)
                    .forEach(line -> add(line.offset(), line.text(), found));
        }
        add(entry.offset(), message, found);
        for (Pattern pattern : LOGGERS) {
            Matcher logger = pattern.matcher(message);
            if (entry.isRecord() && logger.lookingAt()) {
                add(entry.offset(), message.substring(logger.end()), found);
            }
        }
        named(entry.offset(), message, found);
        if (entry.isRecord() && entry.crash() == Crash.NONE) {
            entry.lines().stream()
                    .skip(1)
                    .filter(line -> line.text().startsWith(CAUSED_BY))
                    .forEach(line -> add(line.offset(), line.text().substring(CAUSED_BY.length()), found));
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
    private static void python(List<TailOfLog.Line> lines, List<TailOfLog.Line> found, List<TailOfLog.Line> behind) {
        List<TailOfLog.Line> chain = new ArrayList<>();
        List<TailOfLog.Line> grouped = new ArrayList<>();
        boolean inFrames = false;
        int last = lines.size();
        for (int i = 0; i < lines.size(); i++) {
            TailOfLog.Line line = lines.get(i);
            if (line.kind() == LineKind.TRACEBACK) {
                inFrames = true;
                continue;
            } else if (line.kind() == LineKind.CHAIN && line.text().startsWith("During ")) {
                chain.clear();
            }
            boolean inGroup = line.text().stripLeading().startsWith("|");
            String bare = inGroup ? line.text().substring(margin(line.text())) : line.text();
            boolean isFrame = bare.isEmpty()
                    || (inGroup ? line.text().contains("|   ") : Character.isWhitespace(bare.charAt(0)))
                    || bare.startsWith("> File ")
                    || line.kind() == LineKind.CHAIN;
            if (inFrames && !isFrame) {
                (inGroup ? grouped : chain).add(TailOfLog.Line.of(line.offset(), bare));
                inFrames = false;
                last = i;
            }
        }
        for (int i = chain.size() - 1; i >= 0; i--) {
            add(chain.get(i).offset(), chain.get(i).text(), found);
        }
        grouped.forEach(line -> add(line.offset(), line.text(), found));
        behind.addAll(nonBlank(lines.subList(Math.min(last + 1, lines.size()), lines.size())).stream()
                .filter(line -> line.kind() != LineKind.INDENTED)
                .toList());
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
            } else if (text.startsWith(CAUSED_BY)) {
                add(lines.get(i).offset(), text.substring(CAUSED_BY.length()), found);
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
