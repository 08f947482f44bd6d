package dev.plumbline.web;

import dev.plumbline.problem.Fault;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ser.std.StdSerializer;

/** A {@link Fault} inside of an answer has the members of a refusal that tells of one. */
final class WireFault extends StdSerializer<Fault> {

    WireFault() {
        super(Fault.class);
    }

    @Override
    public void serialize(Fault fault, JsonGenerator generator, SerializationContext context) {
        context.writeValue(
                generator, ProblemReport.of(ProblemType.INTERNAL, fault.detail(), fault.got(), fault.expected()));
    }
}
