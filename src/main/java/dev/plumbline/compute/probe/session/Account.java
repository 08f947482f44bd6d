package dev.plumbline.compute.probe.session;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known about one tensor so far. It grows while the examination goes on. */
final class Account {

    private final ProbedTensor tensor;
    private final double confidence;
    private final List<Double> blurs = new ArrayList<>();
    private double along = Double.POSITIVE_INFINITY;
    private int smallest = Integer.MAX_VALUE; // of the panels that it was in
    private boolean bent;
    private boolean undecided;
    private boolean constant;
    private boolean noiseLimited;
    private @Nullable Spot spot;
    private Naming.@Nullable Named wrong;

    Account(ProbedTensor tensor, double confidence) {
        this.tensor = tensor;
        this.confidence = confidence;
    }

    /** A panel over {@code contribution} together that the claim agrees with. */
    void agrees(Panel panel, double contribution) {
        for (Line line : panel.lines()) {
            if (line.direction().kind() == Direction.Kind.CLAIM) {
                double part = tensor.contribution() * tensor.contribution() / contribution;
                along = Math.min(along, line.blur() / part);
            } else {
                blurs.add(line.blur());
            }
        }
        if (panel.set().tensors().size() <= smallest) {
            smallest = panel.set().tensors().size();
            bent = panel.isBent();
            undecided = panel.isUndecided();
            constant = panel.isConstant();
            noiseLimited = panel.isNoiseLimited();
            spot = Spot.of(panel.sharpest());
        }
    }

    void agrees(List<Double> moreBlurs) {
        blurs.addAll(moreBlurs);
    }

    void shows(Spot evidence) {
        spot = evidence;
    }

    void isWrong(@Nullable Spot evidence, Naming.Named named) {
        spot = evidence;
        wrong = named;
    }

    ProbedTensor tensor() {
        return tensor;
    }

    /** The smallest defect that would have been seen, as a share of the tensor's contribution. */
    double general() {
        return tensor.contribution() == 0 ? Double.POSITIVE_INFINITY : absolute() / tensor.contribution();
    }

    double absolute() {
        return Sight.smallest(blurs, confidence);
    }

    double along() {
        return along;
    }

    boolean isSeen() {
        return Math.min(general(), along) <= Findings.SEEN;
    }

    /** Whether more directions could show more of it. */
    boolean isOpen() {
        return wrong == null && !isSeen() && !(smallest < Integer.MAX_VALUE && (constant || bent));
    }

    boolean isBent() {
        return bent;
    }

    /** Whether bends in several entries at the point leave it undecided. */
    boolean isUndecided() {
        return undecided && !isSeen();
    }

    boolean isConstant() {
        return constant;
    }

    boolean isNoiseLimited() {
        return noiseLimited;
    }

    int smallestPanel() {
        return smallest;
    }

    @Nullable
    Spot spot() {
        return spot;
    }

    Naming.@Nullable Named wrong() {
        return wrong;
    }
}
