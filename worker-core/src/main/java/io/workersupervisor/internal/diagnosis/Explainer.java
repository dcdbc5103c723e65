package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.Confidence;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.Explanation;
import io.workersupervisor.Initiator;
import io.workersupervisor.Redaction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Explains the end of a process of which nothing is known but its exit and its log. */
public final class Explainer {
    private Explainer() {}

    public static Explanation of(Path log, ExitStatus exit, Optional<Path> rules) {
        Optional<RulePack> own = rules.map(RulesDirectory::read);
        List<String> problems = own.map(RulePack::problems).orElse(List.of());
        return of(log, exit, own.map(RuleSet.builtIn()::with).orElseGet(RuleSet::builtIn), problems);
    }

    static Explanation of(Path log, ExitStatus exit, RuleSet rules, List<String> problems) {
        LogReading reading = LogReading.of(log, rules, exit, Redaction.standard());
        return explanation(exit, Optional.empty(), reading, String.valueOf(log.getFileName()), problems);
    }

    public static Explanation ofOwnStop(ExitStatus exit) {
        Reasoner.Asked asked = new Reasoner.Asked(Confidence.CERTAIN, Initiator.USER, false);
        return explanation(exit, Optional.of(asked), LogReading.NONE, "its log", List.of());
    }

    private static Explanation explanation(
            ExitStatus exit, Optional<Reasoner.Asked> asked, LogReading log, String name, List<String> problems) {
        Reasoner.Conclusion conclusion = Reasoner.conclude(
                new Reasoner.Facts(exit, false, asked, Optional.empty(), () -> LastWords.NONE, () -> log, name));
        List<String> evidence = new ArrayList<>();
        evidence.add("it ended with " + exit);
        evidence.addAll(conclusion.evidence());
        return new Explanation(
                conclusion.reason(),
                conclusion.confidence(),
                conclusion.retryAfter(),
                List.copyOf(evidence),
                conclusion.logEvidence(),
                log.lastEntries(),
                conclusion.advice(),
                problems);
    }
}
