package dev.plumbline.web;

import dev.plumbline.problem.Problem;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ser.std.StdSerializer;

/** A {@link Problem} inside of an answer, such as the last of its events, has the members of one that is the answer. */
final class WireProblem extends StdSerializer<Problem> {

    WireProblem() {
        super(Problem.class);
    }

    @Override
    public void serialize(Problem problem, JsonGenerator generator, SerializationContext context) {
        context.writeValue(generator, ProblemReport.of(problem));
    }
}
