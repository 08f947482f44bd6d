package dev.plumbline.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.report.figure.Table;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MarkdownTests {

    private static String text(Markdown page) {
        return new String(page.bytes(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '§',
            quoteCharacter = '%',
            value = {
                "a|b§a\\|b",
                "<script>alert(1)</script>§&lt;script\\>alert(1)&lt;/script\\>",
                "*bold* _soft_§\\*bold\\* \\_soft\\_",
                "[text](javascript:alert(1))§\\[text\\](javascript:alert(1))",
                "![x](//evil)§\\!\\[x\\](//evil)",
                "# title§\\# title",
                "- item§\\- item",
                "1. item§1\\. item",
                "0.36 of 1.5§0.36 of 1.5",
                "@octocat§@\u200Boctocat",
                "https://evil.example§https\\://evil.example",
                "www.evil.example§www\\.evil.example",
                "`code`§\\`code\\`",
                "a\\b§a\\\\b",
                "&lt;§&amp;lt;",
                "$x$§\\$x\\$",
            })
    void makesNoMarkupOfForeignText(String foreign, String expected) {
        assertThat(Markdown.escaped(foreign)).isEqualTo(expected);
    }

    @Test
    void staysInOneLine() {
        assertThat(Markdown.escaped("a\nb\r\n| c\u0000")).isEqualTo("a b  \\| c\uFFFD");
        assertThat(text(new Markdown().table(new Table(List.of("x", "y"), List.of(List.of("a\n| b |", "1|"))))))
                .isEqualTo("| x | y |\n| --- | --- |\n| `a \\| b \\|` | 1\\| |\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '§',
            quoteCharacter = '%',
            value = {"w§`w`", "a`b§`` a`b ``", "``§``` `` ```", "a|b§`a\\|b`", "a\\|b§`a\\¦b`", "<b>§`<b>`"})
    void fencesNames(String name, String expected) {
        assertThat(Markdown.code(name)).isEqualTo(expected);
    }

    @Test
    void isNeverLongerThanSixtyLines() {
        Markdown page = new Markdown()
                .verdict("FAIL", "x")
                .list(IntStream.range(0, 500).mapToObj(i -> "item " + i).toList());
        assertThat(text(page).lines().count()).isEqualTo(Markdown.LINES);
    }
}
