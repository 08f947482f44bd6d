package dev.plumbline.compute.probe.session;

import dev.plumbline.compute.probe.session.Step.Stage;
import java.util.ArrayList;
import java.util.List;

/**
 * Contributions that came as infinity: of a claim that is infinite somewhere, or of finite numbers whose squares are not. What the
 * claim is along a few directions tells, and needs no evaluation.
 */
final class Overflow {

    private static final int DIRECTIONS = 3;
    private static final int SEED = 900;

    /** The largest of three normal numbers is below half of their deviation once in twenty. */
    private static final double MORE = 2;

    private Overflow() {}

    /** The subject with contributions as large as the claim shows them; NaN where the claim is not finite. */
    static Subject resolved(Subject subject, Settings settings, Interview interview) {
        List<Integer> infinite = subject.all().stream()
                .filter(tensor -> Double.isInfinite(subject.tensor(tensor).contribution()))
                .toList();
        List<Ask> asks = new ArrayList<>();
        for (int tensor : infinite) {
            TensorSet alone = interview.set(List.of(tensor));
            for (int i = 0; i < DIRECTIONS; i++) {
                asks.add(new Ask.Along(Direction.gaussian(Seeds.of(settings.seed(), SEED + i), alone), List.of()));
            }
        }
        List<Told> told = interview.ask(Stage.POINT, asks);
        List<ProbedTensor> tensors = new ArrayList<>(subject.tensors());
        for (int k = 0; k < infinite.size(); k++) {
            List<Told> own = told.subList(k * DIRECTIONS, (k + 1) * DIRECTIONS);
            double largest = MORE
                    * own.stream()
                            .mapToDouble(along -> Math.abs(along.claimed()))
                            .reduce(0, Math::max);
            ProbedTensor tensor = subject.tensor(infinite.get(k));
            tensors.set(infinite.get(k), tensor.contributing(Double.isFinite(largest) ? largest : Double.NaN));
        }
        return infinite.isEmpty() ? subject : subject.with(tensors);
    }
}
