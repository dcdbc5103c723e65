package io.workersupervisor.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The pages of the repository: README.md of each directory, and the files of the docs directories. */
final class Pages {
    /** Tests run in the directory of their module. */
    static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

    private static final Pattern FENCE = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");
    private static final Pattern SPAN = Pattern.compile("`([^`\\n]+)`");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.+)$");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");

    private Pages() {}

    /** A block between two lines of three backticks. */
    record Fence(String language, String text) {}

    /** A page and its text. */
    record Page(Path file, String text) {
        List<Fence> fences() {
            return FENCE.matcher(text)
                    .results()
                    .map(found -> new Fence(found.group(1), found.group(2)))
                    .toList();
        }

        /** Code within a line. */
        List<String> spans() {
            return Pages.spans(prose());
        }

        /** The targets of links, as they are written. */
        List<String> links() {
            return groups(LINK, SPAN.matcher(prose()).replaceAll("code"));
        }

        /** Names by which links reach the headings, made as GitHub makes them. */
        List<String> anchors() {
            Map<String, Integer> seen = new HashMap<>();
            List<String> anchors = new ArrayList<>();
            for (String heading : groups(HEADING, prose())) {
                String anchor = heading.strip()
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-');
                int earlier = seen.merge(anchor, 1, Integer::sum) - 1;
                anchors.add(earlier == 0 ? anchor : anchor + "-" + earlier);
            }
            return anchors;
        }

        /** Cells of all rows of tables, without the heads. */
        List<List<String>> rows() {
            List<String> lines = prose().lines().toList();
            List<List<String>> rows = new ArrayList<>();
            for (int i = 0; i < lines.size(); i++) {
                boolean head = i + 1 < lines.size() && isRule(lines.get(i + 1));
                if (lines.get(i).startsWith("|") && !head && !isRule(lines.get(i))) {
                    rows.add(cells(lines.get(i)));
                }
            }
            return rows;
        }

        /** From a heading to the next one that is not below it; fences included. */
        String section(String heading) {
            int level = heading.indexOf(' ');
            int begin = ("\n" + text).indexOf("\n" + heading + "\n");
            if (begin < 0) {
                throw new AssertionError(this + " has no heading " + heading);
            }
            return Pattern.compile("(?m)^#{1," + level + "} (?!" + Pattern.quote(heading.substring(level + 1)) + "$)")
                    .split(text.substring(begin), 2)[0];
        }

        private String prose() {
            return FENCE.matcher(text).replaceAll("");
        }

        private static boolean isRule(String line) {
            return line.matches("\\|(-+\\|)+");
        }

        @Override
        public String toString() {
            return REPOSITORY.relativize(file).toString();
        }
    }

    static List<String> spans(String text) {
        return groups(SPAN, text);
    }

    static List<String> cells(String row) {
        return Stream.of(row.substring(1, row.lastIndexOf('|')).split("\\|", -1))
                .map(String::strip)
                .toList();
    }

    static Page page(String path) throws IOException {
        Path file = REPOSITORY.resolve(path);
        return new Page(file, Files.readString(file));
    }

    static List<Page> all() throws IOException {
        List<Page> pages = new ArrayList<>();
        for (Path file : files(Pages::isPage)) {
            pages.add(new Page(file, Files.readString(file)));
        }
        return pages;
    }

    /** The Java sources of all modules, main and test. */
    static List<Path> sources() throws IOException {
        return files(file -> file.toString().endsWith(".java"));
    }

    private static boolean isPage(Path file) {
        return file.toString().endsWith(".md");
    }

    private static List<Path> files(Predicate<Path> wanted) throws IOException {
        try (Stream<Path> all = Files.walk(REPOSITORY)) {
            return all.filter(wanted)
                    .filter(file -> Stream.of(
                                    REPOSITORY.relativize(file).toString().split("/"))
                            .noneMatch(name -> name.startsWith(".") || name.equals("target")))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> groups(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }
}
