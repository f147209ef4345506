package soopt.optimizer;

public record Plateau(int patience, double factor, double threshold) {
    public Schedule start() {
        return new Schedule();
    }

    public static final class Schedule {
        public double factorAfter(double loss) {
            return 1;
        }

        public void save(State s) {}

        public void restore(State s) {}
    }
}
