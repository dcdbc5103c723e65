package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.DiagnosisRule;
import io.workersupervisor.Redaction;
import io.workersupervisor.StopReason;
import io.workersupervisor.internal.text.Json;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a worker wrote of its own end into the file that {@code WORKER_REASON_FILE} names: one JSON object.
 *
 * <pre>
 * {"reason":"FLOOD_WAIT","retryAfterSeconds":4711,"message":"any text"}
 * </pre>
 *
 * A file that is no such thing is told and otherwise ignored.
 *
 * @param reason why it ended, in its own judgement
 * @param retryAfter how long to wait before the next start
 * @param message its own words, empty if it gave none
 * @param problem what is wrong with the file, empty if nothing
 */
record LastWords(Optional<StopReason> reason, Optional<Duration> retryAfter, String message, String problem) {
    /** The most bytes of the file: 4 KiB. */
    static final int LARGEST = 4 * 1024;

    static final LastWords NONE = new LastWords(Optional.empty(), Optional.empty(), "", "");

    private static final Set<StopReason> NOT_ITS_OWN = EnumSet.of(
            StopReason.KILLED_BY_SIGNAL, StopReason.STOPPED_ON_REQUEST, StopReason.MACHINE_LOST, StopReason.LEASE_LOST);

    static LastWords read(Path file) {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isRegularFile()) {
                return ignored("no regular file");
            } else if (attributes.size() > LARGEST) {
                return ignored(attributes.size() + " bytes long, " + LARGEST + " are allowed");
            }
            ByteBuffer bytes = ByteBuffer.wrap(TailOfLog.bytes(file, LARGEST));
            return parse(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
        } catch (NoSuchFileException none) {
            return NONE;
        } catch (CharacterCodingException noText) {
            return ignored("no UTF-8");
        } catch (IOException e) {
            return ignored("not readable: " + Text.reason(e));
        } catch (IllegalArgumentException wrong) {
            return ignored(String.valueOf(wrong.getMessage()));
        }
    }

    /** The same, as it may be shown. */
    LastWords masked(Redaction redaction) {
        return new LastWords(reason, retryAfter, redaction.apply(message), redaction.apply(problem));
    }

    static LastWords parse(String json) {
        Map<String, @Nullable Object> map = Json.object(json);
        Optional<StopReason> reason = Stream.of(StopReason.values())
                .filter(known -> known.name().equals(map.get("reason")) && !NOT_ITS_OWN.contains(known))
                .findFirst();
        if (reason.isEmpty()) {
            return ignored(
                    map.get("reason") instanceof String name
                            ? "of a reason that is unknown or not a worker's to give: " + Text.quoted(name)
                            : "without a reason");
        }
        String message = map.get("message") instanceof String text ? Text.cut(Text.oneLine(text), 400) : "";
        Object seconds = map.get("retryAfterSeconds");
        double number = seconds instanceof Number given ? Math.ceil(given.doubleValue()) : -1;
        boolean isWait = number >= 0 && number <= DiagnosisRule.LONGEST_WAIT.toSeconds();
        return new LastWords(
                reason,
                isWait ? Optional.of(Duration.ofSeconds((long) number)) : Optional.empty(),
                message,
                isWait || seconds == null
                        ? ""
                        : "of its last words the retryAfterSeconds are ignored: " + Text.quoted(Json.write(seconds)));
    }

    private static LastWords ignored(String why) {
        return new LastWords(Optional.empty(), Optional.empty(), "", "its last words are ignored: they are " + why);
    }
}
