package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.module.paramnames.ParameterNamesModule;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.convert.support.DefaultConversionService;
import tools.jackson.databind.json.JsonMapper;

/** An account travels through JSON and through parameters of requests as the number or the string that it is. */
class AccountIdFormsTest {
    private static final List<AccountId> ACCOUNTS =
            List.of(AccountId.of(4711), AccountId.of(-5), AccountId.of("bot-a"), AccountId.of("+4915112345678"));
    private static final String JSON = "[4711,-5,\"bot-a\",\"+4915112345678\"]";

    private record Bot(AccountId account, String name) {}

    @Test
    void jackson_2_writes_and_reads_it() throws Exception {
        assertThat(new ObjectMapper().writeValueAsString(ACCOUNTS)).isEqualTo(JSON);
        assertThat(new ObjectMapper().readValue(JSON, new TypeReference<List<AccountId>>() {}))
                .isEqualTo(ACCOUNTS);
    }

    /** The module makes a factory of one parameter look like one that takes an object with one field. */
    @Test
    void jackson_2_reads_it_where_names_of_parameters_are_known() throws Exception {
        ObjectMapper mapper = new ObjectMapper().registerModule(new ParameterNamesModule());

        assertThat(mapper.readValue(JSON, new TypeReference<List<AccountId>>() {}))
                .isEqualTo(ACCOUNTS);
        assertThat(mapper.readValue("{\"account\":4711,\"name\":\"a\"}", Bot.class))
                .isEqualTo(new Bot(AccountId.of(4711), "a"));
    }

    @Test
    void jackson_3_writes_and_reads_it() {
        JsonMapper mapper = JsonMapper.builder().build();

        assertThat(mapper.writeValueAsString(ACCOUNTS)).isEqualTo(JSON);
        assertThat(mapper.readValue(JSON, new tools.jackson.core.type.TypeReference<List<AccountId>>() {}))
                .isEqualTo(ACCOUNTS);
        assertThat(mapper.writeValueAsString(new Bot(AccountId.of("bot-a"), "a")))
                .isEqualTo("{\"account\":\"bot-a\",\"name\":\"a\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"4711", "-5", "bot-a", "+4915112345678"})
    void spring_converts_it_from_text_and_back(String text) {
        DefaultConversionService conversion = new DefaultConversionService();

        AccountId account = conversion.convert(text, AccountId.class);

        assertThat(account).isEqualTo(AccountId.parse(text));
        assertThat(conversion.convert(account, String.class)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"4711", "0049", "99999999999999999999", "bot-a"})
    void every_name_of_the_factory_gives_the_same(String text) {
        assertThat(AccountId.of(text)).isEqualTo(AccountId.valueOf(text)).isEqualTo(AccountId.parse(text));
        assertThat(AccountId.of(text)).hasToString(text);
    }

    @Test
    void it_works_without_jackson() throws Exception {
        URL classes = AccountId.class.getProtectionDomain().getCodeSource().getLocation();
        try (URLClassLoader alone = new URLClassLoader(new URL[] {classes}, ClassLoader.getPlatformClassLoader())) {
            Class<?> type = alone.loadClass(AccountId.class.getName());

            Object account = type.getMethod("of", String.class).invoke(null, "bot-a");

            assertThat(account).hasToString("bot-a");
            assertThat(type.getMethod("value").getAnnotations()).isEmpty();
        }
    }
}
