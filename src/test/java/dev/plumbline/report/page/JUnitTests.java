package dev.plumbline.report.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.report.page.JUnit.Case;
import dev.plumbline.report.page.JUnit.Outcome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import javax.xml.validation.Validator;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

class JUnitTests {

    private static final String EVIL = "]]>\"'<script>&amp;\u0000\u0001\uFFFE\uD800\n\t|`" + "x".repeat(10_000);

    private static void requireValid(byte[] xml) throws SAXException, IOException {
        Validator validator = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                .newSchema(JUnitTests.class.getResource("/schemas/junit.xsd"))
                .newValidator();
        validator.validate(new StreamSource(new ByteArrayInputStream(xml)));
    }

    private static Element root(byte[] xml) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(xml))
                .getDocumentElement();
    }

    private static byte[] suite(String text) {
        return new JUnit(
                        text,
                        1234.5678,
                        Map.of(text, text),
                        List.of(
                                new Case(text, text, Outcome.FAILED, text, text, text),
                                new Case("b", "c", Outcome.SKIPPED, "", text, ""),
                                new Case("c", "c", Outcome.PASSED, "", "", "")))
                .bytes();
    }

    @Test
    void isWhatBothSchemasHave() throws Exception {
        byte[] xml = suite("a name");
        requireValid(xml);
        Element root = root(xml);
        assertThat(root.getAttribute("tests")).isEqualTo("3");
        assertThat(root.getAttribute("failures")).isEqualTo("1");
        assertThat(root.getAttribute("skipped")).isEqualTo("1");
        assertThat(root.getAttribute("time")).isEqualTo("1234.568");
    }

    @Test
    void theSchemaCanFail() {
        byte[] without =
                "<testsuite name=\"x\" tests=\"1\" errors=\"0\" failures=\"0\"/>".getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> requireValid(without)).isInstanceOf(SAXException.class);
        byte[] late = new String(suite("x"), StandardCharsets.UTF_8)
                .replace("time=\"0\"", "time=\"soon\"")
                .getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> requireValid(late)).isInstanceOf(SAXException.class);
    }

    @Test
    void takesAnyNameWithoutHarm() throws Exception {
        byte[] xml = suite(EVIL);
        requireValid(xml);
        Element failed = (Element) root(xml).getElementsByTagName("testcase").item(0);
        assertThat(failed.getAttribute("name"))
                .startsWith("]]>\"'<script>&amp;\uFFFD\uFFFD\uFFFD\uFFFD  |`xxx")
                .hasSize(1_000);
        assertThat(failed.getElementsByTagName("script").getLength()).isZero();
        assertThat(xml).hasSizeLessThan(40_000);
    }
}
