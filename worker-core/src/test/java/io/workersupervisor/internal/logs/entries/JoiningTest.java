package io.workersupervisor.internal.logs.entries;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.LogLevel;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Section 6: the lines of a traceback, stack trace or panic are one entry, and other lines are not drawn into it. */
class JoiningTest {
    private static final String INFO = "2026-11-24 10:15:30,123 - worker.7 - INFO - delivered\n";
    private static final String ERROR = "2026-11-24 10:15:30,123 - worker.7 - ERROR - not delivered\n";

    private static final String TRACEBACK = """
            Traceback (most recent call last):
              File "/srv/worker.py", line 95, in <module>
                run()
                ^^^^^
            ValueError: no number
            """;

    /** Each is one entry, whatever records stand around it. */
    static Stream<String> blocks() {
        return Stream.of(
                TRACEBACK,
                TRACEBACK + "\nDuring handling of the above exception, another exception occurred:\n\n" + TRACEBACK,
                TRACEBACK + "\nThe above exception was the direct cause of the following exception:\n\n" + TRACEBACK,
                "Traceback (most recent call last):\n  File \"a.py\", line 1\n    x = {\n        ^\nSyntaxError: open\n",
                "Traceback (most recent call last):\n  File \"a.py\", line 1\n  [Previous line repeated 996 more times]\nRecursionError\n",
                "Please enter your phone: " + TRACEBACK,
                "Exception in thread Thread-1 (run):\n" + TRACEBACK,
                "Exception ignored in: <function f at 0x7f>\n" + TRACEBACK,
                "Task exception was never retrieved\nfuture: <Task finished name='Task-1'>\n" + TRACEBACK,
                "Unhandled exception on handler\n" + TRACEBACK,
                TRACEBACK + "Stack (most recent call last):\n  File \"a.py\", line 1\n",
                "worker.rb:1:in 'f': boom (RuntimeError)\n\tfrom worker.rb:2:in 'main'\n",
                "Unhandled exception. System.Exception: boom\n   at A.Main() in a.cs:line 1\n",
                TRACEBACK + "second line of the message\nthird line\n",
                """
                  + Exception Group Traceback (most recent call last):
                  |   File "/srv/worker.py", line 1, in <module>
                  |     run()
                  | ExceptionGroup: two (2 sub-exceptions)
                  +-+---------------- 1 ----------------
                    | Traceback (most recent call last):
                    |   File "/srv/worker.py", line 2, in poll
                    | ValueError: one
                    +---------------- 2 ----------------
                    | Exception Group Traceback (most recent call last):
                    |   File "/srv/worker.py", line 3, in poll
                    | KeyError: 'b'
                    +------------------------------------
                """,
                """
                Fatal Python error: Segmentation fault

                Current thread 0x00007f (most recent call first):
                  File "/srv/worker.py", line 1 in <module>

                Extension modules: a, b (total: 2)
                """,
                """
                Exception in thread "main" java.lang.IllegalStateException: several
                lines
                \tat a.B.c(B.java:1)
                Caused by: java.io.IOException: also
                several
                \tat a.B.d(B.java:2)
                \t... 2 more
                \tSuppressed: java.io.IOException: x
                \t\tat a.B.e(B.java:3)
                """,
                """
                java.util.concurrent.ExecutionException: x
                \tat a.B.c(B.java:1)
                Caused by: a.C
                \t... 1 more
                """,
                """
                Error: connect ECONNREFUSED 127.0.0.1:1
                    at f (node:net:1:2) {
                  errno: -111,
                  [cause]: TypeError: x
                      at g (/srv/a.js:1:2)
                }
                """,
                """
                /srv/worker.js:27
                async function f() { return r.contacts.length }
                                              ^

                TypeError: Cannot read properties of undefined
                    at f (/srv/worker.js:27:80)
                Emitted 'error' event on Socket instance at:
                    at g (node:events:1:2) {
                  code: 'X'
                }

                Node.js v20.20.2
                """,
                """
                [eval]:1
                throw 'text'
                ^
                text
                (Use `node --trace-uncaught ...` to show where it was thrown)

                Node.js v20.20.2
                """,
                """
                terminate called after throwing an instance of 'std::runtime_error'
                  what():  no route
                Aborted (core dumped)
                """,
                """
                unexpected fault address 0x7f0000000000
                fatal error: fault
                [signal SIGBUS: bus error code=0x2 addr=0x7f0000000000 pc=0x46]

                goroutine 1 [running]:
                main.main()
                \tmain.go:5 +0x1d
                """,
                """
                <--- Last few GCs --->

                [30538:0x27]     3289 ms: Mark-Compact 62.9 -> 62.6 MB


                <--- JS stacktrace --->

                FATAL ERROR: heap limit
                ----- Native stack trace -----

                 1: 0xb78db3 node::OOMErrorHandler(char const*)
                11: 0x195e476  [node]
                """,
                """
                panic: nil pointer [recovered]
                \tpanic: nil pointer
                [signal SIGSEGV: segmentation violation code=0x1]

                goroutine 1 [running]:
                main.deliver(...)
                \tshared/main.go:18
                created by main.main in goroutine 1
                \tshared/main.go:55 +0x7f7
                exit status 2
                """,
                """
                fatal error: all goroutines are asleep - deadlock!

                goroutine 1 [chan receive]:
                main.main()
                \tmain.go:5 +0x1d
                """,
                """
                goroutine 7 [running]:
                runtime/debug.Stack()
                \tstack.go:24 +0x65
                created by main.main
                \tmain.go:1
                """,
                """
                thread 'main' (7633) panicked at src/main.rs:3:101:
                route table has an entry
                note: run with `RUST_BACKTRACE=1`
                stack backtrace:
                   0: rust_begin_unwind
                             at /rustc/lib.rs:1
                note: Some details are omitted
                """,
                """
                thread 'tokio-1' panicked at 'boom', src/main.rs:3:5
                note: run with `RUST_BACKTRACE=1`
                """,
                """
                #
                # A fatal error has been detected by the Java Runtime Environment:
                #
                #  SIGSEGV (0xb) at pc=0x00007f08
                #
                """);
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void a_block_among_records_is_one_entry_of_level_error(String block) {
        String file = INFO + block + INFO + block + "\n" + INFO;

        assertThat(CutFile.entries(file))
                .containsExactly(INFO.strip(), chomp(block), INFO.strip(), chomp(block) + "\n", INFO.strip());
        assertThat(levels(file))
                .containsExactly(LogLevel.INFO, LogLevel.ERROR, LogLevel.INFO, LogLevel.ERROR, LogLevel.INFO);
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void a_block_alone_is_one_entry_also_where_its_end_is_missing(String block) {
        boolean bare = block.contains("second line of the message");
        int lines = 0;
        for (int end = block.indexOf('\n') + 1; end > 0; end = block.indexOf('\n', end) + 1) {
            String begin = block.substring(0, end);
            lines++;
            assertThat(CutFile.entries(begin)).hasSize(bare && lines > 5 ? lines - 4 : 1);
            assertThat(CutFile.entries(begin + "  ")).hasSize(bare && lines > 5 ? lines - 4 : 1);
        }
    }

    /** Each belongs to the grave record before it. */
    static Stream<String> details() {
        return Stream.of(
                TRACEBACK,
                "future: <Task finished name='Task-1'>\n" + TRACEBACK,
                "java.io.IOException: several\nlines\n\tat a.B.c(B.java:1)\nCaused by: a.C: x\n\t... 1 more\n",
                "    at f (/srv/a.js:1:2)\n    at g (/srv/a.js:1:2)\n",
                "  \"a\": {\n  },\n}\n",
                "  indented\n\n  more\n",
                "goroutine 7 [running]:\nmain.f()\n\tmain.go:1\n");
    }

    @ParameterizedTest
    @MethodSource("details")
    void details_belong_to_the_grave_record_before_them(String details) {
        String file = ERROR + details + INFO;

        assertThat(CutFile.entries(file)).containsExactly(chomp(ERROR + details), INFO.strip());
        assertThat(levels(file)).containsExactly(LogLevel.ERROR, LogLevel.INFO);
    }

    @Test
    void an_uncaught_traceback_does_not_belong_to_the_record_before_it() {
        String json = "{\"level\":50,\"msg\":\"x\"}\n";

        assertThat(CutFile.entries(INFO + TRACEBACK)).hasSize(2);
        assertThat(CutFile.entries(json + TRACEBACK)).hasSize(2);
        assertThat(CutFile.entries("raw\n" + TRACEBACK)).hasSize(2);
        assertThat(CutFile.entries(ERROR + INFO + TRACEBACK)).hasSize(3);
    }

    @Test
    void a_record_that_ends_with_the_head_of_a_traceback_begins_an_entry() {
        String record = "2026-11-24 10:15:30,123 - w - ERROR - " + TRACEBACK;

        assertThat(CutFile.entries(ERROR + record + INFO)).containsExactly(ERROR.strip(), chomp(record), INFO.strip());
    }

    @Test
    void tracebacks_one_behind_the_other_are_entries_of_their_own() {
        assertThat(CutFile.entries(TRACEBACK + TRACEBACK)).containsExactly(chomp(TRACEBACK), chomp(TRACEBACK));
    }

    @Test
    void a_traceback_that_was_cut_ends_with_the_next_record() {
        String cut = "Traceback (most recent call last):\n  File \"a.py\", line 1\n";

        assertThat(CutFile.entries(cut + INFO + INFO)).hasSize(3);
        assertThat(CutFile.entries(cut + TRACEBACK)).hasSize(2);
    }

    @Test
    void bare_lines_behind_an_exception_are_drawn_in_only_where_a_worker_writes_records() {
        assertThat(CutFile.entries("one\n" + TRACEBACK + "two\nthree\n"))
                .containsExactly("one", chomp(TRACEBACK), "two", "three");
        assertThat(CutFile.entries(INFO + TRACEBACK + "two\n\nthree\n")).hasSize(3);
        assertThat(CutFile.entries(INFO + TRACEBACK + "more\n".repeat(100))).hasSize(2 + 100 - 64);
    }

    @Test
    void bare_lines_behind_a_stack_trace_are_entries() {
        assertThat(CutFile.entries(ERROR + "a.BException: x\n\tat a.B.c(B.java:1)\nbare\nlines\n"))
                .hasSize(3);
        assertThat(CutFile.entries("Error: x\nbare\n")).hasSize(2);
    }

    @Test
    void a_rust_thread_that_panics_draws_in_no_output_of_others() {
        assertThat(CutFile.entries("thread 'a' panicked at a.rs:1:2:\nboom\nbare\nbare\n"))
                .hasSize(3);
    }

    @Test
    void a_line_that_only_looks_like_a_place_of_node_draws_in_two_lines_at_most() {
        assertThat(CutFile.entries("/srv/a.js:1\n" + INFO)).hasSize(2);
        assertThat(CutFile.entries("/srv/a.js:1\nx\ny\nz\n")).hasSize(3);
    }

    @Test
    void the_version_of_node_is_the_last_line_of_its_end() {
        String end = "/srv/a.js:1\nthrow x\n^\nError: x\n    at f (/srv/a.js:1:2)\n\nNode.js v20.20.2\n";

        assertThat(CutFile.entries(end + "restarting in 5 s\n\n" + end)).hasSize(3);
    }

    @Test
    void a_record_of_java_util_logging_is_one_entry() {
        String head = "Nov 24, 2026 10:15:30 AM com.example.Foo bar\n";

        assertThat(CutFile.entries(
                        head + "INFO: x\n" + head + "SEVERE: y\na.BException: z\n\tat a.B.c(B.java:1)\n" + head))
                .hasSize(3);
    }

    @Test
    void a_record_of_dotnet_is_one_entry() {
        assertThat(CutFile.entries("fail: My.Worker[12]\n      lost\n      more\ninfo: My.Worker[1]\n      x\n"))
                .hasSize(2);
    }

    @Test
    void frames_marked_by_loguru_belong_to_the_traceback() {
        String block = """
                2026-11-24 10:15:30.123 | ERROR    | w:main:1 - lost
                Traceback (most recent call last):

                  File "a.py", line 1
                    f()
                    └ <function f>

                > File "b.py", line 2
                    g()

                PermissionError: denied
                """;

        assertThat(CutFile.entries(INFO + block + INFO)).containsExactly(INFO.strip(), chomp(block), INFO.strip());
    }

    @Test
    void right_aligned_levels_begin_records() {
        assertThat(CutFile.entries(" INFO [main] a\n WARN [main] b\n  ERROR c\n"))
                .hasSize(3);
    }

    @Test
    void indented_output_of_a_worker_without_records_belongs_to_the_line_before() {
        assertThat(CutFile.entries("usage: x\n  --a\n  --b\nbare\n")).hasSize(2);
    }

    @Test
    void indented_lines_that_are_ordinary_output_are_entries_of_their_own() {
        assertThat(CutFile.entries("  one\n  two\nbare\n")).hasSize(3);
        assertThat(CutFile.entries("bare\n" + "  step\n".repeat(100))).hasSize(1 + 100 - 32);
    }

    @Test
    void a_stack_that_was_asked_for_belongs_to_its_record() {
        assertThat(CutFile.entries(INFO + "Stack (most recent call last):\n  File \"a.py\", line 1\n" + INFO))
                .hasSize(2);
    }

    @Test
    void lines_that_begin_with_a_number_sign_are_joined_only_as_last_words_of_the_jvm() {
        assertThat(CutFile.entries("# one\n# two\n#3 three\n")).hasSize(3);
        assertThat(CutFile.entries("#\n# There is insufficient memory\n#\n# x\n#3 three\n"))
                .hasSize(2);
    }

    @Test
    void an_announcement_without_traceback_draws_in_nothing() {
        assertThat(CutFile.entries("Exception in callback f()\nbare\nbare\n")).hasSize(3);
    }

    @Test
    void a_progress_bar_is_no_indentation() {
        assertThat(CutFile.entries(ERROR + "\r 10%\r 20%\n")).hasSize(2);
        assertThat(CutFile.entries(ERROR + "\r" + INFO)).hasSize(2);
    }

    private static List<LogLevel> levels(String file) {
        return CutFile.parsed(CutFile.bytes(file)).stream().map(Parsed::level).collect(Collectors.toList());
    }

    private static String chomp(String text) {
        return text.substring(0, text.length() - 1);
    }
}
