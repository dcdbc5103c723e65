package io.workersupervisor.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Java on the pages compiles as it stands, with what the modules export. */
class PagesJavaTest {
    private static final Pattern EXPORT = Pattern.compile("(?m)^\\s*exports ([\\w.]+);");

    private static final String OF_THE_JDK = """
            import static java.time.temporal.ChronoUnit.HOURS;
            import java.nio.file.Path;
            import java.time.*;
            import java.util.List;
            import java.util.regex.Pattern;
            """;

    /** Code on a page may use these without a declaration of its own. */
    private static final String KNOWN = """
            @SuppressWarnings("all")
            class %s {
                DataDirectory data;
                WorkerRegistry registry;
                WorkerSupervisor supervisor;
                AccountId account;
                StopReport report;
                void run() throws Exception {
            %s
                }
            }
            """;

    @TempDir
    Path classes;

    @Test
    void every_java_block_and_query_of_the_pages_compiles() throws IOException {
        List<String> refused = new ArrayList<>();
        int compiled = 0;

        for (Pages.Page page : Pages.all()) {
            for (String code : java(page)) {
                String errors = compile("Snippet" + ++compiled, code);
                if (!errors.isEmpty()) {
                    refused.add(page + ":\n" + code + "\n" + errors);
                }
            }
        }

        assertThat(refused).isEmpty();
        assertThat(compiled).isGreaterThan(5);
    }

    private static List<String> java(Pages.Page page) {
        List<String> code = new ArrayList<>();
        page.fences().stream()
                .filter(fence -> fence.language().equals("java"))
                .forEach(fence -> code.add(fence.text()));
        page.spans().stream()
                .filter(span -> span.startsWith("LogQuery."))
                .forEach(query -> code.add("LogQuery query = " + query + ";"));
        return code;
    }

    private String compile(String name, String code) throws IOException {
        String source = imports() + KNOWN.formatted(name, code);
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        StringWriter errors = new StringWriter();
        JavaCompiler.CompilationTask task = ToolProvider.getSystemJavaCompiler()
                .getTask(
                        errors,
                        null,
                        null,
                        List.of("-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path")),
                        null,
                        List.of(file));
        return task.call() ? "" : errors.toString();
    }

    /** Everything that is exported, so that a name a caller cannot reach does not compile here either. */
    private static String imports() throws IOException {
        StringBuilder exports = new StringBuilder();
        for (String module : List.of("worker-core", "worker-sqlite", "worker-mongo")) {
            exports.append(Files.readString(Pages.REPOSITORY.resolve(module + "/src/main/java/module-info.java")));
        }
        return OF_THE_JDK
                + EXPORT.matcher(exports)
                        .results()
                        .map(found -> "import " + found.group(1) + ".*;\n")
                        .collect(Collectors.joining());
    }
}
