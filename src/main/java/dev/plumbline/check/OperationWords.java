package dev.plumbline.check;

import dev.plumbline.compute.explanation.Cause;
import dev.plumbline.compute.explanation.JudgedOperation;
import dev.plumbline.compute.judgement.Verdict;
import java.util.List;
import java.util.stream.Collectors;

/** What is said of operations that were judged by themselves, in a sentence behind the summary. */
final class OperationWords {

    private static final int SHOWN = 4;

    private OperationWords() {}

    static String of(List<JudgedOperation> operations) {
        List<JudgedOperation> judged = operations.stream()
                .filter(one -> one.forward() != null || one.backward() != null)
                .toList();
        List<JudgedOperation> wrong =
                judged.stream().filter(JudgedOperation::isWrong).toList();
        if (operations.isEmpty()) {
            return "";
        }
        if (judged.isEmpty()) {
            return " From what was seen on the way no operation can be judged by itself; operations says what is missing.";
        }
        long open = judged.stream().filter(OperationWords::isOpen).count();
        if (wrong.isEmpty() && open > 0) {
            return " Judged by themselves, %d of %d operations can be neither confirmed nor refuted; operations says why."
                    .formatted(open, judged.size());
        }
        if (wrong.isEmpty()) {
            return " Judged by themselves, none of %d operations is wrong.".formatted(judged.size());
        }
        String names = wrong.stream().limit(SHOWN).map(OperationWords::of).collect(Collectors.joining("; "));
        return " Judged by themselves, %d of %d operations %s wrong: %s%s."
                .formatted(
                        wrong.size(),
                        judged.size(),
                        wrong.size() == 1 ? "is" : "are",
                        names,
                        wrong.size() > SHOWN ? "; and " + (wrong.size() - SHOWN) + " more" : "");
    }

    private static boolean isOpen(JudgedOperation operation) {
        return operation.forward() == Verdict.INCONCLUSIVE || operation.backward() == Verdict.INCONCLUSIVE;
    }

    private static String of(JudgedOperation operation) {
        Cause cause = operation.explanation();
        String which = operation.forward() != Verdict.FAIL
                ? "backward"
                : operation.backward() == Verdict.FAIL ? "forward and backward" : "forward";
        return cause == null ? "%s (%s), %s".formatted(operation.name(), operation.kind(), which) : cause.words();
    }
}
