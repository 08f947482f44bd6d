package dev.plumbline.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.plumbline.optimize.Caller;
import dev.plumbline.optimize.Caller.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/**
 * Every page that there is, of every kind of report a good and a bad one: wide and narrow, light and dark, nothing is wider
 * than the window, nothing seriously in the way of anybody by axe's rules, and nothing said in the console. {@code
 * -Dplumbline.pictures=FOLDER} keeps what was seen.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class PagesTests {

    private static final String PICTURES = System.getProperty("plumbline.pictures", "");

    private static final String LINE =
            "\"model\": {\"formula\": \"mean((x * w + b - y)^2)\"}, \"parameters\": {\"w\": 0.5,"
                    + " \"b\": 0.1}, \"data\": {\"x\": [1, 2, -1], \"y\": [1, 3, 0.5]}";

    @LocalServerPort
    private int port;

    @TempDir
    private Path folder;

    private String made(String path, String body) throws Exception {
        Answer answer = new Caller(port).post(path, body);
        assertThat(answer.status()).as(new String(answer.body())).isIn(200, 201);
        return answer.text("/id");
    }

    private String page(String path, String body) throws Exception {
        return path + "/" + made(path, body) + ".html";
    }

    private String monitor(String name, double... norms) throws Exception {
        String id = made("/v1/monitors", "{\"name\": \"%s\"}".formatted(name));
        for (int step = 0; step < norms.length; step++) {
            snapshot(id, step, norms[step]);
        }
        return id;
    }

    private void snapshot(String id, int step, double norm) throws Exception {
        String body = "{\"step\": %d, \"loss\": %s, \"norms\": {\"w\": {\"gradientNorm\": %s, \"parameterNorm\": 1}}}"
                .formatted(step, 1.0 / (1 + step), Double.isFinite(norm) ? norm : "\"" + norm + "\"");
        Answer answer = new Caller(port).post("/v1/monitors/" + id + "/snapshots", body);
        assertThat(answer.status()).as(new String(answer.body())).isEqualTo(200);
    }

    private Map<String, String> pages() throws Exception {
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("try", "/");
        pages.put("docs", "/docs");
        pages.put("exporting", "/exporting");
        pages.put("check-right", page("/v1/gradient-checks", "{" + LINE + "}"));
        pages.put(
                "check-wrong",
                page("/v1/gradient-checks", "{" + LINE + ", \"gradients\": {\"w\": -5.0, \"b\": -2.8}}"));
        pages.put("diagnosis", page("/v1/diagnoses", "{" + LINE + "}"));
        pages.put(
                "diagnosis-bad",
                page(
                        "/v1/diagnoses",
                        "{\"gradients\": {\"a\": [1e-9, 1e-9], \"b\": [\"NaN\", 1e-5], \"c\": [1, 1]},"
                                + " \"parameters\": {\"a\": [1, 1], \"b\": [1, 1], \"c\": [1, 1]}}"));
        String run = "{" + LINE + ", \"iterations\": 40, \"optimizer\": {\"kind\": \"sgd\", \"learningRate\": %s}}";
        pages.put("run", page("/v1/training-runs", run.formatted(0.05)));
        pages.put("run-bad", page("/v1/training-runs", run.formatted(5)));
        double[] calm = {1, 0.9, 0.8, 0.85, 0.7, 0.72, 0.6, 0.6, 0.55, 0.5};
        double[] wild = {1, 0.9, 0.8, 0.85, 0.7, 0.72, 0.6, 0.6, 0.55, Double.NaN};
        String bad = monitor("spiking", wild);
        pages.put("monitor", "/v1/monitors/" + monitor("calm", calm) + ".html");
        pages.put("monitor-bad", "/v1/monitors/" + bad + ".html");
        pages.put("monitor-live", "/monitor.html?id=" + bad);
        pages.put("comparison", page("/v1/comparisons", "{\"a\": [{\"w\": [1, 2]}], \"b\": [{\"w\": [1, 2]}]}"));
        pages.put(
                "comparison-bad",
                page(
                        "/v1/comparisons",
                        "{\"a\": [{\"w\": [1, 2, 3], \"b\": [1], \"only\": [1]}], \"b\": [{\"w\": [2, 4, 6], \"b\": [1]}]}"));
        pages.put(
                "probes",
                page(
                        "/v1/probe-sessions",
                        "{\"tensors\": [{\"name\": \"w\", \"shape\": [], \"size\": 2, \"contribution\": 3}]}"));
        return pages;
    }

    @Test
    void nobodyIsShutOut() throws Exception {
        assumeThat(Browser.installed()).isPresent();
        Axe axe = new Axe();
        Map<String, String> pages = pages();
        SoftAssertions all = new SoftAssertions();
        try (Browser browser = Browser.start(Browser.installed().orElseThrow(), folder)) {
            for (Map.Entry<String, String> page : pages.entrySet()) {
                for (boolean isDark : new boolean[] {false, true}) {
                    for (int width : new int[] {1000, 360}) {
                        String what = page.getKey() + (isDark ? "-dark" : "") + "-" + width;
                        browser.look(width, isDark);
                        browser.open("http://localhost:" + port + page.getValue());
                        browser.await("document.querySelector('h1') !== null");
                        if (page.getKey().equals("monitor-live")) {
                            browser.await(
                                    "document.getElementById('report').contentDocument.querySelector('h1') !== null");
                        }
                        save(browser, what);
                        all.assertThat(browser.value("document.documentElement.scrollWidth")
                                        .asInt())
                                .as(what)
                                .isLessThanOrEqualTo(width);
                        all.assertThat(browser.complaints()).as(what).isEmpty();
                        all.assertThat(axe.violations(browser)).as(what).isEmpty();
                    }
                }
            }
        }
        all.assertAll();
    }

    /** The page goes on with the run, what was unfolded stays so, and it says when the monitor is gone. */
    @Test
    void aRunIsSeenWhileItGoesOn() throws Exception {
        assumeThat(Browser.installed()).isPresent();
        String id = monitor("<b>live</b>", 1, 0.9);
        String shown = "document.getElementById('report').contentDocument";
        try (Browser browser = Browser.start(Browser.installed().orElseThrow(), folder)) {
            browser.look(1000, false);
            browser.open("http://localhost:" + port + "/monitor.html?id=" + id);
            browser.await(shown + ".querySelector('details') !== null");
            assertThat(browser.value(shown + ".body.textContent").asString()).contains("2 snapshots", "<b>live</b>");
            browser.value(shown + ".querySelector('details').open = true; 1");
            snapshot(id, 2, 1);
            browser.await(shown + ".body.textContent.includes('3 snapshots')");
            assertThat(browser.value(shown + ".querySelector('details').open").asBoolean())
                    .isTrue();
            assertThat(browser.value("document.getElementById('said').textContent")
                            .asString())
                    .isEqualTo("Live, at step 2.");
            new Caller(port).delete("/v1/monitors/" + id);
            browser.await("document.getElementById('said').textContent === 'The monitor was deleted.'");
            assertThat(browser.complaints()).isEmpty();
        }
    }

    private static void save(Browser browser, String name) throws Exception {
        if (!PICTURES.isEmpty()) {
            Files.createDirectories(Path.of(PICTURES));
            browser.save(Path.of(PICTURES, name + ".png"));
        }
    }
}
