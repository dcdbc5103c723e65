package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.DiagnosisRule;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The rules of a host: those of the application, of the files in {@code data/rules.d}, and the library's own. Files are
 * looked at once a second at most, and read again when one has changed. Thread-safe.
 */
public final class RulesDirectory {
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final long LARGEST = 256 * 1024;
    private static final int MOST = 100;

    private final Path directory;
    private final List<DiagnosisRule> application;
    private final Clocks timing;
    private final Consumer<String> trouble;
    private final Set<String> told = new HashSet<>();
    private Map<Path, String> seen = Map.of();
    private RuleSet rules;
    private long looked;

    public RulesDirectory(Path directory, List<DiagnosisRule> application, Clocks timing, Consumer<String> trouble) {
        this.directory = directory;
        this.application = List.copyOf(application);
        this.timing = timing;
        this.trouble = trouble;
        this.rules = RuleSet.builtIn().with(application);
        this.looked = timing.nanos() - LOOK.toNanos();
    }

    /** The rules as they are now. */
    public synchronized RuleSet rules() {
        long now = timing.nanos();
        if (now - looked < LOOK.toNanos()) {
            return rules;
        }
        looked = now;
        List<String> problems = new ArrayList<>();
        Map<Path, String> files = files(directory, problems);
        if (!files.equals(seen)) {
            RulePack pack = read(files.keySet(), problems);
            rules = RuleSet.builtIn().with(pack).with(application);
            seen = files;
            told.retainAll(pack.problems());
            problems = pack.problems();
        }
        problems.stream().filter(told::add).forEach(trouble);
        return rules;
    }

    static RulePack read(Path directory) {
        List<String> problems = new ArrayList<>();
        return read(files(directory, problems).keySet(), problems);
    }

    private static Map<Path, String> files(Path directory, List<String> problems) {
        Map<Path, String> files = new TreeMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "*.json")) {
            for (Path file : entries) {
                BasicFileAttributes attributes =
                        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                String state = attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
                if (!attributes.isRegularFile() || attributes.size() > LARGEST || files.size() >= MOST) {
                    problems.add("rules are ignored: " + file + " is no regular file of at most " + LARGEST
                            + " bytes among the first " + MOST);
                } else {
                    files.put(file, state);
                }
            }
        } catch (NoSuchFileException none) {
            return files;
        } catch (NotDirectoryException wrong) {
            problems.add("rules are ignored: " + directory + " is no directory");
        } catch (IOException e) {
            problems.add("rules are ignored: " + directory + " cannot be read: " + Text.reason(e));
        } catch (DirectoryIteratorException e) {
            problems.add("rules are ignored: " + directory + " cannot be listed: " + e.getMessage());
        }
        return files;
    }

    private static RulePack read(Set<Path> files, List<String> problems) {
        RulePack all = RulePack.of(List.of(), problems);
        for (Path file : files) {
            String name = "rules.d/" + file.getFileName();
            try {
                RulePack pack = RulePack.parse(name, Files.readString(file));
                List<String> told = pack.problems().stream()
                        .map(problem -> "a rule is ignored: " + problem)
                        .toList();
                all = all.with(new RulePack(pack.rules(), pack.words(), pack.advice(), pack.closing(), told));
            } catch (IOException e) {
                boolean isNoText = e instanceof CharacterCodingException;
                String why = isNoText ? " is no UTF-8" : " cannot be read: " + Text.reason(e);
                all = all.with(RulePack.of(List.of(), List.of("rules are ignored: " + name + why)));
            }
        }
        return all;
    }
}
