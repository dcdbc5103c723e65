/* The floor of the machine: starts N workers by posix_spawn, a log file each, and replaces any that ends at once.
 *
 *   bench-spawn --n N --worker PATH --dir DIR --capture file -- WORKER_ARGS...
 *
 * Says READY, STARTED, STOPPED, SETTLED; obeys start, stop, settle, quit on standard input.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static int count, alive, stopping;
static const char *worker, *dir;
static char **words;
static pid_t *pids;
static posix_spawnattr_t attributes;

static void start(int i)
{
	char log[4096];
	snprintf(log, sizeof log, "%s/%d.log", dir, i);
	posix_spawn_file_actions_t files;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	posix_spawn_file_actions_adddup2(&files, 1, 2);
	if (posix_spawn(&pids[i], worker, &files, &attributes, words, environ))
		exit(5);
	posix_spawn_file_actions_destroy(&files);
	alive++;
}

static void reap(void)
{
	pid_t pid;
	int status;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		int i = 0;
		while (i < count && pids[i] != pid)
			i++;
		if (i == count)
			continue;
		alive--;
		pids[i] = 0;
		if (!stopping)
			start(i);
	}
	if (stopping == 1 && alive == 0) {
		stopping = 2;
		puts("STOPPED");
	}
}

/* Whether to go on. */
static int obey(const char *order)
{
	if (!strcmp(order, "start")) {
		stopping = 0;
		for (int i = 0; i < count; i++)
			start(i);
		puts("STARTED");
	} else if (!strcmp(order, "stop")) {
		stopping = 1;
		for (int i = 0; i < count; i++)
			if (pids[i])
				kill(pids[i], SIGTERM);
		reap();
	} else if (!strcmp(order, "settle")) {
		puts("SETTLED");
	}
	return strcmp(order, "quit");
}

int main(int argc, char **argv)
{
	int word = 1;
	for (; word + 1 < argc && strcmp(argv[word], "--"); word += 2) {
		if (!strcmp(argv[word], "--n"))
			count = atoi(argv[word + 1]);
		else if (!strcmp(argv[word], "--worker"))
			worker = argv[word + 1];
		else if (!strcmp(argv[word], "--dir"))
			dir = argv[word + 1];
	}
	words = argv + word; /* "--" gives way to the program's name */
	words[0] = (char *)worker;
	pids = calloc((size_t)count + 1, sizeof *pids);
	sigset_t child, none;
	sigemptyset(&none);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, 0);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	struct pollfd ready[2] = {{0, POLLIN, 0}, {signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK), POLLIN, 0}};
	setvbuf(stdout, 0, _IOLBF, 0);
	puts("READY");
	char orders[256];
	size_t have = 0;
	for (;;) {
		if (poll(ready, 2, -1) < 0)
			continue;
		if (ready[1].revents) {
			struct signalfd_siginfo info[16];
			while (read(ready[1].fd, info, sizeof info) > 0)
				;
			reap();
		}
		if (!ready[0].revents)
			continue;
		ssize_t more = read(0, orders + have, sizeof orders - have - 1);
		if (more <= 0)
			return 0;
		have += (size_t)more;
		orders[have] = 0;
		for (char *end; (end = strchr(orders, '\n'));) {
			*end = 0;
			if (!obey(orders))
				return 0;
			have -= (size_t)(end + 1 - orders);
			memmove(orders, end + 1, have + 1);
		}
	}
}
