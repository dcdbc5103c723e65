package io.workersupervisor.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands of the console that the pages name are in its help, with their options. */
class PagesConsoleTest {
    private static final Pattern NAMED = Pattern.compile("(?m)^ {1,6}([a-z]+)(?= |,|$)");
    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])-(?:-[a-z][a-z-]*|[a-z](?![\\w-]))");

    @TempDir
    Path home;

    private final Map<String, String> helps = new HashMap<>();

    @Test
    void every_command_of_the_pages_is_in_the_help() throws Exception {
        Set<String> commands = groups(NAMED, help());

        for (String command : commands()) {
            assertThat(commands).as(command).contains(name(command));
            assertThat(groups(OPTION, help(name(command)))).as(command).containsAll(options(command));
        }
    }

    @Test
    void every_option_that_the_console_page_explains_is_in_the_help() throws Exception {
        StringBuilder all = new StringBuilder(help());
        for (String command : groups(NAMED, help())) {
            all.append(help(command));
        }
        Set<String> known = groups(OPTION, all.toString());

        String console = Pages.page("examples/README.md").section("## Console");
        List<String> explained = Pages.spans(console).stream()
                .filter(span -> span.startsWith("-"))
                .map(span -> span.split(" ", 2)[0])
                .toList();

        assertThat(explained).isNotEmpty();
        assertThat(known).containsAll(explained);
    }

    /** In blocks and within lines, and the cells of tables whose last column is the console's. */
    private static List<String> commands() throws IOException {
        List<String> commands = new ArrayList<>();
        for (Pages.Page page : Pages.all()) {
            Stream.concat(page.fences().stream().flatMap(fence -> fence.text().lines()), page.spans().stream())
                    .filter(line -> line.startsWith("worker-console "))
                    .map(line -> line.substring("worker-console ".length()))
                    .forEach(commands::add);
            boolean ofConsole = false;
            for (String line : page.text().lines().toList()) {
                ofConsole = line.startsWith("|") && (ofConsole || line.endsWith("| console |"));
                if (ofConsole) {
                    List<String> cells = Pages.cells(line);
                    commands.addAll(Pages.spans(cells.get(cells.size() - 1)));
                }
            }
        }
        assertThat(commands).hasSizeGreaterThan(10);
        return commands;
    }

    private static String name(String command) {
        return command.split(" ", 2)[0];
    }

    /** Options before the worker's own command and before a comment of the shell. */
    private static Set<String> options(String command) {
        return groups(OPTION, command.split(" -- | # ", 2)[0]);
    }

    private static Set<String> groups(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.results().map(found -> found.group(found.groupCount())).collect(Collectors.toSet());
    }

    private String help(String... command) throws IOException, InterruptedException {
        String key = String.join(" ", command);
        if (!helps.containsKey(key)) {
            helps.put(key, ask(command));
        }
        return helps.get(key);
    }

    private String ask(String... command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(command));
        words.add("--help");
        try (Programs programs = new Programs(home, home.resolve("data"))) {
            Programs.Ended ended = programs.console(words.toArray(String[]::new));
            assertThat(ended.exitCode()).as(ended.err()).isZero();
            return ended.out();
        }
    }
}
