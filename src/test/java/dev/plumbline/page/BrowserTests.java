package dev.plumbline.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/**
 * The pages in a real browser, where there is one: asked, followed, read; wide and narrow, light and dark; without a word in
 * the console. {@code -Dplumbline.pictures=FOLDER} keeps what it has seen.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class BrowserTests {

    private static final String PICTURES = System.getProperty("plumbline.pictures", "");

    @LocalServerPort
    private int port;

    @TempDir
    private Path folder;

    private void save(Browser browser, String name) throws Exception {
        if (!PICTURES.isEmpty()) {
            Files.createDirectories(Path.of(PICTURES));
            browser.save(Path.of(PICTURES, name + ".png"));
        }
    }

    @Test
    void asksFollowsAndReads() throws Exception {
        assumeThat(Browser.installed()).isPresent();
        try (Browser browser = Browser.start(Browser.installed().orElseThrow(), folder)) {
            browser.look(1000, false);
            browser.open("http://localhost:" + port + "/");
            browser.await("document.getElementById('example') !== null");
            browser.value("document.getElementById('formula-part').open = true");
            browser.value("document.getElementById('example').click()");
            browser.value("document.getElementById('label').value = '<img src=x onerror=alert(1)>'");
            browser.value("window.phases = new Set(); new MutationObserver(() =>"
                    + " phases.add(document.getElementById('phase').textContent.split(':')[0]))"
                    + ".observe(document.getElementById('phase'), {childList: true}); 1");
            browser.value("document.getElementById('go').click()");
            browser.await("document.getElementById('said').textContent.startsWith('FAIL')");
            browser.await("document.getElementById('report').contentDocument.querySelector('h1') !== null");
            assertThat(browser.value("document.getElementById('said').textContent")
                            .asString())
                    .contains("The claimed gradient is wrong in w");
            assertThat(browser.value("[...phases].join()").asString()).contains("Certifying it");
            assertThat(browser.value("document.getElementById('report').contentDocument.querySelectorAll('svg').length")
                            .asInt())
                    .isGreaterThan(4);
            browser.await("document.querySelectorAll('#list tbody tr').length > 0");
            assertThat(browser.value("document.querySelector('#list b').textContent")
                            .asString())
                    .isEqualTo("<img src=x onerror=alert(1)>");
            save(browser, "try");
            assertThat(browser.complaints()).isEmpty();
            readsAlone(browser);
        }
    }

    /** By its own address: no wider than the window, whatever that is, and every picture with words. */
    private void readsAlone(Browser browser) throws Exception {
        browser.open(browser.value("document.getElementById('alone').href").asString());
        for (int width : new int[] {1000, 360}) {
            for (boolean dark : new boolean[] {false, true}) {
                browser.look(width, dark);
                browser.await("document.querySelector('h1') !== null");
                assertThat(browser.value("document.documentElement.scrollWidth").asInt())
                        .isLessThanOrEqualTo(width);
                assertThat(browser.value("getComputedStyle(document.body).backgroundColor")
                                .asString())
                        .isEqualTo(dark ? "rgb(16, 20, 24)" : "rgb(255, 255, 255)");
                save(browser, "report-" + width + (dark ? "-dark" : ""));
            }
        }
        assertThat(browser.value("document.scripts.length").asInt()).isZero();
        assertThat(browser.value(
                                "[...document.querySelectorAll('svg')].filter(svg => !svg.getAttribute('aria-label') && !svg.getAttribute('aria-hidden')).length")
                        .asInt())
                .isZero();
        assertThat(browser.value("performance.getEntriesByType('resource').map(entry => entry.name).join()")
                        .asString())
                .isEmpty();
        assertThat(browser.complaints()).isEmpty();
    }
}
