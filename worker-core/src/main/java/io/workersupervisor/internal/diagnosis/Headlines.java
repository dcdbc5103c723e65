package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.internal.diagnosis.TailOfLog.Crash;
import io.workersupervisor.internal.diagnosis.TailOfLog.Entry;
import io.workersupervisor.internal.diagnosis.TailOfLog.Line;
import io.workersupervisor.internal.logs.entries.LineKind;
import io.workersupervisor.internal.logs.entries.StructuredLine;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lines of an entry that say what went wrong, the deciding one first: the class that ended a traceback before the
 * causes that it names, the exception before the words it was logged with, then the fields that an object or a body of several
 * lines names. Payload of JSON lines and text behind quotes is none of them.
 *
 * @param lines the deciding one first
 * @param behind lines that follow the exception, and may belong to its message or not
 */
record Headlines(List<Line> lines, List<Line> behind) {
    private static final int LONGEST = 2_048;
    private static final int MOST = 24;
    private static final Pattern CAUSE =
            Pattern.compile("^\\s*(?:Caused by: |\\[cause\\]: |-+> |what\\(\\): +|[Ee]rror: (?=\\w*Error: ))");
    private static final Pattern FIELD = Pattern.compile(
            "^[\\s{,<]*[\"']?(?i:code|errno|err_?code|error_?code|error|status|status_?code|description|original_?message"
                    + "|message|(?:err_?)?msg|reason|type|tag|title|detail|name|retry_?after(?:_?ms)?)[\"'>]*\\s*[:=]>?(?:\\s|$)");
    /** Words whose quotation is what went wrong: {@code HTTP error "429 - Too Many Requests"}. */
    private static final Pattern SAYING =
            Pattern.compile("(?i)^(?:error|exception|status|code|reason|response|cause|failure):");
    /** What may be the name of a logger, with its place: {@code pkg.Class - }, {@code mod:main:40 - }, {@code name: }. */
    private static final List<Pattern> LOGGERS = List.of(
            Pattern.compile("\\S{1,120} [-|] "), Pattern.compile("[\\w.$/<>@-]{1,120}(?:\\[\\d+\\])?[:\\]]\\s*"));

    private static final Pattern NAMED_ERROR =
            Pattern.compile("(?<![\\w.])[A-Za-z_][\\w.]{0,200}(?:Error|Exception)\\b");
    /** A frame of a stack at the margin: {@code #0 /srv/x.php(12): f()}, {@code x.php(12): f()}, {@code f()},
     * {@code - x.js:16 f}; or brackets alone. */
    static final Pattern FRAME = Pattern.compile(
            "^(?:#\\d+ |\\S{1,200}\\(\\d+\\):|\\w+\\(\\)$|\\W{0,8}[A-Za-z]\\S{0,200}:\\d+(?: |$)|[\\s\\p{Punct}]*$)");

    /** A further line of a record that names an error. */
    private static final Pattern ERROR_WITHIN =
            Pattern.compile("\\s+(?:[\\w.]{0,200}(?:Error|Exception)|(?i:error|fatal))[: ]");

    private static final Pattern TAG = Pattern.compile("<[^<>]{0,512}>");

    private static final Pattern GROUP_MARGIN = Pattern.compile("[\\s|+-]*");

    /** True if the exception carries a page. */
    boolean isBody() {
        return lines.stream()
                .anyMatch(line -> line.text().contains("<html") || line.text().contains("<!DOCTYPE"));
    }

    boolean anyMatch(Pattern pattern) {
        return lines.stream().anyMatch(line -> pattern.matcher(line.text()).find());
    }

    static Headlines of(Entry entry) {
        List<Line> found = new ArrayList<>();
        List<Line> behind = new ArrayList<>();
        if (entry.crash() == Crash.PYTHON) {
            python(entry.lines(), found, behind);
        } else {
            behind.addAll(behindException(entry.lines()));
        }
        if (entry.isRecord() && entry.lines().get(0).kind() == LineKind.STRUCTURED) {
            structured(entry, found);
        } else if (entry.isRecord() || !entry.isCrash()) {
            details(entry, true, found);
            message(entry, found);
        }
        details(entry, false, found);
        behind.stream().limit(6).forEach(line -> add(line.offset(), line.text(), found));
        if (new Headlines(found, behind).isBody()) {
            entry.lines()
                    .forEach(line ->
                            add(line.offset(), TAG.matcher(cut(line.text())).replaceAll(" "), found));
        }
        return new Headlines(found.stream().distinct().limit(MOST).toList(), behind);
    }

    /** Output that an exception without frames may have as further lines of its message. */
    private static List<Line> behindException(List<Line> lines) {
        int from = lines.size();
        while (from > 0
                && (lines.get(from - 1).kind() == LineKind.RAW
                        || lines.get(from - 1).kind() == LineKind.BLANK)) {
            from--;
        }
        boolean isException = from > 0
                && (lines.get(from - 1).kind() == LineKind.EXCEPTION
                        || lines.get(from - 1).kind() == LineKind.CAUSE);
        return isException ? nonBlank(lines.subList(from, lines.size())) : List.of();
    }

    private static List<Line> nonBlank(List<Line> lines) {
        return lines.stream()
                .filter(line -> line.kind() != LineKind.BLANK
                        && !FRAME.matcher(line.text()).find())
                .toList();
    }

    /** A line of JSON or of {@code key=value}: whatever else is in it is payload. */
    private static void structured(Entry entry, List<Line> found) {
        StructuredLine.Words words = StructuredLine.words(entry.first());
        for (String error : words.errors()) {
            List<Line> carried =
                    error.lines().map(text -> Line.of(entry.offset(), text)).toList();
            if (Crash.in(carried) == Crash.PYTHON) {
                python(carried, found, new ArrayList<>());
            } else if (!carried.isEmpty()) {
                add(entry.offset(), carried.get(0).text(), found);
                named(entry.offset(), carried.get(0).text(), found);
                causes(carried, found);
            }
        }
        add(entry.offset(), words.message(), found);
        named(entry.offset(), words.message(), found);
        if (entry.first().startsWith("{")) {
            add(entry.offset(), unquoted(cut(entry.first())), found);
        }
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(LONGEST, text.length()));
    }

    private static void add(long offset, String text, List<Line> found) {
        String line = cut(text);
        if (!line.isBlank()) {
            found.add(Line.of(offset, line.strip()));
        }
    }

    private static void message(Entry entry, List<Line> found) {
        String text = entry.parsed().message();
        int end = text.indexOf('\n') < 0 ? text.length() : text.indexOf('\n');
        String message = cut(text.substring(0, end));
        add(entry.offset(), message, found);
        for (Pattern pattern : LOGGERS) {
            Matcher logger = pattern.matcher(message);
            if (entry.isRecord() && logger.lookingAt()) {
                add(entry.offset(), message.substring(logger.end()), found);
            }
        }
        named(entry.offset(), message, found);
    }

    /** A class that is named in the words themselves, not in something that they quote. */
    private static void named(long offset, String message, List<Line> found) {
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
    private static void python(List<Line> lines, List<Line> found, List<Line> behind) {
        List<Line> chain = new ArrayList<>();
        List<Line> grouped = new ArrayList<>();
        boolean inFrames = false;
        int last = lines.size();
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
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
                (inGroup ? grouped : chain).add(Line.of(line.offset(), bare));
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

    private static void causes(List<Line> lines, List<Line> found) {
        for (Line line : lines.subList(Math.min(1, lines.size()), lines.size())) {
            Matcher cause = CAUSE.matcher(line.text());
            if (cause.lookingAt() && found.size() < MOST) {
                add(line.offset(), line.text().substring(cause.end()), found);
            }
        }
    }

    /** The exceptions that were logged with a message; or the causes, lines at the margin of a crash, and named fields. */
    private static void details(Entry entry, boolean exceptions, List<Line> found) {
        boolean isCrash = entry.isCrash() && entry.crash() != Crash.PYTHON;
        if (!exceptions) {
            causes(entry.lines(), found);
        }
        for (int i = 0; i < entry.lines().size() && found.size() < MOST; i++) {
            Line line = entry.lines().get(i);
            boolean isMargin = !line.text().isEmpty()
                    && !Character.isWhitespace(line.text().charAt(0));
            boolean isException = line.kind() == LineKind.EXCEPTION && !entry.isCrash() && i > 0;
            if (exceptions
                    ? isException
                    : (isCrash && isMargin)
                            || (i > 0
                                    && !entry.isCrash()
                                    && ERROR_WITHIN.matcher(line.text()).lookingAt())
                            || FIELD.matcher(line.text()).find()) {
                add(line.offset(), line.text(), found);
            }
        }
    }

    /**
     * A text without what it only quotes: strings and fields of objects that do not say what went wrong. Erlang's
     * {@code <<"key">> => <<"text">>} and Ruby's {@code "key" => "text"} are fields, too.
     */
    static String unquoted(String shown) {
        String text = shown.replace("<<\"", "\"").replace("\">>", "\"").replace(" => ", " = ");
        StringBuilder kept = new StringBuilder(text.length());
        int at = 0;
        int depth = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            char closing = c == '\u00ab' ? '\u00bb' : c == '\u201c' ? '\u201d' : c;
            boolean isQuote = c == '"'
                    || c == '`'
                    || closing != c
                    || (c == '\'' && (at == 0 || !Character.isLetterOrDigit(text.charAt(at - 1))));
            int end = isQuote ? text.indexOf(closing, at + 1) : -1;
            if (end < 0) {
                kept.append(c);
                at++;
                continue;
            }
            boolean isKey = end + 1 < text.length() && text.charAt(end + 1) == ':';
            if (isKey || isSaid(text, at, depth > 0)) {
                kept.append(text, at + 1, end);
            }
            kept.append(' ');
            at = end + 1;
        }
        return kept.toString();
    }

    private static boolean isSaid(String text, int quote, boolean inObject) {
        int at = quote - 1;
        while (at >= 0 && " [(\"'".indexOf(text.charAt(at)) >= 0) {
            at--;
        }
        boolean isLed = at < 0 || ":=".indexOf(text.charAt(at)) >= 0 || text.charAt(quote - 1) == '(';
        int end = at;
        while (end > 0 && " :=\"'".indexOf(text.charAt(end)) >= 0) {
            end--;
        }
        int begin = end;
        while (begin > 0 && (Character.isLetterOrDigit(text.charAt(begin - 1)) || text.charAt(begin - 1) == '_')) {
            begin--;
        }
        String key = begin <= end && at >= 0 ? text.substring(begin, end + 1) + ":" : ":";
        return (isLed || SAYING.matcher(key).find())
                && (inObject
                        ? FIELD.matcher(key + " ").find()
                        : !QUOTING.matcher(key).find());
    }

    private static final Pattern QUOTING = Pattern.compile(
            "(?i)^(?:text|body|content|payload|caption|chat|said|says|from|update|data|query|message)s?:");
}
