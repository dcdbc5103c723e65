package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.Confidence;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.Explanation;
import io.workersupervisor.Initiator;
import io.workersupervisor.LogExcerpt;
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
        RuleSet all = own.map(RuleSet.builtIn()::with).orElseGet(RuleSet::builtIn);
        LogReading reading = LogReading.of(log, all, exit, Redaction.standard());
        Facts facts = new Facts(
                exit,
                false,
                Optional.empty(),
                Optional.empty(),
                () -> LastWords.NONE,
                () -> reading,
                String.valueOf(log.getFileName()));
        return explanation(
                facts, reading.lastEntries(), own.map(RulePack::problems).orElse(List.of()));
    }

    public static Explanation ofOwnStop(ExitStatus exit) {
        Facts.Asked asked = new Facts.Asked(Confidence.CERTAIN, Initiator.USER, "");
        Facts facts = new Facts(
                exit,
                false,
                Optional.of(asked),
                Optional.empty(),
                () -> LastWords.NONE,
                () -> LogReading.NONE,
                "its log");
        return explanation(facts, List.of(), List.of());
    }

    private static Explanation explanation(Facts facts, List<LogExcerpt> lastEntries, List<String> problems) {
        Verdict verdict = Verdicts.of(facts);
        List<String> evidence = new ArrayList<>();
        evidence.add("it ended with " + facts.exit());
        evidence.addAll(verdict.evidence());
        return new Explanation(
                verdict.reason(),
                verdict.confidence(),
                verdict.retryAfter(),
                List.copyOf(evidence),
                verdict.logEvidence(),
                lastEntries,
                verdict.advice(),
                problems);
    }
}
