package dev.plumbline.report.figure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.report.figure.LineChart.Level;
import dev.plumbline.report.figure.LineChart.Line;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Element;

class FiguresTests {

    private static Element svg(Figure figure) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(figure.svg().getBytes(StandardCharsets.UTF_8)))
                .getDocumentElement();
    }

    private static LineChart chart(double[] x, double[] y) {
        return new LineChart(
                "\"<title>\"",
                "a & b",
                "x",
                false,
                "y",
                true,
                List.of(new Line("<l>", "both", x, y)),
                List.of(),
                List.of());
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0", "1, 1", "-2.5, -2.5", "123456.7, 123500", "1234567, 1.235e6", "0.001234567, 0.001235",
        "0.0001234567, 1.235e-4", "4.9e-324, 4.9e-324", "-1e300, -1e300", "NaN, NaN", "Infinity, ∞", "0.1, 0.1"
    })
    void writesNumbersForPeople(double value, String expected) {
        assertThat(Numbers.of(value)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"abcdefghij, 10, abcdefghij", "abcdefghij, 5, ab…ij", "😀😀😀😀, 3, 😀…😀"})
    void shortensInTheMiddle(String text, int most, String expected) {
        assertThat(Markup.shortened(text, most)).isEqualTo(expected);
    }

    @Test
    void isWellFormedAndSaysWhatItShowsWhateverTheNames() throws Exception {
        Element svg = svg(chart(new double[] {1, 2}, new double[] {1, 10}).figure());
        assertThat(svg.getAttribute("role")).isEqualTo("img");
        assertThat(svg.getAttribute("aria-label")).isEqualTo("\"<title>\". a & b");
    }

    /** y falls by a decade for each step to the right, so the line is straight: its middle point lies in the middle. */
    @Test
    void drawsPowersAsStraightLinesOnALogarithmicAxis() throws Exception {
        Element svg =
                svg(chart(new double[] {0, 1, 2}, new double[] {100, 10, 1}).figure());
        String course = ((Element) svg.getElementsByTagName("path").item(0)).getAttribute("d");
        double[] numbers = Arrays.stream(course.split("[ML ]"))
                .filter(piece -> !piece.isEmpty())
                .mapToDouble(Double::parseDouble)
                .toArray();
        assertThat(numbers).hasSize(6);
        assertThat(numbers[2]).isBetween((numbers[0] + numbers[4]) / 2 - 0.1, (numbers[0] + numbers[4]) / 2 + 0.1);
        assertThat(numbers[3]).isBetween((numbers[1] + numbers[5]) / 2 - 0.1, (numbers[1] + numbers[5]) / 2 + 0.1);
        assertThat(numbers[1]).isLessThan(numbers[5]);
    }

    @Test
    void keepsASpikeAmongManyPoints() {
        double[] x = IntStream.range(0, 100_000).mapToDouble(i -> i).toArray();
        double[] y = DoubleStream.generate(() -> 1).limit(x.length).toArray();
        y[77_777] = 1e6;
        Figure figure = chart(x, y).figure();
        assertThat(figure.numbers().rows()).anyMatch(row -> row.contains("77777"));
        assertThat(figure.numbers().rows()).hasSizeLessThan(300);
    }

    @Test
    void leavesOutWhatHasNoPlaceAndTellsItInTheTable() throws Exception {
        Figure figure = chart(
                        new double[] {1, 2, 3, 4, Double.NaN},
                        new double[] {1, 0, Double.NaN, Double.POSITIVE_INFINITY, -1})
                .figure();
        assertThat(figure.svg()).doesNotContain("NaN", "Infinity", "∞");
        assertThat(figure.numbers().rows()).hasSize(5);
        svg(figure);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1e308, -1e308", "5e-324, 5e-324", "1, 1"})
    void drawsExtremesToo(double a, double b) throws Exception {
        LineChart chart = new LineChart(
                "t",
                "d",
                "x",
                true,
                "y",
                false,
                List.of(new Line("l", "both", new double[] {a, b}, new double[] {a, b}, new double[] {b, a})),
                List.of(new Level("level", a)),
                List.of(new Level("mark", b)));
        assertThat(svg(chart.figure()).getElementsByTagName("line").getLength()).isBetween(1, 60);
        svg(new ScatterPlot("t", "d", List.of(new ScatterPlot.Point("[0]", a, b, true))).figure());
        assertThat(new ErrorBars(DoubleStream.of(a, b)).bar("barbad", a, b)).doesNotContain("NaN");
    }

    @Test
    void colorsByHowFarBeyond() throws Exception {
        double[][] cells = {{0, 1}, {10, Double.NaN}};
        Figure figure = new HeatMap("t", "d", cells, 2, 2).beyondOne(1);
        List<String> drawn = IntStream.range(
                        0, svg(figure).getElementsByTagName("path").getLength())
                .mapToObj(i -> {
                    try {
                        return ((Element)
                                        svg(figure).getElementsByTagName("path").item(i))
                                .getAttribute("class");
                    } catch (Exception impossible) {
                        throw new IllegalStateException(impossible);
                    }
                })
                .toList();
        assertThat(drawn).containsExactly("p5", "odd");
        assertThat(figure.numbers().rows()).containsExactly(List.of("0", "0", "1"), List.of("1", "10", "NaN"));
    }

    @Test
    void drawsAGraphDownwards() throws Exception {
        GraphDrawing.Box box = new GraphDrawing.Box("a<b", "op", "plain", "");
        Figure figure = new GraphDrawing(
                        "t",
                        "d",
                        List.of(box, box, box),
                        List.of(new GraphDrawing.Edge(0, 1), new GraphDrawing.Edge(1, 2)))
                .figure();
        double[] heights = IntStream.range(0, 3)
                .mapToDouble(i -> {
                    try {
                        return Double.parseDouble(((Element)
                                        svg(figure).getElementsByTagName("rect").item(i))
                                .getAttribute("y"));
                    } catch (Exception impossible) {
                        throw new IllegalStateException(impossible);
                    }
                })
                .toArray();
        assertThat(heights).isSorted().doesNotHaveDuplicates();
        assertThat(figure.numbers().rows().get(2)).containsExactly("a<b", "op", "", "a<b");
    }
}
