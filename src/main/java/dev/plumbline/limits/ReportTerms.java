package dev.plumbline.limits;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Positive;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How long reports are kept, configured under {@code plumbline.reports}; how many is for {@link KeyLimits}.
 *
 * @param days after which a report is dropped
 */
@Validated
@ConfigurationProperties("plumbline.reports")
public record ReportTerms(
        @DefaultValue("90") @Positive @Max(36_500) int days) {}
