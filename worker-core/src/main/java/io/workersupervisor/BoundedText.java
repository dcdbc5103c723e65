package io.workersupervisor;

/**
 * Text that a pattern may look at so many times: a pattern that goes back again and again over hostile text is given up,
 * and its rule counts as not matching.
 */
final class BoundedText implements CharSequence {
    /** Looks for one pattern at one line: some tens for each of its characters. */
    static final int LOOKS = 100_000;

    private final String text;
    private int left;

    BoundedText(String text, int looks) {
        this.text = text;
        this.left = looks;
    }

    /** The looks are used up. */
    static final class SpentException extends RuntimeException {
        private static final long serialVersionUID = 1;

        SpentException() {
            super("the pattern went over the text too often", null, false, false);
        }
    }

    @Override
    public char charAt(int index) {
        if (--left < 0) {
            throw new SpentException();
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.substring(start, end);
    }

    @Override
    public String toString() {
        return text;
    }
}
