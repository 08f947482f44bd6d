/**
 * Everything about HTTP that is no feature: refusals as problem details, how JSON is written and read, limits on bodies
 * and on how many requests compute at once, API keys, and the OpenAPI description. Open {@link
 * dev.plumbline.web.ProblemAdvice} first. Feature rooms never import this one; they throw {@link
 * dev.plumbline.problem.Problem} and return records.
 */
@NullMarked
package dev.plumbline.web;

import org.jspecify.annotations.NullMarked;
