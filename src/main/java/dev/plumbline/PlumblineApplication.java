package dev.plumbline;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The front door. */
@SpringBootApplication
public class PlumblineApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(PlumblineApplication.class, arguments);
    }
}
