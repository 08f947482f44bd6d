package dev.plumbline;

import dev.plumbline.check.Rehearsal;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The front door. */
@SpringBootApplication
public class PlumblineApplication {

    public static void main(String[] arguments) {
        Rehearsal.begin();
        SpringApplication.run(PlumblineApplication.class, arguments);
    }
}
