package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;

import io.workersupervisor.internal.machine.Kernel;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests are skipped, fail or run by the machine and by two variables. */
class NeedsTest {
    private static final Set<Need> EVERYTHING = EnumSet.allOf(Need.class);
    private static final Set<Need> NOTHING = EnumSet.noneOf(Need.class);
    private static final Map<String, String> REQUIRED = Map.of(NeedsCondition.REQUIRED, "true");

    private final List<String> said = new ArrayList<>();

    @Needs({Need.PERL, Need.ROOT})
    private static class PerlAndRoot {}

    private static class HasNested {
        @Needs(Need.BUSYBOX)
        private static class Outer {}

        private static class Inner extends Outer {}
    }

    @Needs(Need.BUSYBOX_FLOCK)
    private static class Rare {}

    private ConditionEvaluationResult evaluate(
            Class<?> testClass, Map<String, String> environment, Predicate<Need> machine) {
        ExtensionContext context = mock();
        doReturn(Optional.of(testClass)).when(context).getElement();
        doReturn(testClass).when(context).getRequiredTestClass();
        return new NeedsCondition(environment, machine, said::add).evaluateExecutionCondition(context);
    }

    private static Map<String, String> without(String words) {
        return Map.of(NeedsCondition.REQUIRED, "true", NeedsCondition.WITHOUT, words);
    }

    @Test
    void what_is_there_is_run_in_silence() {
        assertThat(evaluate(PerlAndRoot.class, REQUIRED, EVERYTHING::contains).isDisabled())
                .isFalse();
        assertThat(said).isEmpty();
    }

    @Test
    void what_is_missing_skips_with_one_line_for_each_need() {
        ConditionEvaluationResult result = evaluate(PerlAndRoot.class, Map.of(), NOTHING::contains);

        assertThat(result.isDisabled()).isTrue();
        assertThat(result.getReason()).contains("needs perl, root");
        assertThat(said).containsExactly("SKIPPED NeedsTest: perl", "SKIPPED NeedsTest: root");
    }

    @Test
    void a_nested_class_inherits_its_needs_and_is_told_as_the_outermost_one() {
        evaluate(HasNested.Inner.class, Map.of(), NOTHING::contains);

        assertThat(said).containsExactly("SKIPPED NeedsTest: busybox");
    }

    @Test
    void what_is_missing_and_required_fails() {
        assertThatThrownBy(() -> evaluate(PerlAndRoot.class, REQUIRED, need -> need == Need.PERL))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("needs root, and WORKER_TESTS_REQUIRED is set");
        assertThat(said).isEmpty();
    }

    @Test
    void what_cannot_be_had_everywhere_is_never_required() {
        assertThat(evaluate(Rare.class, REQUIRED, NOTHING::contains).isDisabled())
                .isTrue();
        assertThat(said).containsExactly("SKIPPED NeedsTest: busybox-flock");
    }

    @ParameterizedTest
    @ValueSource(strings = {"all", "perl,root", "busybox, root ,perl", "root,all"})
    void what_is_to_be_done_without_is_missing_and_not_required(String words) {
        assertThat(evaluate(PerlAndRoot.class, without(words), EVERYTHING::contains)
                        .isDisabled())
                .isTrue();
        assertThat(said).containsExactly("SKIPPED NeedsTest: perl", "SKIPPED NeedsTest: root");
    }

    @Test
    void what_is_missing_beside_it_is_required_as_ever() {
        assertThatThrownBy(() -> evaluate(PerlAndRoot.class, without("root"), NOTHING::contains))
                .hasMessageContaining("needs perl, and");
    }

    @Test
    void what_is_to_be_done_without_is_not_looked_for() {
        evaluate(PerlAndRoot.class, without("all"), need -> {
            throw new AssertionError("looked for " + need);
        });

        assertThat(said).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"busibox", "perl,PERL", "perl root"})
    void an_unknown_name_is_an_error_that_lists_the_known_ones(String words) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> evaluate(PerlAndRoot.class, without(words), EVERYTHING::contains))
                .withMessageContaining("WORKER_TESTS_WITHOUT: " + words.replace("perl,", "") + " is none of all, ")
                .withMessageContaining("busybox, dash, flock, perl");
    }

    @Test
    void each_need_has_a_name_and_only_five_are_never_required() {
        assertThat(Need.values())
                .allSatisfy(need -> assertThat(Need.of(need.label())).contains(need));
        assertThat(Set.of(Need.values()).stream().filter(Need::isRare))
                .containsExactlyInAnyOrder(
                        Need.OWN_MONGOD, Need.BUSYBOX_FLOCK, Need.NS_LAST_PID, Need.PIDS_GROUP, Need.NO_EMULATOR);
    }

    @Test
    void the_user_of_this_machine_is_known() throws Exception {
        assertThat(Need.ROOT.isThere()).isEqualTo(Kernel.userId() == 0);
    }
}
