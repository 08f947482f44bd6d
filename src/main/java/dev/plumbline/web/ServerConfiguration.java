package dev.plumbline.web;

import dev.plumbline.limits.KeyLimits;
import dev.plumbline.limits.Limits;
import jakarta.servlet.Filter;
import jakarta.servlet.MultipartConfigElement;
import java.net.InetAddress;
import org.apache.catalina.core.StandardHost;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What stands before the controllers, from the outside in: the container, API keys, the body, a turn to compute. */
@Configuration
@EnableConfigurationProperties({Limits.class, KeyLimits.class, ApiKeys.class})
class ServerConfiguration {

    private static final Logger log = LoggerFactory.getLogger(ServerConfiguration.class);

    private static final String EVERYTHING = "/*";
    private static final String API = "/v1/*";

    @Bean
    FilterRegistrationBean<Filter> apiKeyFilter(ApiKeys keys, ProblemWriter writer) {
        return registration(new ApiKeyFilter(keys, writer), 1, API);
    }

    @Bean
    FilterRegistrationBean<Filter> bodyFilter(Limits limits, ProblemWriter writer) {
        return registration(new BodyFilter(limits, writer), 2, EVERYTHING);
    }

    @Bean
    FilterRegistrationBean<Filter> computeGate(Limits limits, ProblemWriter writer) {
        return registration(new ComputeGate(limits, writer), 3, API);
    }

    /** A door that stands open on purpose inside a container stands open by mistake elsewhere. */
    @Bean
    ApplicationListener<WebServerInitializedEvent> warningOfAnOpenDoor(ApiKeys keys, ServerProperties server) {
        return started -> {
            InetAddress address = server.getAddress();
            if (keys.isOpen() && (address == null || !address.isLoopbackAddress())) {
                log.warn(
                        "Anybody who reaches port {} may call: no API keys are configured (plumbline.api-keys), and the"
                                + " server listens beyond this machine",
                        started.getWebServer().getPort());
            }
        };
    }

    private static FilterRegistrationBean<Filter> registration(Filter filter, int order, String pattern) {
        FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>(filter);
        registration.setOrder(order);
        registration.addUrlPatterns(pattern);
        return registration;
    }

    /** Parts go to temporary files; together they are one body, and {@link BodyFilter} knows the limit of each. */
    @Bean
    MultipartConfigElement multipartConfigElement(Limits limits) {
        long largest = BodyLimit.of(limits, true).bytes();
        return new MultipartConfigElement("", largest, largest, 0);
    }

    @Bean
    WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> tomcat(Limits limits) {
        return factory -> {
            factory.addConnectorCustomizers(connector -> {
                // A part without a file name counts as a form field to the container, and a model may come in one.
                connector.setMaxPostSize(limits.bodyBytes());
                // Who asks before sending hears of a refusal instead of a needless "100 Continue".
                connector.setProperty("continueResponseTiming", "onRead");
                // A caller who is still sending never reads the refusal; so hear him out, up to a bound, then hang up.
                connector.setProperty(
                        "maxSwallowSize", Long.toString(Math.min(4L * limits.bodyBytes(), Integer.MAX_VALUE)));
            });
            factory.addContextCustomizers(context ->
                    ((StandardHost) context.getParent()).setErrorReportValveClass(ProblemValve.class.getName()));
        };
    }
}
