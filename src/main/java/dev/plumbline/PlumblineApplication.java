package dev.plumbline;

import dev.plumbline.check.Rehearsal;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The front door. */
@SpringBootApplication
public class PlumblineApplication {

    public static void main(String[] arguments) {
        // Webhooks connect to the address that was judged, and say the host's name; read once, with the first client.
        System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host");
        Rehearsal.begin();
        SpringApplication.run(PlumblineApplication.class, arguments);
    }
}
