package dev.plumbline.jobs;

import dev.plumbline.jobs.Job.State;
import dev.plumbline.limits.Limits;
import dev.plumbline.webhook.Webhooks;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import tools.jackson.databind.json.JsonMapper;

/** What Spring needs around jobs. */
@Configuration
@EnableConfigurationProperties(JobTerms.class)
class JobConfiguration {

    /** Behind those that look at the parts of a body. */
    private static final int LAST = 100;

    @Bean
    WebMvcConfigurer respondAsync(Jobs jobs, JsonMapper json, Limits limits, Webhooks webhooks) {
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(new RespondAsync(jobs, json, limits, webhooks))
                        .order(LAST);
            }
        };
    }

    @Bean
    MeterBinder jobFigures(JobStore store) {
        return meters -> {
            for (State state : new State[] {State.QUEUED, State.RUNNING}) {
                Gauge.builder("plumbline.jobs.now", store, jobs -> jobs.count(state))
                        .tag("state", state.name().toLowerCase(Locale.ROOT))
                        .register(meters);
            }
            Gauge.builder("plumbline.jobs.kept", store, JobStore::bytes)
                    .baseUnit("bytes")
                    .register(meters);
        };
    }
}
