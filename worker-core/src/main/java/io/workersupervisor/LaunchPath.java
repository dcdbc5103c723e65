package io.workersupervisor;

/**
 * The program that starts and holds worker processes. Both keep the same promises; they differ in speed and in how exactly
 * an end is known, and each supervises the workers that the other has started.
 */
public enum LaunchPath {
    /** The keeper where it works, else the shell; the reason is logged once. */
    AUTO,
    /** The keeper alone: one small native process for all workers. Linux on x86-64 and aarch64. */
    KEEPER,
    /** One process of a shell script for each worker. Any system with a POSIX shell. */
    SH
}
