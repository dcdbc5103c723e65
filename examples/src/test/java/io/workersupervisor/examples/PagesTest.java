package io.workersupervisor.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Everything that the pages name is there: files, headings, tests and their properties. */
class PagesTest {
    private static final Pattern TEST = Pattern.compile("-Dtest=(\\w+)");
    private static final Pattern PROPERTY = Pattern.compile("-D((?:race|crash|torture|proof)\\.\\w+)");
    private static final Pattern PATH = Pattern.compile("(?:worker-\\w+|examples|\\.ci)/[\\w./-]+");

    @Test
    void every_link_leads_to_a_file_and_a_heading() throws IOException {
        List<String> broken = new ArrayList<>();

        for (Pages.Page page : Pages.all()) {
            for (String link : page.links()) {
                if (!link.contains("://") && !leadsSomewhere(page, link)) {
                    broken.add(page + ": " + link);
                }
            }
        }

        assertThat(broken).isEmpty();
    }

    @Test
    void every_page_is_reached_from_the_readme() throws IOException {
        Set<Path> reached = new HashSet<>();
        Deque<Path> open = new ArrayDeque<>(List.of(Pages.REPOSITORY.resolve("README.md")));

        while (!open.isEmpty()) {
            Path file = open.remove();
            if (file.toString().endsWith(".md") && reached.add(file)) {
                Pages.page(file.toString()).links().stream()
                        .filter(link -> !link.contains("://"))
                        .map(link -> target(file, link))
                        .forEach(open::add);
            }
        }

        assertThat(reached)
                .containsExactlyInAnyOrderElementsOf(
                        Pages.all().stream().map(Pages.Page::file).toList());
    }

    @Test
    void the_top_level_holds_one_page() throws IOException {
        try (Stream<Path> top = Files.list(Pages.REPOSITORY)) {
            assertThat(top.map(file -> file.getFileName().toString()))
                    .filteredOn(name -> name.endsWith(".md") || name.equals("docs"))
                    .containsExactly("README.md");
        }
    }

    @Test
    void fences_are_closed_and_rows_are_as_wide_as_their_heads() throws IOException {
        for (Pages.Page page : Pages.all()) {
            assertThat(page.text().lines().filter(line -> line.startsWith("```")))
                    .as("lines of backticks in " + page)
                    .hasSize(2 * page.fences().size());
            int width = 0;
            for (String line : page.text().lines().toList()) {
                width = !line.startsWith("|")
                        ? 0
                        : width == 0 ? Pages.cells(line).size() : width;
                if (width > 0) {
                    assertThat(Pages.cells(line)).as(page + ": " + line).hasSize(width);
                }
            }
        }
    }

    @Test
    void every_test_that_a_page_names_is_there_and_reads_the_properties() throws IOException {
        Set<String> classes = new HashSet<>();
        StringBuilder code = new StringBuilder();
        for (Path source : Pages.sources()) {
            classes.add(source.getFileName().toString().replace(".java", ""));
            code.append(Files.readString(source));
        }
        String pages = Pages.all().stream().map(Pages.Page::text).collect(Collectors.joining());

        assertThat(found(TEST, pages)).isNotEmpty().isSubsetOf(classes);
        assertThat(found(PROPERTY, pages))
                .isNotEmpty()
                .allSatisfy(property -> assertThat(code).contains('"' + property + '"'));
    }

    @Test
    void every_path_that_a_page_names_is_there() throws IOException {
        for (Pages.Page page : Pages.all()) {
            for (String span : page.spans()) {
                if (PATH.matcher(span).matches() && !span.contains("/target/")) {
                    assertThat(Pages.REPOSITORY.resolve(span))
                            .as(page.toString())
                            .exists();
                }
            }
        }
    }

    private static boolean leadsSomewhere(Pages.Page page, String link) throws IOException {
        Path target = target(page.file(), link);
        int hash = link.indexOf('#');
        return target.startsWith(Pages.REPOSITORY)
                && Files.exists(target)
                && (hash < 0 || Pages.page(target.toString()).anchors().contains(link.substring(hash + 1)));
    }

    private static Path target(Path page, String link) {
        String path = link.split("#", 2)[0];
        return path.isEmpty() ? page : page.resolveSibling(path).normalize();
    }

    private static Set<String> found(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.results().map(result -> result.group(1)).collect(Collectors.toSet());
    }
}
