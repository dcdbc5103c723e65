/* The ends of workers, and signals to them. */
#include "keeper.h"
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* From linux/pidfd.h, which is newer than the C library this is built with. */
struct pidfd_info {
	uint64_t mask, cgroupid;
	uint32_t ids[11];
	int32_t exit_code;
};
#define PIDFD_GET_INFO _IOWR(0xFF, 11, struct pidfd_info) /* Linux 6.13 */
#define PIDFD_INFO_EXIT 8U                                /* Linux 6.15 */
#define PIDFD_SIGNAL_GROUP 4U                             /* Linux 6.9 */

/* Children of ours that are no workers. Whatever a worker leaves behind falls to us when it ends, as we are its
   subreaper: where there are none, nothing of it is left, however it hides. -1 where we are none, as in an emulator, or
   the children cannot be listed. */
static int orphans(void) {
	static char list[1 << 17];
	char path[64], *rest = 0;
	int found = 0;
	snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
	ssize_t n = slurp(path, list, sizeof list);
	if (!subreaper || n < 0 || n == sizeof list - 1) return -1;
	for (char *word = strtok_r(list, " ", &rest); word; word = strtok_r(0, " ", &rest))
		found += !child_with((pid_t)atol(word));
	return found;
}

/* Only after the worker is reaped: a zombie counts as one of its group. */
static int group_left(const struct worker *w) {
	if (w->pidfd < 0) /* what died with it and fell to us is not left, either */
		while (waitpid(-w->pid, 0, WNOHANG) > 0)
			;
	if (kill(-w->pid, 0) && errno != EPERM) return 0;
	return !ticks_of(w->pid); /* else its zombie, or one that took over its number as no group had it any more */
}

static uint64_t micros(struct timeval t) { return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_usec; }

/* A status of null is one that nobody knows, a use of null one that nobody measured. */
void ended(struct worker *w, const int *status, const struct rusage *use) {
	static const struct rusage nothing;
	char how[16] = "-", left[16] = "-";
	int orphaned = w->pidfd < 0 && status ? orphans() : -1;
	long oom = status && w->oom >= 0 ? oom_kills() - w->oom : 0;
	if (!use) use = &nothing;
	if (status) snprintf(how, sizeof how, "%d", *status);
	if (orphaned >= 0) snprintf(left, sizeof left, "%d", orphaned);
	record(w, "E %s %s %" PRIu64 " %ld %" PRIu64 " %" PRIu64 " %ld %d %d %s\n", w->id, how, clock_ms(CLOCK_REALTIME),
		use->ru_maxrss, micros(use->ru_utime), micros(use->ru_stime), oom < 0 ? 0 : oom, w->sent, group_left(w), left);
	lives_no_more(w);
	if (w->lockfd >= 0 && still_locked(w)) record(w, "L %s\n", w->id);
	tell(0, "EXIT\t%s\t%s", w->id, how);
}

void reap(void) {
	struct rusage use;
	int status;
	pid_t pid;
	while ((pid = wait4(-1, &status, WNOHANG, &use)) > 0) {
		struct worker *w = child_with(pid);
		if (w) /* else an orphan that one of them left behind */
			ended(w, &status, &use);
	}
}

/* A worker whose keeper died has ended: if it is reaped the kernel tells its status from Linux 6.15 on, else its zombie
   does. There it reads 0 for whoever may not see it, and so may not see its namespace. */
void adopted_ended(struct worker *w) {
	struct pidfd_info info = {.mask = PIDFD_INFO_EXIT};
	char path[64], text[64], state = 0;
	snprintf(path, sizeof path, "/proc/%d/stat", (int)w->pid);
	int status = (int)stat_field(path, 49, &state);
	snprintf(path, sizeof path, "/proc/%d/ns/pid", (int)w->pid);
	int known = state == 'Z' && (status || readlink(path, text, sizeof text) > 0) && ticks_of(w->pid) == w->ticks;
	if (!known && !syscall(SYS_ioctl, w->pidfd, PIDFD_GET_INFO, &info) && info.mask & PIDFD_INFO_EXIT) {
		status = info.exit_code;
		known = 1;
	}
	ended(w, known ? &status : 0, 0);
	close(w->pidfd);
	w->pidfd = -1;
}

/* ---- signals */

/* To a process whose number is its own: pinned by the descriptor or, a child of ours, as it is not reaped. */
static int send_one(pid_t pid, int pidfd, int sig, int group) {
	if (pidfd < 0) return kill(group ? -pid : pid, sig) ? errno : 0;
	if (!signal_fd(pidfd, sig, group ? PIDFD_SIGNAL_GROUP : 0U)) return 0;
	if (!group || errno != EINVAL) return errno;
	/* Before Linux 6.9 no descriptor reaches a group: as close as it gets to the proof that the number is its own. */
	return signal_fd(pidfd, 0, 0) || kill(-pid, sig) ? errno : 0;
}

/* A process that is stopped hears TERM only when it goes on: CONT follows. */
static int send_signal(pid_t pid, int pidfd, int sig, int group) {
	int error = send_one(pid, pidfd, sig, group);
	if (!error && sig == SIGTERM) send_one(pid, pidfd, SIGCONT, group);
	return error;
}

int signal_worker(struct worker *w, int sig, int group) {
	int error = send_signal(w->pid, w->pidfd, sig, group);
	if (!error && sig) w->sent = sig;
	return error;
}

/* Of others than our workers, such as stragglers and what the sh launcher started, a group goes with its leader. */
static int signal_other(pid_t pid, uint64_t ticks, int sig, char scope) {
	int fd = open_process(pid, ticks);
	if (fd < 0) return errno;
	pid_t group = scope == 'p' ? -1 : getpgid(pid);
	int error;
	if (scope == 'm' && group > 1 && group != pid) /* its own, unless another has its number by now */
		error = signal_fd(fd, 0, 0) && errno == ESRCH ? ESRCH : send_signal(group, -1, sig, 1);
	else
		error = send_signal(pid, fd, sig, group == pid);
	close(fd);
	return error;
}

void signal_request(struct client *c, char **v) {
	pid_t pid = (pid_t)atol(v[2]);
	uint64_t ticks = strtoull(v[3], 0, 10);
	int sig = atoi(v[4]);
	struct worker *w = worker_with(pid, ticks);
	int error = w ? signal_worker(w, sig, *v[5] != 'p') : signal_other(pid, ticks, sig, *v[5]);
	done(c, v[1], error == ESRCH ? "GONE" : "SENT", error == ESRCH ? 0 : error);
}
