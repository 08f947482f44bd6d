package dev.plumbline.compute.probe.session;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.probe.session.Findings.Caveat;
import dev.plumbline.compute.probe.session.Findings.Limits;
import dev.plumbline.compute.probe.session.Findings.OfTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The verdicts that follow from the accounts. A tensor passes if a tenth of it would have been seen missing. One that lies
 * below the noise of the function's values does not stand in the way, but is named with its number; where all do, nothing has
 * been seen, and nothing passes.
 */
final class Judgement {

    private static final double ZERO_SEEN = 1e-3; // of everything together
    private static final int NAMED = 8;

    private final Ledger ledger;
    private final Point point;
    private final double everything;

    Judgement(Ledger ledger, Point point) {
        this.ledger = ledger;
        this.point = point;
        this.everything = ledger.subject().contribution(ledger.subject().all());
    }

    Findings findings(Settings settings, Interview interview) {
        List<OfTensor> tensors = ledger.accounts().stream().map(this::tensor).toList();
        Verdict verdict = tensors.stream().map(OfTensor::verdict).reduce(Verdict.PASS, Verdict::worse);
        boolean nothingSeen = isNothingSeen();
        if (ledger.isUnattributed()) {
            // In coarse arithmetic a kink that was crossed looks like a defect, which then is nowhere.
            verdict = point.isFloat32() ? verdict.worse(Verdict.INCONCLUSIVE) : Verdict.FAIL;
        } else if (nothingSeen) {
            verdict = verdict.worse(Verdict.INCONCLUSIVE);
        }
        return new Findings(
                verdict,
                settings.localise() && tensors.stream().anyMatch(tensor -> tensor.verdict() == Verdict.FAIL),
                point,
                tensors,
                caveats(nothingSeen, interview),
                ledger.directions(),
                interview.evaluations(),
                interview.rounds());
    }

    /** Of those that are claimed to matter; where none is, of all. */
    private boolean isNothingSeen() {
        List<Account> claimed = ledger.accounts().stream()
                .filter(account -> account.tensor().contribution() > 0)
                .toList();
        return (claimed.isEmpty() ? ledger.accounts() : claimed)
                .stream().noneMatch(account -> account.isSeen() || account.isBent() || isConstant(account));
    }

    private OfTensor tensor(Account account) {
        Naming.Named wrong = account.wrong();
        Spot spot = account.spot();
        return new OfTensor(
                verdict(account),
                spot == null ? Double.NaN : spot.numeric(),
                spot == null ? Double.NaN : spot.claimed(),
                spot == null ? Double.NaN : spot.bound(),
                spot != null && spot.direction().set().tensors().size() == 1,
                wrong == null ? null : wrong.fault(),
                wrong == null ? List.of() : wrong.entries(),
                limits(account));
    }

    private Verdict verdict(Account account) {
        if (account.wrong() != null) {
            return Verdict.FAIL;
        } else if (account.isSeen() || isConstant(account)) {
            return Verdict.PASS;
        } else if (account.isBent()) {
            return Verdict.KINK;
        }
        return isBelowFloor(account) ? Verdict.PASS : Verdict.INCONCLUSIVE;
    }

    private static boolean isConstant(Account account) {
        return account.tensor().contribution() == 0 && account.isConstant();
    }

    private boolean isBelowFloor(Account account) {
        boolean tinyZero = account.tensor().contribution() == 0 && account.absolute() <= ZERO_SEEN * everything;
        boolean drowned = account.isNoiseLimited() && Double.isFinite(account.absolute());
        return !account.isSeen() && !account.isBent() && !isConstant(account) && (tinyZero || drowned);
    }

    private Limits limits(Account account) {
        double noise = 2.1 * 4.3 * point.sigma() / (Math.sqrt(2) * Level.step(1));
        double contribution = account.tensor().contribution();
        return new Limits(
                account.general(),
                account.along(),
                contribution == 0 ? Double.POSITIVE_INFINITY : noise / contribution,
                account.absolute());
    }

    // ── warnings ──

    private List<Caveat> caveats(boolean nothingSeen, Interview interview) {
        List<Caveat> caveats = new ArrayList<>();
        if (!point.isUsable()) {
            caveats.add(
                    point.error() == null
                            ? new Caveat(
                                    "objectiveNotFinite", "The function's value at the point is " + point.value() + ".")
                            : new Caveat("functionRaised", "The function raised at the point: " + point.error()));
            return caveats;
        }
        if (!point.repeats()) {
            caveats.add(new Caveat(
                    ledger.subject().deterministic() ? "nondeterministic" : "noisy",
                    "Equal arguments give different values, %s apart: everything below that is noise."
                            .formatted(number(point.sigma()))));
        }
        if (point.isFloat32()) {
            caveats.add(new Caveat(
                    ledger.subject().isFloat32() ? "judgedAsFloat32" : "float32Inside",
                    "The values jitter by %s: as from float32, whatever they come in. What that hides is in limits."
                            .formatted(number(point.sigma() / Math.max(point.scale(), Double.MIN_NORMAL)))));
        }
        named(
                caveats,
                "belowFloor",
                this::isBelowFloor,
                "below the noise of the function's values, so a wrong gradient there"
                        + " changes less than the noise does");
        named(
                caveats,
                "constantAlong",
                Judgement::isConstant,
                "claimed zero, and the function did not change with them");
        named(
                caveats,
                "alongOnly",
                account -> account.wrong() == null
                        && account.general() > Findings.SEEN
                        && account.along() <= Findings.SEEN,
                "seen along the claim only: its scale, its sign, a missing part, not what is at right angles to it");
        named(
                caveats,
                "notSharpEnough",
                account -> verdict(account) == Verdict.INCONCLUSIVE && !account.isUndecided(),
                "not seen: a tenth of the claim could be wrong there");
        named(
                caveats,
                "bends",
                account -> verdict(account) == Verdict.INCONCLUSIVE && account.isUndecided(),
                "bent at the point in several entries: what a framework takes there cannot be told from a mistake by values"
                        + " alone. Move the point a little (inputs and biases that are exactly 0 do this), or have the model"
                        + " itself checked, whose bends are known then (check_export)");
        named(
                caveats,
                "kink",
                account -> verdict(account) == Verdict.KINK,
                "bent at the point: there is no derivative, and the claim lies between the one-sided slopes");
        if (ledger.isUnattributed()) {
            caveats.add(new Caveat(
                    "notLocalised",
                    "Something looks wrong beyond the tensors that are named, and the budget did not say where."));
        }
        if (nothingSeen
                && !ledger.isUnattributed()
                && ledger.accounts().stream().allMatch(account -> account.wrong() == null)) {
            caveats.add(new Caveat("nothingSeen", "Nothing was seen: the noise or the bends hide every tensor."));
        }
        return caveats;
    }

    private void named(List<Caveat> caveats, String code, Predicate<Account> which, String sentence) {
        List<Account> found = ledger.accounts().stream().filter(which).toList();
        if (found.isEmpty()) {
            return;
        }
        String names = IntStream.range(0, Math.min(NAMED, found.size()))
                .mapToObj(found::get)
                .map(account -> account.tensor().name() + " (" + number(account.absolute()) + ")")
                .collect(Collectors.joining(", "));
        String more = found.size() > NAMED ? " and " + (found.size() - NAMED) + " more" : "";
        caveats.add(new Caveat(code, "%s%s: %s.".formatted(names, more, sentence)));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2g", value);
    }
}
