package io.workersupervisor.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Classes, packages and fields that the pages name are in the sources. */
class PagesNamesTest {
    private static final String ARCHITECTURE = "worker-core/docs/architecture.md";
    private static final Path INTERNAL =
            Pages.REPOSITORY.resolve("worker-core/src/main/java/io/workersupervisor/internal");
    private static final Pattern CLASS = Pattern.compile("((?:[a-z]+\\.)+)([A-Z]\\w*)");
    private static final Pattern LIST = Pattern.compile("`([\\w.]+)` \\(list\\)");
    private static final Pattern QUALIFIED = Pattern.compile("io\\.workersupervisor\\.(?:[a-z]+\\.)*[A-Z]\\w*");
    private static final Pattern IMPORT = Pattern.compile(
            "(?m)^import (?:static )?io\\.workersupervisor\\.internal\\.((?:[a-z]+\\.)*[a-z]+)\\.[A-Z]");

    @Test
    void every_class_of_the_architecture_tables_is_a_source() throws IOException {
        List<String> spans = Pages.page(ARCHITECTURE).rows().stream()
                .flatMap(row -> Pages.spans(String.join(" ", row)).stream())
                .toList();

        assertThat(spans.stream().filter(span -> CLASS.matcher(span).matches()))
                .hasSizeGreaterThan(20)
                .allSatisfy(name -> assertThat(source(name)).exists());
        assertThat(spans.stream().filter(span -> span.endsWith(".c")))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(Pages.REPOSITORY
                                .resolve("worker-core/src/main/c")
                                .resolve(name))
                        .exists());
    }

    @Test
    void every_class_that_is_said_to_hold_a_list_holds_one() throws IOException {
        List<String> names = LIST.matcher(Pages.page(ARCHITECTURE).text())
                .results()
                .map(found -> found.group(1))
                .toList();

        assertThat(names)
                .isNotEmpty()
                .allSatisfy(name -> assertThat(source(name)).content().contains("<ol>"));
    }

    @Test
    void packages_of_the_architecture_page_are_those_of_the_sources_and_use_what_it_says() throws IOException {
        Map<String, Set<String>> mayUse = new TreeMap<>();
        for (List<String> row : rowsOf("## Packages")) {
            mayUse.put(
                    Pages.spans(row.get(0)).get(0),
                    Stream.of(row.get(2).split(", ")).collect(Collectors.toSet()));
        }
        Map<String, Set<String>> uses = uses();

        assertThat(mayUse.keySet()).isEqualTo(uses.keySet());
        mayUse.forEach((name, may) -> {
            if (!may.contains("every other")) {
                assertThat(may).as(name).containsAll(uses.getOrDefault(name, Set.of()));
            }
        });
    }

    @Test
    void every_qualified_class_of_the_pages_is_a_source() throws IOException {
        Set<String> known = new HashSet<>();
        for (Path source : Pages.sources()) {
            known.add(source.toString()
                    .replaceFirst(".*/java/", "")
                    .replace(".java", "")
                    .replace('/', '.'));
        }

        for (Pages.Page page : Pages.all()) {
            assertThat(QUALIFIED.matcher(page.text()).results().map(found -> found.group()))
                    .as(page.toString())
                    .isSubsetOf(known);
        }
    }

    @Test
    void every_json_field_of_the_console_is_written_by_the_sources() throws IOException {
        StringBuilder code = new StringBuilder();
        for (Path source : Pages.sources()) {
            if (source.toString().contains("/src/main/")) {
                code.append(Files.readString(source));
            }
        }

        String table = Pages.page("examples/README.md").section("### JSON");
        Stream<String> fields = table.lines()
                .filter(line -> line.startsWith("| "))
                .flatMap(line -> Pages.spans(Pages.cells(line).get(1)).stream())
                .filter(span -> span.matches("[a-z][a-zA-Z_]*"));

        assertThat(fields)
                .hasSizeGreaterThan(20)
                .allSatisfy(field -> assertThat(code).contains('"' + field + '"'));
    }

    private static Path source(String name) {
        return INTERNAL.resolve(name.replace('.', '/') + ".java");
    }

    private static List<List<String>> rowsOf(String heading) throws IOException {
        Pages.Page page = Pages.page(ARCHITECTURE);
        return new Pages.Page(page.file(), page.section(heading)).rows();
    }

    /** The internal packages that the sources of each internal package import. */
    private static Map<String, Set<String>> uses() throws IOException {
        Map<String, Set<String>> uses = new TreeMap<>();
        for (Path source : Pages.sources()) {
            String name = INTERNAL.relativize(source)
                    .toString()
                    .replaceFirst("/?[^/]+$", "")
                    .replace('/', '.');
            if (source.startsWith(INTERNAL) && !name.isEmpty()) {
                Set<String> used = uses.computeIfAbsent(name, any -> new TreeSet<>());
                IMPORT.matcher(Files.readString(source))
                        .results()
                        .map(found -> found.group(1))
                        .filter(other -> !other.equals(name))
                        .forEach(used::add);
            }
        }
        return uses;
    }
}
