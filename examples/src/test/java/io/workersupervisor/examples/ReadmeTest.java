package io.workersupervisor.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first page is short, and the lines of Java on it work as they are printed. */
class ReadmeTest {
    private static final Pattern IMPORTS = Pattern.compile("(?m)^Imports: (.*)$");

    private final Path home;
    private final Programs programs;

    ReadmeTest(@TempDir Path temporary) throws IOException {
        this.home = temporary.toRealPath();
        this.programs = new Programs(home, home.resolve("data"));
    }

    @AfterEach
    void endAll() {
        programs.close();
    }

    @Test
    void readme_has_at_most_200_lines() throws Exception {
        assertThat(Pages.page("README.md").text().lines()).hasSizeLessThanOrEqualTo(200);
    }

    @Test
    void java_block_of_the_readme_compiles_and_runs_as_printed() throws Exception {
        Pages.Page readme = Pages.page("README.md");
        List<String> blocks = readme.fences().stream()
                .filter(fence -> fence.language().equals("java"))
                .map(Pages.Fence::text)
                .toList();
        assertThat(blocks).hasSize(1);
        Path source = Files.writeString(
                home.resolve("Readme.java"), """
                %s
                class Readme {
                    public static void main(String[] args) throws Exception {
                %s
                    }
                }
                """.formatted(imports(first(IMPORTS, readme.text())), blocks.get(0)));

        Programs.Ended ended = programs.begin(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        source.toString()))
                .end();

        assertThat(ended.exitCode()).as(ended.err()).isZero();
        assertThat(ended.out()).contains("account 4711 started", "STOPPED_ON_REQUEST");
        assertThat(programs.workers()).isEmpty();
    }

    private static String imports(String sentence) {
        return Pattern.compile("`([^`]+)`")
                .matcher(sentence)
                .results()
                .map(name -> "import " + name.group(1) + ";")
                .collect(Collectors.joining("\n"));
    }

    private static String first(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        assertThat(found.find()).as(pattern.pattern()).isTrue();
        return found.group(1);
    }
}
