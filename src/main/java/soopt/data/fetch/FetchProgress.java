package soopt.data.fetch;

/** Hears how a fetch goes, to show it. */
public interface FetchProgress {
    /** Shows nothing. */
    FetchProgress SILENT = new FetchProgress() {
        @Override
        public void start(String name, long totalBytes) {}

        @Override
        public void advance(long bytes) {}

        @Override
        public void finish() {}

        @Override
        public void note(String message) {}
    };

    /**
     * A file begins to arrive.
     *
     * @param totalBytes its length, or −1 if that is not known
     */
    void start(String name, long totalBytes);

    /** So many more bytes have arrived. */
    void advance(long bytes);

    /** The file is complete, or its source gave up. */
    void finish();

    /** One line for the user: what is tried, and why a source failed. */
    void note(String message);
}
