package io.workersupervisor.internal.registry;

import io.workersupervisor.Confidence;
import io.workersupervisor.StopReason;
import io.workersupervisor.internal.text.Json;
import io.workersupervisor.internal.text.Text;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The cause for which the library ends a living worker, as its row keeps it until the end is filed.
 *
 * @param text the finding in one line
 */
public record Fault(StopReason reason, Confidence confidence, String text) {
    private static final int LONGEST = 500;

    public Fault {
        text = Text.cut(Text.oneLine(text), LONGEST);
    }

    Map<String, @Nullable Object> fields() {
        return Json.map("reason", reason.name(), "confidence", confidence.name(), "text", text);
    }

    /** Damage is absence: the end is a stop without a cause then. */
    static Optional<Fault> of(Map<String, @Nullable Object> fields) {
        Optional<StopReason> reason = named(StopReason.values(), fields.get("reason"));
        Optional<Confidence> confidence = named(Confidence.values(), fields.get("confidence"));
        return reason.isPresent() && confidence.isPresent() && fields.get("text") instanceof String text
                ? Optional.of(new Fault(reason.get(), confidence.get(), text))
                : Optional.empty();
    }

    private static <E extends Enum<E>> Optional<E> named(E[] values, @Nullable Object name) {
        return Arrays.stream(values).filter(value -> value.name().equals(name)).findFirst();
    }
}
