package io.workersupervisor;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Runs, skips or fails a test by its {@link Needs}. */
public class NeedsCondition implements ExecutionCondition {
    static final String WITHOUT = "WORKER_TESTS_WITHOUT";
    static final String REQUIRED = "WORKER_TESTS_REQUIRED";

    /** Lines of this JVM, in which all tests of a class run. */
    private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

    private final Map<String, String> environment;
    private final Predicate<Need> isThere;
    private final Consumer<String> out;

    /** Made by JUnit. */
    public NeedsCondition() {
        this(Need::isThere);
    }

    /**
     * A condition that looks in a way of its own.
     *
     * @param isThere tells whether the machine has it; called where it is not to be done without
     */
    protected NeedsCondition(Predicate<Need> isThere) {
        this(System.getenv(), isThere, NeedsCondition::sayOnce);
    }

    NeedsCondition(Map<String, String> environment, Predicate<Need> isThere, Consumer<String> out) {
        this.environment = environment;
        this.isThere = isThere;
        this.out = out;
    }

    private static void sayOnce(String line) {
        if (SAID.add(line)) {
            System.err.println(line);
        }
    }

    /**
     * The needs of a test.
     *
     * @param test a class or a method
     */
    protected List<Need> needs(ExtensionContext test) {
        Optional<Needs> needs = AnnotationSupport.findAnnotation(test.getElement(), Needs.class);
        return needs.map(Needs::value).map(List::of).orElse(List.of());
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext test) {
        Set<Need> without = without();
        Set<Need> missing = EnumSet.noneOf(Need.class);
        Set<Need> required = EnumSet.noneOf(Need.class);
        for (Need need : needs(test)) {
            if (without.contains(need)) {
                missing.add(need);
            } else if (!isThere.test(need)) {
                (isRequired(need) ? required : missing).add(need);
            }
        }
        if (!required.isEmpty()) {
            throw new AssertionError("needs " + Need.labels(required) + ", and " + REQUIRED + " is set");
        }
        missing.forEach(need -> out.accept("SKIPPED " + outermost(test).getSimpleName() + ": " + need.label()));
        return missing.isEmpty()
                ? ConditionEvaluationResult.enabled("the machine has what is needed")
                : ConditionEvaluationResult.disabled("needs " + Need.labels(missing));
    }

    private boolean isRequired(Need need) {
        return "true".equals(environment.get(REQUIRED)) && !need.isRare();
    }

    private Set<Need> without() {
        Set<Need> without = EnumSet.noneOf(Need.class);
        Arrays.stream(environment.getOrDefault(WITHOUT, "").split(",", -1))
                .map(String::strip)
                .filter(label -> !label.isEmpty())
                .forEach(label -> {
                    if (label.equals("all")) {
                        without.addAll(EnumSet.allOf(Need.class));
                    } else {
                        without.add(Need.of(label)
                                .orElseThrow(() -> new IllegalArgumentException(WITHOUT + ": " + label
                                        + " is none of all, " + Need.labels(EnumSet.allOf(Need.class)))));
                    }
                });
        return without;
    }

    private static Class<?> outermost(ExtensionContext test) {
        Class<?> outermost = test.getRequiredTestClass();
        while (outermost.getEnclosingClass() != null) {
            outermost = outermost.getEnclosingClass();
        }
        return outermost;
    }
}
