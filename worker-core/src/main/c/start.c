/* A start: its lease, room in the journal, lock and fence, then the worker's process. */
#include "keeper.h"
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { MAX_LIMITS = 16 };

struct start {
	struct worker *w;
	struct birth birth;
	const char *cwd, *program;
	char **argv, **envp; /* before argv is a slot for a shell */
	uint64_t before;
	struct rlimit limits[MAX_LIMITS];
	mode_t mask;
	int nice, limited, logfd, report;
	pid_t keeper;
};

/* Written by a child that failed before its program ran. */
struct failure {
	enum step step;
	int error;
};

static int read_limit(const char *text, rlim_t *limit) {
	uint64_t n = 0;
	int infinite = !strcmp(text, "-"), good = infinite || number(text, 10, UINT64_MAX, &n);
	*limit = infinite ? RLIM_INFINITY : (rlim_t)n;
	return good;
}

static int read_limits(struct start *s, char *text) {
	char *hard = *text ? text : 0;
	text = hard;
	while ((hard = strsep(&text, ","))) {
		char *soft = strsep(&hard, ":");
		if (s->limited == MAX_LIMITS) return 1; /* of a kernel with more of them than we know */
		struct rlimit *limit = &s->limits[s->limited++];
		if (!hard || !read_limit(soft, &limit->rlim_cur) || !read_limit(hard, &limit->rlim_max)) return 0;
	}
	return 1;
}

/* ---- the worker's process until its program runs. After vfork it shares our memory: it writes to its own stack alone,
   and neither returns nor leaves by exit(). All signals are blocked and none has a handler, so none runs in it. */

_Noreturn static void give_up(int report, enum step step) {
	struct failure f = {step, errno};
	_exit(write(report, &f, sizeof f) == (ssize_t)sizeof f ? 127 : 126);
}

/* A hard limit that we may not raise is taken as it is. */
static void set_limits(const struct start *s) {
	setrlimit(RLIMIT_NOFILE, &files);
	for (int i = 0; i < s->limited; i++) {
		struct rlimit ours, wanted = s->limits[i];
		if (!setrlimit(i, &wanted) || getrlimit(i, &ours)) continue;
		wanted.rlim_max = ours.rlim_max;
		if (wanted.rlim_cur > wanted.rlim_max) wanted.rlim_cur = wanted.rlim_max;
		setrlimit(i, &wanted);
	}
}

/* Closed before the exec, not by it: its end of the report is then the last to go, and whoever saw that go finds no
   copy of another worker's lock in this process. */
static void keep_only_needed(const struct start *s) {
	if (dup2(null_fd, 0) < 0 || dup2(s->logfd, 1) < 0 || dup2(s->logfd, 2) < 0 || dup2(s->w->lockfd, LOCK_FD) < 0)
		give_up(s->report, AT_DESCRIPTOR);
	if (dup3(s->report, REPORT_FD, O_CLOEXEC) < 0) give_up(s->report, AT_DESCRIPTOR);
	/* A kernel without this call closes them at exec, as they are all close-on-exec. */
	syscall(SYS_close_range, 3, REPORT_FD - 1, 0);
	syscall(SYS_close_range, LOCK_FD + 1, ~0U, 0);
}

/* A program that is neither for some machine nor a script that names its shell is one for sh, as execvp has it. */
static void execute(const struct start *s) {
	char head[4] = "";
	execve(s->program, s->argv, s->envp);
	if (errno != ENOEXEC) return;
	int fd = open(s->program, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read(fd, head, sizeof head) >= 0 && memcmp(head, "\177ELF", sizeof head)) {
		s->argv[-1] = (char *)"/bin/sh";
		s->argv[0] = (char *)s->program;
		execve(s->argv[-1], s->argv - 1, s->envp);
	}
	errno = ENOEXEC;
}

_Noreturn static void child(struct start *s) {
	char line[MAX_LINE];
	sigset_t none;
	int leased = *s->birth.lease != 0;
	if (setsid() < 0 || (leased && prctl(PR_SET_PDEATHSIG, SIGKILL))) give_up(s->report, AT_SESSION);
	if (leased && getppid() != s->keeper) /* it died before that signal was asked for */
		_exit(126);
	birth_line(line, sizeof line, &s->birth, getpid(), ticks_of(getpid()));
	errno = put_birth(line);
	if (errno) give_up(s->report, AT_RECORD);
	keep_only_needed(s);
	if (chdir(s->cwd)) give_up(REPORT_FD, AT_DIRECTORY); /* where it hangs, it holds nothing of others */
	set_limits(s);
	if (s->nice != getpriority(PRIO_PROCESS, 0) && setpriority(PRIO_PROCESS, 0, s->nice)) give_up(REPORT_FD, AT_LIMIT);
	umask(s->mask);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, 0);
	execute(s);
	give_up(REPORT_FD, AT_PROGRAM);
}

/* ---- start, as the keeper sees it */

/* No error if the program runs. */
static struct failure spawn(struct start *s) {
	struct failure f = {AT_FORK, 0};
	int ends[2];
	if (pipe2(ends, O_CLOEXEC)) return (struct failure){AT_FORK, errno};
	s->report = ends[1];
	s->keeper = getpid();
	pid_t pid = vfork();
	if (pid == 0) child(s);
	if (pid < 0) f.error = errno;
	close(ends[1]);
	/* Where vfork is a fork, as in an emulator or in musl for aarch64, this is what waits for the exec. */
	ssize_t n = pid < 0 ? 0 : read(ends[0], &f, sizeof f);
	close(ends[0]);
	if (n > 0)
		while (waitpid(pid, 0, 0) < 0 && errno == EINTR)
			;
	s->w->pid = pid;
	return f;
}

/* Everything that a worker needs before its process. */
static struct failure prepare(struct start *s, const char *lock, const char *log) {
	int error = reserve();
	if (error) return (struct failure){AT_JOURNAL, error};
	error = take_lock(lock, &s->w->lockfd);
	/* A quarter of our descriptors is not for workers: clients come in, files are looked at. */
	if (!error && (rlim_t)s->w->lockfd >= files.rlim_max - files.rlim_max / 4) error = EMFILE;
	if (error) return (struct failure){AT_LOCK, error};
	error = admitted(s->w->lockfd, &s->before);
	if (!error) error = s->birth.epoch > s->before ? admit(s->w->lockfd, s->birth.epoch) : ESTALE;
	if (error) return (struct failure){AT_FENCE, error};
	/* Not waiting for the reader of a pipe; the worker's descriptor waits like any other. */
	s->logfd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
	if (s->logfd < 0 || fcntl(s->logfd, F_SETFL, O_APPEND)) return (struct failure){AT_LOG, errno};
	return spawn(s);
}

static void launch(struct client *c, struct start *s, char **v) {
	struct worker *w = s->w;
	struct failure f = prepare(s, v[4], v[5]);
	if (s->logfd >= 0) close(s->logfd);
	if (!f.error) {
		w->ticks = ticks_of(w->pid);
		birth_line(w->records, w->room, &s->birth, w->pid, w->ticks);
		lives(w);
		tell(c, "RUN\t%s\t%d\t%" PRIu64, w->id, (int)w->pid, w->ticks);
	} else if (f.step == AT_LOCK && f.error == EWOULDBLOCK) {
		tell(c, "BUSY\t%s", w->id);
	} else if (f.step == AT_FENCE && s->birth.epoch <= s->before) {
		tell(c, "SUPERSEDED\t%s\t%" PRIu64, w->id, s->before);
	} else {
		failed(c, w->id, f.step, f.error);
	}
	if (f.step >= AT_FORK) birth_was_put(f.error && f.step == AT_RECORD);
	if (f.error && f.step > AT_RECORD)
		forget_record(w);
	else if (f.error)
		forget(w);
}

/* START id account epoch lock log cwd umask nice lease limits program argc arg... env... */
void start(struct client *c, char **v) {
	struct start s = {.birth = {v[1], v[2], v[9], strtoull(v[3], 0, 10)}, .cwd = v[6], .program = v[11], .logfd = -1};
	uint64_t words = 0, argc;
	while (v[13 + words]) words++;
	if (!read_limits(&s, v[10]) || !number(v[12], 10, words, &argc) || argc < 1 || find(v[1])) {
		failed(c, v[1], AT_ARGUMENTS, find(v[1]) ? EEXIST : EINVAL);
		return;
	}
	if (*v[9] && !is_leased(v[9])) {
		tell(c, "UNLEASED\t%s", v[1]);
		return;
	}
	s.mask = (mode_t)strtoul(v[7], 0, 8);
	s.nice = atoi(v[8]) - 20;
	s.w = new_worker(v[1], v[9], birth_line(0, 0, &s.birth, INT32_MAX, UINT64_MAX));
	if (!s.w) {
		failed(c, v[1], AT_FORK, ENOMEM);
		return;
	}
	s.w->oom = oom_kills();
	/* The words go down by one, over their number, and make room for the null between arguments and environment. */
	memmove(v + 12, v + 13, (size_t)argc * sizeof *v);
	s.argv = v + 12;
	s.argv[argc] = 0;
	s.envp = s.argv + argc + 1;
	launch(c, &s, v);
}
