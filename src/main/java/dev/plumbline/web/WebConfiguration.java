package dev.plumbline.web;

import dev.plumbline.limits.Limits;
import dev.plumbline.tensor.TensorLimits;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.converter.HttpMessageConverters;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.ViewControllerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import tools.jackson.databind.json.JsonMapper;

/** What Spring MVC needs around the controllers. */
@Configuration
class WebConfiguration implements WebMvcConfigurer {

    private final JsonMapper mapper;

    private final ApiKeys keys;

    WebConfiguration(JsonMapper mapper, ApiKeys keys) {
        this.mapper = mapper;
        this.keys = keys;
    }

    /** For the readers of files; JSON has the same limits. */
    @Bean
    TensorLimits tensorLimits(Limits limits) {
        return WireJson.tensorLimits(limits);
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(new KnownParts());
        if (keys.isOpen()) {
            registry.addInterceptor(new JsonRequestPart());
        }
    }

    /** How to export a model is a page of its own; the API's description links it. */
    @Override
    public void addViewControllers(ViewControllerRegistry registry) {
        registry.addViewController("/exporting").setViewName("forward:/exporting.html");
        registry.addRedirectViewController("/exporting/", "/exporting");
    }

    @Override
    public void configureMessageConverters(HttpMessageConverters.ServerBuilder builder) {
        builder.addCustomConverter(new JsonParts(mapper));
    }
}
