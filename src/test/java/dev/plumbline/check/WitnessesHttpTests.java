package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** What a report says of bends, arithmetic and work, over HTTP; requests in single quotes for double ones. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class WitnessesHttpTests {

    @LocalServerPort
    private int port;

    private JsonNode check(String formula, String parameters, String gradients, String settings) {
        return check("'model':{'formula':'%s'},'parameters':{%s},'gradients':{%s},'settings':{%s}"
                .formatted(formula, parameters, gradients, settings));
    }

    private JsonNode check(String members) {
        Caller.Answer answer = new Caller(port).post(Caller.CHECKS, ("{" + members + "}").replace('\'', '"'));
        assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static List<String> warnings(JsonNode report) {
        return StreamSupport.stream(report.get("warnings").spliterator(), false)
                .map(warning -> warning.get("code").asString())
                .toList();
    }

    /** {@code relu(w) at 0}: 0, 1 and 1/2 are conventions, 0.3 a mix of the pieces, 1.5 nothing. */
    @ParameterizedTest
    @CsvSource({
        "0.0, KINK, relu'(0) = 0",
        "1.0, KINK, relu'(0) = 1",
        "0.5, KINK, relu'(0) = 1/2",
        "0.3, KINK,",
        "1.5, FAIL,"
    })
    void namesTheBendAndTheConventionOfTheClaim(double claim, String verdict, String convention) {
        JsonNode report = check("sum(relu(w))", "'w':[0.0,2.0]", "'w':[%s,1.0]".formatted(claim), "");

        assertThat(report.get("verdict").asString()).isEqualTo(verdict);
        JsonNode bend = report.get("bends").get(0);
        assertThat(report.get("bends").size()).isEqualTo(1);
        assertThat(bend.get("operation").asString()).isEqualTo("relu");
        assertThat(bend.get("kind").asString()).isEqualTo("bend");
        assertThat(bend.get("positions").toString()).isEqualTo("[[0]]");
        assertThat(bend.get("count").asInt()).isEqualTo(1);
        if (convention == null) {
            assertThat(bend.has("convention")).isFalse();
        } else {
            assertThat(bend.get("convention").asString()).isEqualTo(convention);
            assertThat(report.get("summary").asString()).contains(convention);
        }
    }

    @Test
    void aPointWithoutBendsListsNone() {
        assertThat(check("sum(relu(w))", "'w':[1.0,2.0]", "'w':[1.0,1.0]", "")
                        .get("bends")
                        .isEmpty())
                .isTrue();
    }

    @Test
    void anEntryWithoutADifferenceHasNoNumbersOfOne() {
        JsonNode entry = check("sum(w^3)", "'w':[1.0,2.0]", "'w':[3.0,12.0]", "'coverage':'certified'")
                .at("/tensors/0/entries/0");

        assertThat(entry.get("verdict").asString()).isEqualTo("PASS");
        assertThat(entry.propertyNames()).doesNotContain("numeric", "errorBound", "fPlus", "fMinus", "step");
    }

    @Test
    void aWrongEntryHasADifferenceThatCanBeRepeated() {
        JsonNode entry = check("sum(w^3)", "'w':[1.0,2.0]", "'w':[3.0,13.0]", "'coverage':'certified'")
                .at("/tensors/0/entries/0");

        assertThat(entry.get("verdict").asString()).isEqualTo("FAIL");
        assertThat(entry.get("index").toString()).isEqualTo("[1]");
        double step = entry.get("step").asDouble();
        assertThat(entry.get("fPlus").asDouble()).isCloseTo(1 + Math.pow(2 + step, 3), within(1e-14));
        assertThat(entry.get("fMinus").asDouble()).isCloseTo(1 + Math.pow(2 - step, 3), within(1e-14));
        assertThat(Math.abs(entry.get("numeric").asDouble() - 12))
                .isLessThanOrEqualTo(entry.get("errorBound").asDouble());
    }

    @Test
    void countsTheWorkInForwardPasses() {
        JsonNode smooth = check("sum(exp(w))", "'w':[0.0,0.0]", "'w':[1.0,1.0]", "'coverage':'certified'");
        JsonNode every = check("sum(exp(w))", "'w':[0.0,0.0]", "'w':[1.0,1.0]", "'coverage':'sampled','samples':50");

        assertThat(smooth.at("/cost/forwardPasses").asDouble()).isBetween(10.0, 120.0);
        assertThat(every.at("/cost/forwardPasses").asDouble())
                .isGreaterThan(smooth.at("/cost/forwardPasses").asDouble());
        assertThat(smooth.at("/reference/directions").asInt()).isEqualTo(4);
    }

    // ── the claim's arithmetic ──

    @Test
    void eachTensorMayHaveBeenComputedInItsOwnDatatype() {
        String claims = "'a':[1.0000001],'b':[1.0000001]"; // one float32 rounding off
        String point = "'a':[0.0],'b':[0.0]";
        JsonNode report = check("sum(exp(a)) + sum(exp(b))", point, claims, "'claimDatatype':{'a':'FP32','b':'FP64'}");

        assertThat(report.at("/tensors/0/verdict").asString()).isEqualTo("PASS");
        assertThat(report.at("/tensors/0/datatype").asString()).isEqualTo("FP32");
        assertThat(report.at("/tensors/1/verdict").asString()).isEqualTo("FAIL");
        assertThat(report.at("/settings/claimDatatype").toString()).isEqualTo("{\"a\":\"FP32\",\"b\":\"FP64\"}");
    }

    /** 1/3 and 0.7 have three digits in bfloat16: the product's derivative by w is x in bfloat16. */
    @Test
    void mixedPrecisionAllowsWhatItsRoundingExplains() {
        String model = "'model':{'formula':'sum(x @ w)'},'parameters':{'w':[[0.3],[0.7]]},"
                + "'data':{'x':[[0.3333,0.7],[0.1,0.9]]},'gradients':{'w':[[0.4335],[1.602]]},'settings':{'claimDatatype':'FP32'%s}";
        JsonNode mixed = check(model.formatted(",'precision':'autocastBF16'"));
        JsonNode plain = check(model.formatted(""));

        assertThat(mixed.get("verdict").asString()).isEqualTo("PASS");
        assertThat(mixed.at("/settings/precision").asString()).isEqualTo("autocastBF16");
        assertThat(plain.get("verdict").asString()).isEqualTo("FAIL");
    }

    /** Of a whole tensor too large by so much, mixed precision says nothing; it says how much that is. */
    @Test
    void mixedPrecisionSaysWhatShareOfATensorWouldHavePassed() {
        String model = "'model':{'formula':'sum(x @ w)'},'parameters':{'w':[[0.3],[0.7]]},"
                + "'data':{'x':[[0.3333,0.7],[0.1,0.9]]},'gradients':{'w':[[%s],[%s]]},"
                + "'settings':{'claimDatatype':'FP32','precision':'%s'}";
        JsonNode half = check(model.formatted(0.4335, 1.602, "autocastBF16"));
        String detail = half.get("warnings")
                .valueStream()
                .filter(warning -> warning.get("code").asString().equals("shareUnseen"))
                .map(warning -> warning.get("detail").asString())
                .findFirst()
                .orElse("none");
        int percent = Integer.parseInt(detail.replaceAll("\\D*(\\d+) % of w.*", "$1"));

        double unseen = 1 + (percent - 1) / 100.0;
        double seen = 1 + 3 * (percent + 1) / 100.0;
        assertThat(check(model.formatted(0.4333 * unseen, 1.6 * unseen, "autocastBF16"))
                        .get("verdict")
                        .asString())
                .isEqualTo("PASS");
        assertThat(check(model.formatted(0.4333 * seen, 1.6 * seen, "autocastBF16"))
                        .get("verdict")
                        .asString())
                .isNotEqualTo("PASS");
        assertThat(check(model.formatted(0.4333, 1.6, "tf32")).get("warnings").toString())
                .doesNotContain("shareUnseen");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'precision':'float7' | /settings/precision | autocastBF16",
                "'precision':{'compute':'FP7'} | /settings/precision/compute | BF16",
                "'precision':{'compute':'BF16','keep':['attention']} | /settings/precision/keep/0 | softmax",
                "'precision':{'accumulate':'FP32'} | /settings/precision | compute",
                "'claimDatatype':'INT32' | /settings/claimDatatype | FP64",
                "'claimDatatype':{'w':'FP7'} | /settings/claimDatatype/w | FP64",
                "'claimDatatype':{'v':'FP32'} | /settings/claimDatatype/v | w"
            })
    void refusesArithmeticThatThereIsNot(String settings, String pointer, String expected) {
        Caller.Answer answer = new Caller(port)
                .post(
                        Caller.CHECKS,
                        "{'model':{'formula':'sum(w)'},'parameters':{'w':[1]},'gradients':{'w':[1]},'settings':{%s}}"
                                .formatted(settings)
                                .replace('\'', '"'));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("pointer")).isEqualTo(pointer);
        assertThat(answer.body().get("expected").toString()).contains(expected);
    }

    @Test
    void saysHowManyTimesFurtherFromTheReferenceThanATrustedImplementation() {
        JsonNode report = check("'model':{'formula':'sum(w^2)'},'parameters':{'w':[1.0,2.0]},"
                + "'gradients':{'w':[2.0,4.003]},'baseline':{'w':[2.001,4.0]}");

        assertThat(report.at("/tensors/0/timesBaseline").asDouble()).isBetween(2.999, 3.001);
    }

    @Test
    void refusesABaselineOfAnotherShape() {
        Caller.Answer answer = new Caller(port)
                .post(
                        Caller.CHECKS,
                        "{'model':{'formula':'sum(w)'},'parameters':{'w':[1]},'gradients':{'w':[1]},'baseline':{'w':[1,2]}}"
                                .replace('\'', '"'));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("pointer")).isEqualTo("/baseline/w");
    }

    // ── warnings ──

    @Test
    void aJumpIsNobodysDerivative() {
        JsonNode report = check("sum(floor(w))", "'w':[1.0,1.5]", "'w':[0.0,0.0]", "");

        assertThat(report.get("verdict").asString()).isEqualTo("INCONCLUSIVE");
        assertThat(warnings(report)).contains("discontinuous");
        assertThat(report.at("/tensors/0/entries/0/reason").asString()).isEqualTo("discontinuous");
        assertThat(report.at("/bends/0/operation").asString()).isEqualTo("floor");
    }

    @Test
    void anObjectiveThatIsNotFiniteHasNoGradientAndNamesTheFirstOperation() {
        JsonNode report = check("sum(log(w))", "'w':[-1.0]", "'w':[-1.0]", "");

        assertThat(report.get("verdict").asString()).isEqualTo("INCONCLUSIVE");
        assertThat(warnings(report)).contains("objectiveNotFinite");
        assertThat(report.get("warnings").toString()).contains("log");
    }

    /** {@code (1 - cos w) / w^2} at 1e-7: two digits are left of float64. */
    @Test
    void cancellationDrownsWhatCouldBeSeen() {
        JsonNode report = check("(1 - cos(w)) / w^2", "'w':1e-7", "'w':0.0", "'claimDatatype':'FP32'");

        assertThat(report.get("verdict").asString()).isEqualTo("INCONCLUSIVE");
        assertThat(warnings(report)).contains("roundingDrowns");
    }

    /** What one entry does at the edge of a domain, or at the tip of a norm, says nothing of the others. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sum(sqrt(x)) | [0.0,1.0] | [0.0,0.5] | INCONCLUSIVE PASS",
                "sum(sqrt(x)) | [0.0,1.0] | [0.0,0.6] | INCONCLUSIVE FAIL",
                "sum(x^1.5) | [0.0,1.0] | [0.0,1.5] | INCONCLUSIVE PASS",
                "sum(sqrt(sum(x^2, 1))) | [[0,0],[3,4]] | [[0,0],[0.6,0.8]] | KINK KINK PASS PASS",
                "sum(sqrt(sum(x^2, 1))) | [[0,0],[3,4]] | [[0,0],[0.6,0.9]] | KINK KINK PASS FAIL",
                "sum(floor(x)) + sum(x^2) | [1.0,1.5] | [2.0,3.0] | INCONCLUSIVE PASS",
            })
    void anEdgeIsThatOfItsOwnEntries(String formula, String x, String claim, String verdicts) {
        JsonNode report = check(formula, "'x':" + x, "'x':" + claim, "'entries':10");
        Map<String, String> byIndex = new TreeMap<>();
        report.at("/tensors/0/entries")
                .forEach(entry -> byIndex.put(
                        entry.path("index").toString(), entry.path("verdict").asString()));

        assertThat(String.join(" ", byIndex.values())).isEqualTo(verdicts);
    }

    /** relu(x) - relu(-x) is x, whose derivative autograd does not find at 0. */
    @Test
    void aClaimThatOnlyAConventionGivesIsCalledNoSubgradient() {
        JsonNode report = check("sum(relu(x) - relu(-x))", "'x':[0.0]", "'x':[0.0]", "'entries':10");

        assertThat(report.get("summary").asString())
                .contains("what a framework's rules")
                .doesNotContain("subgradient");
    }

    /** Twelve products and a root in bfloat16 may be off by 4 %, and so may a mistake; whoever computed so can say it. */
    @Test
    void whatOnlySixteenBitsThroughoutExplainIsAQuestionUntilItIsSaid() {
        String formula = "sum(sqrt(sum((x * a)^2, 1)))";
        String point = "'a':[1,1,1]},'data':{'x':[[2.5,1.25,1.25]]";
        double off = 1.04 * Math.sqrt(2.5 * 2.5 / 9.375) * 2.5;
        String request =
                "'model':{'formula':'" + formula + "'},'parameters':{" + point + "},'gradients':{'a':{'shape':[3],"
                        + "'datatype':'BF16','data':[" + off + ",0.51031,0.51031]}},'settings':{'entries':1%s}";
        JsonNode cast = check(request.formatted(""));
        JsonNode throughout = check(request.formatted(",'precision':{'compute':'BF16','accumulate':'BF16','keep':[]}"));

        assertThat(cast.get("verdict").asString()).isEqualTo("INCONCLUSIVE");
        assertThat(warnings(cast)).contains("sixteenBitsThroughout").doesNotContain("roundingDrowns");
        assertThat(throughout.get("verdict").asString()).isEqualTo("PASS");
        assertThat(warnings(throughout)).doesNotContain("sixteenBitsThroughout");
    }

    /** 1e-9 is below half of the smallest half-precision number, 2^-24. */
    @Test
    void zerosOfANarrowDatatypeAreUnderflowAndNoMistake() {
        JsonNode report = check("sum(1e-9 * w)", "'w':[1.0,2.0]", "'w':[0.0,0.0]", "'claimDatatype':'FP16'");

        assertThat(report.get("verdict").asString()).isNotEqualTo("FAIL");
        assertThat(warnings(report)).contains("underflow");
    }

    @Test
    void coverageDirectionalSaysWhatItCouldHaveSeenAndCountsTheEntriesItStandsFor() {
        JsonNode right = check("sum(w^2)", "'w':[1.0,2.0,3.0]", "'w':[2.0,4.0,6.0]", "'coverage':'directional'");
        JsonNode wrong = check("sum(w^2)", "'w':[1.0,2.0,3.0]", "'w':[2.0,4.0,6.1]", "'coverage':'directional'");

        assertThat(right.get("verdict").asString()).isEqualTo("PASS");
        assertThat(right.at("/tensors/0/entryVerdicts/PASS").asInt()).isEqualTo(3);
        assertThat(Math.abs(right.at("/tensors/0/referenceNorm").asDouble() - Math.sqrt(56)))
                .isLessThanOrEqualTo(1e-15 * Math.sqrt(56));
        assertThat(right.get("summary").asString()).contains("no entry was looked at by itself");
        assertThat(right.has("reference")).isFalse();
        assertThat(warnings(right)).contains("directionalPower");
        assertThat(wrong.get("verdict").asString()).isEqualTo("FAIL");
    }

    @Test
    void coverageDirectionalKnowsAKinkToo() {
        JsonNode report = check("sum(relu(w))", "'w':[0.0,2.0]", "'w':[0.0,1.0]", "'coverage':'directional'");

        assertThat(report.get("verdict").asString()).isEqualTo("KINK");
        assertThat(report.at("/bends/0/operation").asString()).isEqualTo("relu");
    }

    /** A field of the settings that leaves rows out. */
    @Test
    void frozenRowsAreLeftOut() {
        String model =
                "'model':{'formula':'sum(w^2)'},'parameters':{'w':[[1.0],[2.0]]},'gradients':{'w':[[0.0],[4.0]]}%s";

        assertThat(check(model.formatted(",'frozenRows':{'w':[0]}"))
                        .get("verdict")
                        .asString())
                .isEqualTo("PASS");
        assertThat(check(model.formatted("")).get("verdict").asString()).isEqualTo("FAIL");
    }
}
