package dev.plumbline.optimize;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The whole service in a process of its own, with its data in a folder, as a user starts it. */
public record Service(Process process, int port) implements AutoCloseable {

    private static final Pattern STARTED = Pattern.compile("Tomcat started on port (\\d+)");

    public static Service start(Path data) throws IOException {
        return start(data, 0);
    }

    /** At a port of its own, or for 0 at any. */
    public static Service start(Path data, int port) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.plumbline.PlumblineApplication",
                        "--server.port=" + port,
                        "--spring.main.lazy-initialization=true",
                        "--spring.config.location=classpath:/application.yaml",
                        "--plumbline.data=" + data)
                .redirectErrorStream(true)
                .start();
        BufferedReader log =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder seen = new StringBuilder();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            Matcher started = STARTED.matcher(line);
            if (started.find()) {
                return new Service(process, Integer.parseInt(started.group(1)));
            }
            seen.append(line).append('\n');
        }
        throw new IOException("the service did not start:\n" + seen);
    }

    /** As by {@code kill -9}. */
    public void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
        process.waitFor(30, TimeUnit.SECONDS);
    }
}
