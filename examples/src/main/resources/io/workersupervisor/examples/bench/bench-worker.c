/* The worker of the benchmarks: appends its first instruction's time to a file, then sleeps until TERM.
 *
 *   bench-worker STAMPS
 *
 * One record of 33 bytes in one write: "S <CLOCK_MONOTONIC ns, 19 digits> <pid, 10 digits>\n".
 */
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

static void digits(char *to, int width, unsigned long long value)
{
	for (; width > 0; value /= 10)
		to[--width] = (char)('0' + value % 10);
}

int main(int argc, char **argv)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	char record[33] = "S ";
	digits(record + 2, 19, (unsigned long long)now.tv_sec * 1000000000ULL + (unsigned long long)now.tv_nsec);
	record[21] = ' ';
	digits(record + 22, 10, (unsigned long long)getpid());
	record[32] = '\n';
	int out = argc > 1 ? open(argv[1], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
	if (out < 0 || write(out, record, sizeof record) != (ssize_t)sizeof record)
		return 111;
	close(out);
	for (;;)
		pause();
}
