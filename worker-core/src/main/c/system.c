/* Numbers, names, and what the kernel tells: files in /proc, processes, out-of-memory kills. */
#include "keeper.h"
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>

const char *context;
int poller, null_fd, subreaper;
struct rlimit files;

int watch(int operation, int fd, uint32_t events, void *what) {
	struct epoll_event e = {.events = events, .data.ptr = what};
	return epoll_ctl(poller, operation, fd, &e);
}

uint64_t clock_ms(clockid_t clock) {
	struct timespec t;
	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

int number(const char *text, unsigned base, uint64_t most, uint64_t *value) {
	uint64_t n = 0;
	if (!*text) return 0;
	for (; *text; text++) {
		unsigned digit = (unsigned char)*text - (unsigned)'0';
		if (digit >= base || digit > most || n > (most - digit) / base) return 0;
		n = n * base + digit;
	}
	*value = n;
	return 1;
}

/* Goes between spaces in the journal, where - alone means none. */
int is_name(const char *text, size_t most) {
	static const char CHARS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@+%:-";
	size_t n = strlen(text);
	return n > 0 && n <= most && strspn(text, CHARS) == n && strcmp(text, "-");
}

/* Reads a small file as text, -1 where that fails; of a file in /proc one read may return a part. */
ssize_t slurp(const char *path, char *buf, size_t cap) {
	size_t n = 0;
	ssize_t got = 1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && got > 0 && n < cap - 1)
		if ((got = read(fd, buf + n, cap - 1 - n)) > 0) n += (size_t)got;
	if (fd >= 0) close(fd);
	buf[n] = 0;
	return fd < 0 || got < 0 ? -1 : (ssize_t)n;
}

/* Fields of /proc/PID/stat behind the last ')': state is number 0, start tick 19, wait status of a zombie 49. */
uint64_t stat_field(const char *path, int field, char *state) {
	char buf[2048];
	char *p = slurp(path, buf, sizeof buf) > 0 ? strrchr(buf, ')') : 0;
	if (!p || !p[1]) return 0;
	p += 2;
	*state = *p;
	while (p && field-- > 0) p = (p = strchr(p, ' ')) ? p + 1 : 0;
	return p ? strtoull(p, 0, 10) : 0;
}

/* 0 where there is no such process. The path is the one that an emulator does not replace by its own invention. */
uint64_t ticks_of(pid_t pid) {
	char path[64], state;
	snprintf(path, sizeof path, "/proc/%d/task/%d/stat", (int)pid, (int)pid);
	return stat_field(path, 19, &state);
}

int signal_fd(int pidfd, int sig, unsigned flags) {
	return (int)syscall(SYS_pidfd_send_signal, pidfd, sig, 0, flags);
}

/* A descriptor of that very process, else -1: ESRCH if it is surely gone. It is opened first and compared then, so
   that the descriptor is of the process that was compared. */
int open_process(pid_t pid, uint64_t ticks) {
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0) return -1;
	uint64_t found = ticks_of(pid);
	if (found && found == ticks) return fd;
	int gone = found || (signal_fd(fd, 0, 0) && errno == ESRCH);
	close(fd);
	errno = gone ? ESRCH : EACCES;
	return -1;
}

int open_regular(const char *path, int flags, int *fd) {
	struct stat s;
	*fd = open(path, flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
	if (*fd < 0) return errno;
	if (!fstat(*fd, &s) && S_ISREG(s.st_mode)) return 0;
	close(*fd);
	*fd = -1;
	return EINVAL;
}

/* True if a name still leads to this file of ours. */
int is_in_place(const char *name, const struct stat *own) {
	struct stat s;
	return !lstat(name, &s) && s.st_dev == own->st_dev && s.st_ino == own->st_ino;
}

/* ---- out-of-memory kills of our control group, else of the machine */

static char oom_file[4200];

long oom_kills(void) {
	char buf[16384] = "\n";
	if (!*oom_file || slurp(oom_file, buf + 1, sizeof buf - 1) <= 0) return -1;
	char *line = strstr(buf, "\noom_kill ");
	return line ? atol(line + 10) : -1;
}

static int counts(const char *format, const char *group) {
	return snprintf(oom_file, sizeof oom_file, format, group) < (int)sizeof oom_file && oom_kills() >= 0;
}

void find_oom_counter(void) {
	char groups[4096], *two = groups + sizeof groups - 1, *one = two, *rest = 0;
	slurp("/proc/self/cgroup", groups, sizeof groups);
	groups[sizeof groups - 1] = 0; /* the empty path */
	for (char *line = strtok_r(groups, "\n", &rest); line; line = strtok_r(0, "\n", &rest)) {
		char *path = strchr(line, '/'), *memory = strstr(line, "memory");
		if (path && !strncmp(line, "0::", 3))
			two = path;
		else if (path && memory && memory < path)
			one = path;
	}
	if (!counts("/sys/fs/cgroup%s/memory.events", two) && !counts("/sys/fs/cgroup/memory%s/memory.oom_control", one)
		&& !counts("/sys/fs/cgroup%s/memory.events", "") && !counts("/sys/fs/cgroup/memory%s/memory.oom_control", "")
		&& !counts("/proc%s/vmstat", ""))
		*oom_file = 0;
}
