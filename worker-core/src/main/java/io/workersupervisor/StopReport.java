package io.workersupervisor;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why one worker stopped. Each incarnation has exactly one, keyed by its worker id. Immutable.
 *
 * @param account the account
 * @param workerId the incarnation
 * @param epoch its fencing number
 * @param node the node that ran it
 * @param userId the owner of the account, if given
 * @param specVersion the version of what ran, if given
 * @param startedAt when it was claimed
 * @param endedAt when it ended, or where nobody saw that, when its end was noticed
 * @param exit how it ended
 * @param initiator who ended it
 * @param reason why it ended
 * @param confidence how sure the reason is
 * @param evidence what all this rests on, a sentence each
 * @param advice what to do, in a sentence or two
 */
public record StopReport(
        AccountId account,
        String workerId,
        long epoch,
        String node,
        Optional<String> userId,
        Optional<String> specVersion,
        Instant startedAt,
        Instant endedAt,
        ExitStatus exit,
        Initiator initiator,
        StopReason reason,
        Confidence confidence,
        List<String> evidence,
        String advice) {
    /** How many reports of an account a registry keeps. */
    public static final int KEPT = 20;

    /** The most bytes that a report takes as JSON: 16 KiB. */
    public static final int LARGEST = 16 * 1024;

    /** Cuts what is too long, so that a report always fits its bound. */
    public StopReport {
        Text.notBlank("workerId", workerId, 64);
        node = cut(node, 128);
        startedAt = Instant.ofEpochMilli(startedAt.toEpochMilli());
        endedAt = Instant.ofEpochMilli(endedAt.toEpochMilli());
        evidence = bounded(evidence);
        advice = cut(advice, 512);
    }

    /**
     * How long the worker lived.
     *
     * @return never negative
     */
    public Duration uptime() {
        Duration uptime = Duration.between(startedAt, endedAt);
        return uptime.isNegative() ? Duration.ZERO : uptime;
    }

    /**
     * The report for people, several lines.
     *
     * @return text that ends without a newline
     */
    public String toText() {
        StringBuilder text = new StringBuilder();
        text.append(endedAt)
                .append("  ")
                .append(reason.words())
                .append(" (")
                .append(reason)
                .append(", ");
        text.append(confidence.name().toLowerCase(java.util.Locale.ROOT)).append(")\n");
        text.append("  worker    ")
                .append(workerId)
                .append(", epoch ")
                .append(epoch)
                .append(", ran ");
        text.append(Text.words(uptime()));
        specVersion.ifPresent(version -> text.append(", version ").append(version));
        text.append("\n  exit      ").append(exit);
        text.append("\n  ended by  ").append(initiator.name().toLowerCase(java.util.Locale.ROOT));
        for (String item : evidence) {
            text.append("\n  evidence  ").append(item);
        }
        return text.append("\n  advice    ").append(advice).toString();
    }

    /**
     * The report as a store keeps it.
     *
     * @return one JSON object of at most {@link #LARGEST} bytes
     */
    public String toJson() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("account", account.value());
        map.put("worker_id", workerId);
        map.put("epoch", epoch);
        map.put("node", node);
        userId.ifPresent(user -> map.put("user_id", user));
        specVersion.ifPresent(version -> map.put("spec_version", version));
        map.put("started_at", startedAt.toString());
        map.put("ended_at", endedAt.toString());
        map.put("exit", exit.toMap());
        map.put("initiator", initiator.name());
        map.put("reason", reason.name());
        map.put("confidence", confidence.name());
        map.put("evidence", evidence);
        map.put("advice", advice);
        return Json.write(map);
    }

    /**
     * Reads what {@link #toJson()} wrote; fields of a newer version are ignored.
     *
     * @param json one JSON object
     * @return the report
     * @throws IllegalArgumentException if the text is something else
     */
    public static StopReport parse(String json) {
        Map<String, @Nullable Object> map = Json.object(json);
        try {
            Object account = map.get("account");
            List<String> evidence = new ArrayList<>();
            if (map.get("evidence") instanceof List<?> items) {
                items.forEach(item -> evidence.add(String.valueOf(item)));
            }
            return new StopReport(
                    account instanceof Long number ? AccountId.of(number) : AccountId.of(String.valueOf(account)),
                    text(map, "worker_id"),
                    map.get("epoch") instanceof Long epoch ? epoch : 0,
                    text(map, "node"),
                    Optional.ofNullable((String) map.get("user_id")),
                    Optional.ofNullable((String) map.get("spec_version")),
                    Instant.parse(text(map, "started_at")),
                    Instant.parse(text(map, "ended_at")),
                    map.get("exit") instanceof Map<?, ?> exit
                            ? ExitStatus.of(Json.asObject(exit))
                            : new ExitStatus.Unknown("the report does not say"),
                    word(Initiator.class, map, "initiator", Initiator.UNKNOWN, evidence),
                    word(StopReason.class, map, "reason", StopReason.UNKNOWN, evidence),
                    word(Confidence.class, map, "confidence", Confidence.POSSIBLE, evidence),
                    evidence,
                    text(map, "advice"));
        } catch (java.time.DateTimeException | ClassCastException wrong) {
            throw new IllegalArgumentException("not a stop report: " + wrong.getMessage(), wrong);
        }
    }

    /** A word of a newer version is kept in the evidence. */
    private static <E extends Enum<E>> E word(
            Class<E> type, Map<String, @Nullable Object> map, String field, E unknown, List<String> evidence) {
        String word = text(map, field);
        for (E known : type.getEnumConstants()) {
            if (known.name().equals(word)) {
                return known;
            }
        }
        evidence.add(0, "a newer version wrote " + field + " " + word);
        return unknown;
    }

    private static String text(Map<String, @Nullable Object> map, String field) {
        if (map.get(field) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("not a stop report: " + field + " is missing");
    }

    /** At most 24 items; half of the bound for them, as JSON may escape every character of them. */
    private static List<String> bounded(List<String> evidence) {
        List<String> kept = new ArrayList<>();
        int room = LARGEST / 2;
        for (String item : evidence) {
            String line = cut(Text.oneLine(item), 512);
            room -= Json.write(line).getBytes(StandardCharsets.UTF_8).length;
            if (kept.size() == 24 || room < 0) {
                break;
            }
            kept.add(line);
        }
        return List.copyOf(kept);
    }

    private static String cut(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most - 3) + "...";
    }
}
