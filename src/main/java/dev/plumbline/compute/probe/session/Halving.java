package dev.plumbline.compute.probe.session;

import dev.plumbline.compute.probe.session.Box.Span;
import java.util.ArrayList;
import java.util.List;

/**
 * Which places of an axis a residual comes from. It is additive, {@code r(S) = r(left) + r(right)}, so only left halves are
 * asked for; a node lives while its residual is beyond twice its bound. With {@value #DENSE} live nodes the residual is
 * everywhere between them, and the search ends.
 */
final class Halving {

    static final int DENSE = 8;
    private static final double ALIVE = 2;

    private List<Node> live;
    private boolean dense;

    Halving(Span whole, double residual, double bound) {
        this.live = List.of(new Node(whole, residual, bound, false));
    }

    /** A range, and what is known about it; {@code isSettled} where its halves cancel or drown. */
    private record Node(Span span, double residual, double bound, boolean isSettled) {

        boolean lives() {
            return Math.abs(residual) > ALIVE * bound;
        }

        boolean isOpen() {
            return span.length() > 1 && !isSettled;
        }

        Span left() {
            return new Span(span.from(), (span.from() + span.to()) >>> 1);
        }

        Span right() {
            return new Span((span.from() + span.to()) >>> 1, span.to());
        }
    }

    /** The left halves to be measured; none when the search is over. */
    List<Span> asks() {
        return dense
                ? List.of()
                : live.stream().filter(Node::isOpen).map(Node::left).toList();
    }

    /** What was measured, in the order of {@link #asks}. */
    void tell(List<Spot> spots) {
        List<Node> next = new ArrayList<>();
        int told = 0;
        for (Node node : live) {
            if (!node.isOpen()) {
                next.add(node);
                continue;
            }
            Spot spot = spots.get(told++);
            Node left = new Node(node.left(), spot.residual(), spot.bound(), false);
            Node right = new Node(
                    node.right(), node.residual() - spot.residual(), Math.hypot(node.bound(), spot.bound()), false);
            if (left.lives()) {
                next.add(left);
            }
            if (right.lives()) {
                next.add(right);
            }
            if (!left.lives() && !right.lives()) {
                next.add(new Node(node.span(), node.residual(), node.bound(), true));
            }
        }
        live = next;
        dense = live.size() >= DENSE;
    }

    /** Whether it ended because the residual is everywhere. */
    boolean isDense() {
        return dense;
    }

    /** The places found, neighbours joined. */
    List<Span> found() {
        List<Span> found = new ArrayList<>();
        for (Node node : live) {
            int last = found.size() - 1;
            if (last >= 0 && found.get(last).to() == node.span().from()) {
                found.set(last, new Span(found.get(last).from(), node.span().to()));
            } else {
                found.add(node.span());
            }
        }
        return found;
    }

    /** From the first place to the last. */
    Span hull() {
        return new Span(
                live.get(0).span().from(), live.get(live.size() - 1).span().to());
    }
}
