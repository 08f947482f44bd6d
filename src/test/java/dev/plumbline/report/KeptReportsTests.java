package dev.plumbline.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.limits.KeyLimits;
import dev.plumbline.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeptReportsTests {

    private static final int ROOM = 10_000;

    private final KeptReports<String> reports = new KeptReports<>(new KeyLimits(
            0, 0, 5, ROOM, 0, 0, 0, 0, Map.of("ben", new KeyLimits.Own(null, null, 2, null, null, null, null, null))));

    private void keep(String owner, String id, byte[] report) {
        reports.keep(owner, id, "item " + id, report);
    }

    /** Random bytes cannot be packed. */
    private static byte[] ofBytes(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    @Test
    void givesBackWhatWasAnsweredToTheKeyThatAskedAndToNoOther() {
        byte[] report = "{\"verdict\":\"PASS\"}".getBytes(StandardCharsets.UTF_8);
        keep("ann", "1", report);
        assertThat(reports.find("ann", "1")).hasValue(report);
        assertThat(reports.find("ben", "1")).isEmpty();
        assertThat(reports.page("ben", 20, null).items()).isEmpty();
    }

    @Test
    void letsTheOldestGoByNumberOfTheirOwnKeyOnly() {
        keep("ann", "a", new byte[1]);
        for (int i = 0; i < 100; i++) {
            keep("ben", "b" + i, new byte[1]);
        }
        assertThat(reports.find("ann", "a")).isPresent();
        assertThat(reports.page("ben", 20, null).items()).containsExactly("item b99", "item b98");
    }

    @Test
    void letsTheOldestGoByBytes() {
        keep("ann", "1", ofBytes(4_000));
        keep("ann", "2", ofBytes(4_000));
        keep("ann", "3", ofBytes(4_000));
        assertThat(reports.page("ann", 20, null).items()).containsExactly("item 3", "item 2");
        keep("ann", "4", ofBytes(9_900));
        assertThat(reports.page("ann", 20, null).items()).containsExactly("item 4");
    }

    @Test
    void doesNotKeepWhatIsLargerThanAllItsRoomAndLetsNothingGoForIt() {
        keep("ann", "1", ofBytes(4_000));
        keep("ann", "2", ofBytes(ROOM + 1));
        assertThat(reports.page("ann", 20, null).items()).containsExactly("item 1");
    }

    @Test
    void turnsPagesFromTheNewestToTheOldest() {
        for (int i = 1; i <= 5; i++) {
            keep("ann", "" + i, new byte[1]);
        }
        Page<String> first = reports.page("ann", 2, null);
        Page<String> second = reports.page("ann", 2, first.next());
        Page<String> third = reports.page("ann", 2, second.next());
        assertThat(first.items()).containsExactly("item 5", "item 4");
        assertThat(second.items()).containsExactly("item 3", "item 2");
        assertThat(third).isEqualTo(new Page<>(List.of("item 1"), null));
    }

    @Test
    void refusesPagesThatThereAreNot() {
        keep("ann", "1", new byte[1]);
        assertThatThrownBy(() -> reports.page("ann", 0, null)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> reports.page("ann", 201, null)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> reports.page("ben", 2, "1")).isInstanceOf(Problem.class);
    }
}
