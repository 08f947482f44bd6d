package dev.plumbline.web;

import dev.plumbline.limits.KeyLimits;
import dev.plumbline.limits.Limits;
import dev.plumbline.limits.ReportTerms;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletRequestListener;
import java.net.InetAddress;
import java.nio.file.Path;
import org.apache.catalina.core.StandardHost;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletListenerRegistrationBean;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.CorsFilter;

/**
 * What stands before the controllers, from the outside in: the container, answers, headers, the audit, who may come in, API keys and
 * their rates, the body, a turn to compute.
 */
@Configuration
@EnableConfigurationProperties({
    Limits.class,
    KeyLimits.class,
    ReportTerms.class,
    ApiKeys.class,
    BodyTerms.class,
    Door.class
})
class ServerConfiguration {

    private static final Logger log = LoggerFactory.getLogger(ServerConfiguration.class);

    private static final String EVERYTHING = "/*";
    private static final String API = "/v1/*";
    private static final int THREADS_BESIDE = 32;

    @Bean
    Clock clock() {
        return new Clock();
    }

    @Bean
    HangUps hangUps(Clock clock) {
        return new HangUps(clock);
    }

    /** A caller who is still sending never reads a refusal; so hear him out, up to a bound, then hang up. */
    @Bean
    Arrivals arrivals(Limits limits, BodyTerms terms, Clock clock) {
        SpoolRoom room = new SpoolRoom(Path.of(System.getProperty("java.io.tmpdir")), terms.spoolBytes());
        return new Arrivals(terms, room, 4L * limits.bodyBytes(), clock);
    }

    @Bean
    RefusalWriter refusalWriter(ProblemWriter writer, Arrivals arrivals) {
        return new RefusalWriter(writer, arrivals);
    }

    @Bean
    Departures departures(BodyTerms terms, Clock clock) {
        return new Departures(terms, clock);
    }

    @Bean
    FilterRegistrationBean<Filter> departuresFilter(Departures departures) {
        return registration(departures, 0, EVERYTHING);
    }

    @Bean
    FilterRegistrationBean<Filter> answerHeaders(ProblemWriter writer) {
        return registration(new AnswerHeaders(writer), 1, EVERYTHING);
    }

    @Bean
    AuditFilter audit() {
        return new AuditFilter();
    }

    @Bean
    FilterRegistrationBean<Filter> auditFilter(AuditFilter audit) {
        return registration(audit, 2, API);
    }

    @Bean
    FilterRegistrationBean<Filter> doorFilter(Door door, ApiKeys keys, RefusalWriter refusals) {
        FilterRegistrationBean<Filter> registration = registration(new DoorFilter(door, refusals), 3, EVERYTHING);
        registration.setEnabled(keys.isOpen());
        return registration;
    }

    /** Tells a browser which pages of other sites may read the answers, refusals too; those that the door lets in. */
    @Bean
    FilterRegistrationBean<Filter> crossOriginFilter(Door door, ApiKeys keys) {
        FilterRegistrationBean<Filter> registration = registration(
                new CorsFilter(request -> door.sharing(request.getHeader(HttpHeaders.ORIGIN))), 4, EVERYTHING);
        registration.setEnabled(keys.isOpen() && !door.origins().isEmpty());
        return registration;
    }

    @Bean
    FilterRegistrationBean<Filter> apiKeyFilter(ApiKeys keys, RefusalWriter refusals) {
        FilterRegistrationBean<Filter> registration = registration(new ApiKeyFilter(keys, refusals), 5, API);
        // How much is asked and how it fares is for those who have a key.
        registration.addUrlPatterns("/actuator/prometheus/*");
        return registration;
    }

    @Bean
    FilterRegistrationBean<Filter> rateFilter(KeyLimits limits, RefusalWriter refusals) {
        return registration(new RateFilter(limits, refusals), 6, API);
    }

    @Bean
    FilterRegistrationBean<Filter> bodyFilter(
            Limits limits, KeyLimits keyLimits, ApiKeys keys, Arrivals arrivals, RefusalWriter refusals) {
        BodyShares shares = new BodyShares(keyLimits, keys.isOpen(), limits.bulkRequests());
        return registration(new BodyFilter(limits, shares, arrivals, refusals), 7, EVERYTHING);
    }

    @Bean
    ComputeGate gate(Limits limits, KeyLimits keyLimits, ApiKeys keys, ProblemWriter writer, HangUps hangUps) {
        return new ComputeGate(limits, keyLimits, keys.isOpen(), writer, hangUps);
    }

    /** What the gate and the room for bodies say of themselves to whoever measures the service. */
    @Bean
    MeterBinder doorFigures(ComputeGate gate, Arrivals arrivals) {
        return meters -> {
            Gauge.builder("plumbline.gate.computing", gate, ComputeGate::computing)
                    .register(meters);
            Gauge.builder("plumbline.gate.waiting", gate, ComputeGate::waiting).register(meters);
            FunctionCounter.builder("plumbline.gate.refused", gate, ComputeGate::refused)
                    .register(meters);
            Gauge.builder("plumbline.spool", arrivals, Arrivals::spooled)
                    .baseUnit("bytes")
                    .register(meters);
        };
    }

    @Bean
    FilterRegistrationBean<Filter> computeGate(ComputeGate gate) {
        return registration(gate, 8, API);
    }

    @Bean
    FilterRegistrationBean<Filter> endingFilter() {
        return registration(new EndingFilter(), 9, API);
    }

    /** Both give back at a request's end what it has held. */
    @Bean
    ServletListenerRegistrationBean<ServletRequestListener> endOfArrivals(Arrivals arrivals) {
        return new ServletListenerRegistrationBean<>(arrivals);
    }

    @Bean
    ServletListenerRegistrationBean<ServletRequestListener> endOfCalls(AuditFilter audit) {
        return new ServletListenerRegistrationBean<>(audit);
    }

    @Bean
    ServletListenerRegistrationBean<ServletRequestListener> endOfTurns(ComputeGate gate) {
        return new ServletListenerRegistrationBean<>(gate);
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

    @Bean
    WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> tomcat(
            Limits limits, HangUps hangUps, Departures departures) {
        return factory -> {
            if (factory instanceof TomcatServletWebServerFactory servlets) {
                servlets.setProtocol(ObservedHttp.class.getName());
            }
            factory.addEngineValves(new LeaveToSend());
            factory.addConnectorCustomizers(connector -> {
                // Who asks before sending hears of a refusal instead of a needless "100 Continue".
                connector.setProperty("continueResponseTiming", "onRead");
                // What a refused caller still sends is dropped by an Arrival, which holds no thread for it.
                connector.setProperty("maxSwallowSize", "0");
                if (connector.getProtocolHandler() instanceof ObservedHttp observed) {
                    // Besides those that compute there are some for what is read and for health.
                    observed.setMaxThreads(Math.max(observed.getMaxThreads(), limits.concurrency() + THREADS_BESIDE));
                    hangUps.observe(observed);
                    departures.observe(observed);
                }
            });
            factory.addContextCustomizers(context ->
                    ((StandardHost) context.getParent()).setErrorReportValveClass(ProblemValve.class.getName()));
        };
    }
}
