package dev.plumbline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

/** How {@code mvn spring-boot:run} starts the service: with all of the compiler, as {@code java -jar} does. */
class LaunchTests {

    private static final String PLUGIN = "/project/build/plugins/plugin[artifactId='spring-boot-maven-plugin']";

    /** By default the plugin adds {@code -XX:TieredStopAtLevel=1}, with which arithmetic takes several times as long. */
    @Test
    void runsWithoutACapOnTheCompiler() throws Exception {
        Document pom = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Path.of("pom.xml").toFile());
        XPath path = XPathFactory.newInstance().newXPath();

        assertThat(path.evaluate(PLUGIN + "/configuration/optimizedLaunch", pom))
                .isEqualTo("false");
        assertThat(path.evaluate("/project/properties/spring-boot.run.jvmArguments", pom))
                .doesNotContain("TieredStopAtLevel", "-Xint");
    }
}
