package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A multipart body is the same however it is cut on its way. */
class PartsIntakeTests {

    private static final String PART = "--b\r\nContent-Disposition: form-data; name=\"%s\"%s\r\n\r\n%s\r\n";

    @TempDir
    private Path directory;

    private PartsIntake read(String body, int pieces) throws IOException {
        PartsIntake intake = new PartsIntake(new SpoolRoom(directory, 1 << 20), "b", 1 << 20);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        for (int from = 0; from < bytes.length; from += pieces) {
            int count = Math.min(pieces, bytes.length - from);
            byte[] piece = new byte[pieces];
            System.arraycopy(bytes, from, piece, 0, count);
            intake.take(piece, count);
        }
        intake.finish();
        return intake;
    }

    private static String text(SpooledPart part) throws IOException {
        try (InputStream in = part.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 64, 100_000})
    void readsTheSamePartsHoweverTheBodyIsCut(int pieces) throws IOException {
        // Line ends, dashes and halves of the boundary inside of the content; a part beyond what stays in memory.
        String tricky = "\r\n--\r\n--c\r\n\r\n-\r\r\n--";
        String large = "x\r\n-".repeat(10_000);
        String body = "preamble\r\n"
                + PART.formatted("request", "", "{}")
                + PART.formatted("größe", "; filename=\"a b.npy\"\r\nContent-Type: text/plain", tricky)
                + PART.formatted("empty", "", "")
                + PART.formatted("large", "; filename=\"l\"", large)
                + "--b--\r\nepilogue --b";
        PartsIntake intake = read(body, pieces);
        assertThat(intake.parts())
                .extracting(SpooledPart::getName)
                .containsExactly("request", "größe", "empty", "large");
        assertThat(text(intake.parts().get(1))).isEqualTo(tricky);
        assertThat(intake.parts().get(1).getSubmittedFileName()).isEqualTo("a b.npy");
        assertThat(intake.parts().get(1).getContentType()).isEqualTo("text/plain");
        assertThat(intake.parts().get(2).getSize()).isZero();
        assertThat(text(intake.parts().get(3))).isEqualTo(large);
        assertThat(directory)
                .as("one part is a file")
                .isDirectoryContaining(file -> file.toFile().length() == 40_000);
        for (Spool spool : intake.spools()) {
            spool.close();
        }
        assertThat(directory).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nothing",
                "--b--",
                "--b\r\n",
                "--b\r\n\r\n",
                "--b\r\n\r\nx\r\n--b--",
                "--bc\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b--",
                "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b",
                "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--",
                "--b\r\nContent-Disposition: form-data; form-data; name=\"a\"\r\n\r\nx\r\n--b--",
                "--b\r\nContent-Disposition: form-data; name=\"a\0\"\r\n\r\nx\r\n--b--",
                "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"\0\"\r\n\r\nx\r\n--b--",
                "--b\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n--b--",
                "--b\r\nno header at all\r\n\r\nx\r\n--b--",
                "--b\r\nContent-Disposition: form-data; name=\"\r\n\r\nx\r\n--b--"
            })
    void refusesWhatIsBroken(String body) {
        assertThatThrownBy(() -> read(body, 3)).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.code()).isEqualTo(Problem.Code.MALFORMED);
            assertThat(problem.got()).isNotNull();
            assertThat(problem.expected()).isNotNull();
        });
    }

    @Test
    void boundsWhatItKeepsInMemoryAndOnTheDisk() {
        assertThatThrownBy(() -> read("--b" + " ".repeat(100_000), 1_000)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> read("--b\r\n" + "X: y\r\n".repeat(100_000), 1_000))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo(Problem.Code.LIMIT));
        assertThatThrownBy(() -> read(PART.formatted("a", "", "x").repeat(600) + "--b--", 1_000))
                .hasMessageContaining("too many parts");
        assertThatThrownBy(() -> read(PART.formatted("a", "", "x".repeat(2 << 20)), 8_192))
                .isInstanceOf(SpoolRoom.Full.class);
    }

    @Test
    void readsNoiseWithoutEnd() {
        Random random = new Random(7);
        for (int i = 0; i < 500; i++) {
            StringBuilder noise = new StringBuilder();
            while (noise.length() < 200) {
                noise.append(new String[] {"--b", "\r\n", "-", "\r", " ", "x", ": ", "\n"}[random.nextInt(8)]);
            }
            assertThatThrownBy(() -> read(noise.toString(), 1 + random.nextInt(50)))
                    .isInstanceOf(Problem.class);
        }
    }
}
