package soopt.report.reproduce;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import soopt.report.reproduce.Reproduction.Picture;

/** The figures and tables of Wolinski, ECML PKDD 2025 (arXiv 2312.03885), in the order of the paper. */
public final class Reproductions {
    private static final Picture LOSSES = Picture.of("--kind", "loss", "--metric", "train_loss", "--x", "epoch");
    private static final Picture MATRICES = Picture.of("--kind", "matrices", "--moments", "first,last", "--normalize");
    private static final Picture RATES = Picture.of("--kind", "learning-rates");

    private static final String SMALL_MNIST = "dataset={type: mnist-sample, validation: 500}";
    private static final String SMALL_TEST = "evaluate.limit=1000";
    private static final String ONE = "seeds=571677914";
    private static final String THREE = "seeds=571677914,421146319,505702709";

    private static final Map<Scale, List<String>> LENET_CURVATURE = Map.of(
            Scale.SMOKE, List.of(limit(3000, 500), epochs(4), every("2 epochs"), SMALL_TEST),
            Scale.SHORT, List.of(epochs(20), every("5 epochs")));
    private static final Map<Scale, List<String>> VGG_CURVATURE = Map.of(
            Scale.SMOKE, List.of(limit(400, 100), epochs(2), every("1 epoch"), "evaluate.limit=200"),
            Scale.SHORT, List.of(limit(4000, 1000), epochs(10), every("5 epochs"), SMALL_TEST));
    private static final Map<Scale, List<String>> MLP_CURVATURE = Map.of(
            Scale.SMOKE, List.of(SMALL_MNIST, epochs(4), every("2 epochs")),
            Scale.SHORT, List.of(epochs(20), every("5 epochs")));
    private static final Map<Scale, List<String>> BIGMLP_CURVATURE = Map.of(
            Scale.SMOKE, List.of(limit(500, 100), epochs(2), every("1 epoch"), SMALL_TEST),
            Scale.SHORT, List.of(limit(6000, 1000), epochs(10), every("5 epochs"), SMALL_TEST));

    private static final Map<Scale, List<String>> MLP_TRAINING =
            Map.of(Scale.SMOKE, List.of(SMALL_MNIST, epochs(4), ONE), Scale.SHORT, List.of(epochs(20), THREE));
    private static final Map<Scale, List<String>> LENET_TRAINING = Map.of(
            Scale.SMOKE, List.of(limit(4500, 500), epochs(4), ONE, SMALL_TEST),
            Scale.SHORT, List.of(epochs(15), THREE));
    private static final Map<Scale, List<String>> VGG_TRAINING = Map.of(
            Scale.SMOKE, List.of(limit(700, 100), epochs(6), ONE, "evaluate.limit=200"),
            Scale.SHORT, List.of(limit(6000, 1000), epochs(10), ONE, SMALL_TEST));
    private static final Map<Scale, List<String>> BIGMLP_TRAINING = Map.of(
            Scale.SMOKE, List.of(limit(1100, 100), epochs(4), ONE, SMALL_TEST),
            Scale.SHORT, List.of(limit(11000, 1000), epochs(10), ONE, SMALL_TEST));
    private static final Map<Scale, List<String>> VERY_BIG = Map.of(
            Scale.SMOKE, List.of(limit(600, 100), epochs(7), every("1 epoch"), ONE, "evaluate.limit=200"),
            Scale.SHORT, List.of(limit(6000, 1000), epochs(10), every("1 epoch"), ONE, SMALL_TEST));

    private Reproductions() {}

    private static String limit(int examples, int validation) {
        return "dataset={type: cifar10, limit: " + examples + ", validation: " + validation + "}";
    }

    private static String epochs(int count) {
        return "training.epochs=" + count;
    }

    private static String every(String time) {
        return "record.curvature.every=" + time;
    }

    /** All of them. */
    public static List<Reproduction> all() {
        return List.of(
                fig1("lenet", "LeNet on CIFAR-10", LENET_CURVATURE, 4, "fig. 1: all layers but the first"),
                fig1("vgg", "VGG-11′ on CIFAR-10", VGG_CURVATURE, 3, "fig. 1: the last 3 strongly, the last 6 weakly"),
                fig2a("mlp", "MLP on MNIST", MLP_TRAINING, TrainingClaims.behindOnMlp()),
                fig2a("lenet", "LeNet on CIFAR-10", LENET_TRAINING, TrainingClaims.comparableToRivals()),
                fig2a("vgg", "VGG-11′ on CIFAR-10", VGG_TRAINING, TrainingClaims.comparableToRivals()),
                fig2a("bigmlp", "BigMLP on CIFAR-10", BIGMLP_TRAINING, TrainingClaims.comparableToRivals()),
                fig2b("mlp", "MLP on MNIST", MLP_CURVATURE, List.of()),
                fig2b(
                        "lenet",
                        "LeNet on CIFAR-10",
                        LENET_CURVATURE,
                        List.of(RateClaims.order(
                                "convolutions get smaller learning rates than dense layers",
                                "fig. 2b, LeNet: both convolutions below the dense layers",
                                group -> group.layer() < 2,
                                group -> group.layer() >= 2))),
                fig2b(
                        "vgg",
                        "VGG-11′ on CIFAR-10",
                        VGG_CURVATURE,
                        List.of(RateClaims.order(
                                "the last convolutions get smaller learning rates than the first",
                                "fig. 2b, VGG-11′",
                                group -> group.layer() >= 5 && group.layer() < 8,
                                group -> group.layer() < 3))),
                fig2b("bigmlp", "BigMLP on CIFAR-10", BIGMLP_CURVATURE, List.of()),
                fig3(),
                fig4(),
                new Reproduction(
                        "fig5",
                        "test accuracies, LeNet on CIFAR-10: what figure 5 of the paper shows is not known here",
                        training("lenet"),
                        LENET_TRAINING,
                        List.of(Picture.of("--kind", "loss", "--metric", "test_acc", "--x", "epoch")),
                        List.of()),
                fig6(),
                table4(),
                table5("mlp", MLP_TRAINING, TrainingClaims.costs(1.16, 1.04)),
                table5("lenet", LENET_TRAINING, TrainingClaims.costs(1.14, 1.03)),
                table5("bigmlp", BIGMLP_TRAINING, TrainingClaims.costs(2.46, 1.68)),
                table5("vgg", VGG_TRAINING, TrainingClaims.costs(2.72, 1.84)),
                new Reproduction(
                        "invariance",
                        "two scalings of the layers of a perceptron",
                        "reproduce/mlp_invariance.yaml",
                        Map.of(),
                        List.of(LOSSES),
                        List.of(TrainingClaims.invariant())));
    }

    private static String curvature(String model) {
        return model.equals("lenet") ? "lenet_fullbatch_curvature.yaml" : "reproduce/" + model + "_curvature.yaml";
    }

    private static String training(String model) {
        return "reproduce/" + model + "_training.yaml";
    }

    private static Reproduction fig1(
            String model, String words, Map<Scale, List<String>> arguments, int last, String paper) {
        return new Reproduction(
                "fig1-" + model,
                "H̄ and its inverse, " + words,
                curvature(model),
                arguments,
                List.of(MATRICES),
                List.of(
                        CurvatureClaims.farFromBlockDiagonal(),
                        CurvatureClaims.inverseIsNearer(),
                        CurvatureClaims.interactAmongLast(last, paper)));
    }

    private static Reproduction fig2a(String model, String words, Map<Scale, List<String>> arguments, Claim claim) {
        return new Reproduction(
                "fig2a-" + model,
                "training losses, " + words,
                training(model),
                arguments,
                List.of(LOSSES),
                List.of(claim));
    }

    private static Reproduction fig2b(
            String model, String words, Map<Scale, List<String>> arguments, List<Claim> more) {
        List<Claim> claims = new ArrayList<>(List.of(RateClaims.biasesExceedWeights(), RateClaims.differByOrders()));
        claims.addAll(more);
        return new Reproduction(
                "fig2b-" + model,
                "learning rates by layers, " + words,
                curvature(model),
                arguments,
                List.of(RATES),
                claims);
    }

    private static Reproduction fig3() {
        String ours = "optimizer.type=newton-summary";
        return new Reproduction(
                "fig3",
                "H̄ and learning rates along 10 groups of VBigMLP",
                training("vbigmlp"),
                VERY_BIG,
                List.of(MATRICES.named("a", ours), RATES.named("b", ours)),
                List.of(
                        CurvatureClaims.firstInteractsWithLast(),
                        CurvatureClaims.longRangeFades("fig. 3a: H̄ becomes tridiagonal"),
                        RateClaims.biasesExceedWeights()));
    }

    private static Reproduction fig4() {
        return new Reproduction(
                "fig4",
                "training of VBigMLP",
                training("vbigmlp"),
                VERY_BIG,
                List.of(
                        LOSSES,
                        Picture.of("--kind", "loss", "--metric", "test_acc", "--x", "epoch")
                                .named("accuracy", "")),
                List.of(TrainingClaims.veryBigTrains(), TrainingClaims.veryBigGeneralizes()));
    }

    private static Reproduction fig6() {
        return new Reproduction(
                "fig6",
                "all of H̄ and its diagonal alone, LeNet on CIFAR-10",
                "reproduce/lenet_diagonal.yaml",
                Map.of(
                        Scale.SMOKE,
                                List.of(
                                        limit(4500, 500),
                                        epochs(3),
                                        SMALL_TEST,
                                        "optimizer.step-size=1,0.1",
                                        "optimizer.cubic.damping=1,0.1"),
                        Scale.SHORT, List.of(limit(11000, 1000), epochs(8), SMALL_TEST)),
                List.of(LOSSES),
                List.of(TrainingClaims.diagonalIsWorse(), TrainingClaims.smallDampingDiverges()));
    }

    private static Reproduction table4() {
        return new Reproduction(
                "table4",
                "finer and finer partitions, VGG-11′ on CIFAR-10",
                "reproduce/vgg_partitions.yaml",
                Map.of(
                        Scale.SMOKE,
                                List.of(
                                        limit(300, 100),
                                        "training.batch-size=20",
                                        "training.curvature-batch-size=20",
                                        epochs(5),
                                        ONE,
                                        "evaluate.limit=200",
                                        "optimizer.partition=trivial,blocks-2,canonical"),
                        Scale.SHORT,
                                List.of(
                                        limit(3000, 1000),
                                        "training.batch-size=50",
                                        "training.curvature-batch-size=50",
                                        epochs(8),
                                        ONE,
                                        SMALL_TEST)),
                List.of(LOSSES),
                List.of(TrainingClaims.finerIsBetter(), TrainingClaims.finerTakesLonger()));
    }

    private static Reproduction table5(String model, Map<Scale, List<String>> arguments, Claim claim) {
        return new Reproduction(
                "table5-" + model,
                "training time by methods",
                training(model),
                arguments,
                List.of(Picture.of("--kind", "loss", "--metric", "train_loss", "--x", "time")),
                List.of(claim));
    }
}
