/*
 * keeper: starts, holds, signals and buries the workers of one execution context, and outlives the JVMs it serves.
 *
 *     keeper DIR CONTEXT     0: listens now, 75: another keeper has DIR, else standard error says what failed
 *
 * DIR is ours alone (0700). In it: lock, held while a keeper lives; sock; journal. One process, one thread, no polling.
 *
 * Frames, both ways: length (32 bits, little endian), then fields that end in NUL. Field 0 names the frame, field 1 is
 * a tag of the client's, 64 bytes at most and without a tab, that the answer repeats. Numbers are decimal. A frame that
 * is none (no NUL at its end, too long, a bad tag) ends the connection. One that is unknown, has another number of
 * fields or comes before HELLO is answered UNSUPPORTED; one whose fields are no good, FAILED tag arguments 22.
 *
 *     HELLO   tag version                                   KEEPER tag version context pid ticks
 *     START   id account epoch lock log cwd umask nice lease limits argc arg... env...
 *                                                           RUN id pid ticks | BUSY id | SUPERSEDED id admitted
 *                                                           | UNLEASED id | FAILED id step errno text
 *     FENCE   tag lock number                               FENCED tag before | HELD tag | FAILED ...
 *     PROBE   tag lock                                      PROBED tag free|busy|absent|failed
 *     SIGNAL  tag pid ticks signal p|g|m                    SENT tag | GONE tag | FAILED ...
 *     ACK     tag id                                        DONE tag
 *     LEASH   tag lease stop_at kill_at                     DONE tag | FAILED ...     milliseconds of CLOCK_BOOTTIME
 *     PUNCH   tag file offset length                        DONE tag | FAILED ...
 *     to all clients that said HELLO, when a worker ended:  EXIT id status
 *
 * A signal is for the process alone (p), for the group that it leads (g), the process alone while it leads none, or for
 * the group that it is a member of (m).
 *
 * Fields of START: umask octal; nice 0 to 39, 20 is normal; lease empty for none; limits "soft:hard,..." in the order
 * of the kernel's numbers, - is unlimited, those that are left out stay as they are here. All paths are absolute.
 *
 * A start, in this order; its tag is the worker id:
 *   1. Its lease, if it names one, is the one that was leashed last, and stopping has not begun.
 *   2. Room in the journal for the records of every worker that lives.
 *   3. The account's lock, without waiting: BUSY, and the client may try again. The epoch is above the number in the
 * lock file (else SUPERSEDED), and is written there.
 *   4. The worker's process: session, birth record, descriptors, working directory, limits, exec. The lock is inherited
 * as descriptor 63, and a copy of it is kept here until the exit record is written.
 *
 * An end: group looked at, exit record, then our copy of the lock is let go, then EXIT. The record stays until ACK.
 *
 * The journal, a line a fact; a line without its newline is not there:
 *
 *     K version context pid ticks                     a keeper began
 *     B id account epoch boot pid_ns time_ns pid ticks lease        lease - for none
 *     E id status ended_ms rss_kib user_us sys_us oom sent group left     status as from wait(2), or - where nobody
 *                                                     knows it; left: orphans of any worker that live, or - likewise
 *     L id                                            its lock was still held by others after its exit record
 *     A id                                            nothing ran, or its report is filed: forget it
 *
 * A keeper that begins in a directory with a journal adopts the living and keeps the ended. It leaves when it has no
 * client and no child; the journal stays unless everything in it was acknowledged.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* From linux/pidfd.h, which is newer than the C library this is built with. */
struct pidfd_info {
	uint64_t mask, cgroupid;
	uint32_t ids[11];
	int32_t exit_code;
};
#define PIDFD_GET_INFO _IOWR(0xFF, 11, struct pidfd_info) /* Linux 6.13 */
#define PIDFD_INFO_EXIT 8U                                /* Linux 6.15 */
#define PIDFD_SIGNAL_GROUP 4U                             /* Linux 6.9 */

enum {
	VERSION = 1,
	MAX_CLIENTS = 256,
	MAX_FRAME = 8 << 20,
	MAX_OUT = 1 << 20, /* waiting for one client; one that does not read is let go and looks again later */
	CHUNK = 65536,     /* read from one client at a time, so that the others and the leases have their turn */
	MAX_ID = 64, MAX_ACCOUNT = 192, MAX_LEASES = 16, MAX_LIMITS = 16, BUCKETS = 4096,
	MAX_LINE = 512, /* of the journal */
	ROOM = 1024,    /* journal bytes that all records of one worker take at most */
	REPORT_FD = 62, /* in a child: all else of ours is closed before its program is loaded */
	LOCK_FD = 63,   /* last of the table a process starts with: scripts use the low ones */
	IDLE_MS = 10000,
	EX_ARGUMENTS = 64, EX_FAILED = 74, EX_BUSY = 75, EX_DENIED = 77
};

/* What epoll points to begins with its kind. */
enum kind { LISTENER, SIGNALS, TIMER, CLIENT, WORKER };

struct client {
	enum kind kind;
	int fd, hello, dead, blocked;
	char *in, *out; /* as large as they may become: what is not used takes no memory */
	size_t inlen, outlen;
};

struct worker {
	enum kind kind;
	struct worker *next_id, *next_pid;
	pid_t pid; /* 0 where the journal tells of another kernel or namespace */
	uint64_t ticks;
	long oom;   /* counter before it started */
	int over;   /* its end is recorded */
	int lockfd; /* our copy, -1 where an earlier keeper had it */
	int pidfd;  /* watched, as it is no child of ours; else -1 */
	int sent;   /* the last signal that we sent */
	char id[MAX_ID + 1], lease[MAX_ID + 1];
	char birth[MAX_LINE], end[MAX_LINE]; /* its lines of the journal */
};

struct lease {
	char name[MAX_ID + 1];
	uint64_t stop_at, kill_at;
	int stopped, killed;
};

enum step {
	AT_ARGUMENTS, AT_JOURNAL, AT_LOCK, AT_FENCE, AT_LOG, AT_FORK, AT_SESSION, AT_RECORD, AT_DESCRIPTOR, AT_DIRECTORY,
	AT_LIMIT, AT_PROGRAM, AT_REQUEST
};
static const char *const STEPS[] = {"arguments", "journal", "lock", "fence", "log file", "fork", "session", "records",
	"descriptor", "directory", "limit", "program", "request"};

static enum kind listener_kind = LISTENER, signals_kind = SIGNALS, timer_kind = TIMER;
static struct worker *by_id[BUCKETS], *by_pid[BUCKETS]; /* by pid: the living */
static int living, connected, subreaper;
static struct client clients[MAX_CLIENTS];
static struct lease leases[MAX_LEASES], *leash; /* leash: the one that was renewed last */
static int poller, listener, signals, timer, null_fd, spare_fd, journal = -1;
static uint64_t journal_length, journal_room, journal_kept; /* bytes: written, reserved, left by the last compaction */
static uint64_t idle_until;
static const char *context;
static char boot[40] = "-", pid_ns[32] = "-", time_ns[32] = "-", oom_file[4200];
static struct rlimit files; /* as we found it: ours is raised, a worker's is not */

/* ---- small things */

static uint64_t clock_ms(clockid_t clock) {
	struct timespec t;
	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static int number(const char *text, unsigned base, uint64_t most, uint64_t *value) {
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
static int is_name(const char *text, size_t most) {
	static const char CHARS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@+%:-";
	size_t n = strlen(text);
	return n > 0 && n <= most && strspn(text, CHARS) == n && strcmp(text, "-");
}

/* Reads a small file as text; of a file in /proc one read may return a part. */
static size_t slurp(const char *path, char *buf, size_t cap) {
	size_t n = 0;
	ssize_t got = 1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && got > 0 && n < cap - 1)
		if ((got = read(fd, buf + n, cap - 1 - n)) > 0) n += (size_t)got;
	if (fd >= 0) close(fd);
	buf[n] = 0;
	return n;
}

/* Fields of /proc/PID/stat behind the last ')': state is number 0, start tick 19, wait status of a zombie 49. */
static uint64_t stat_field(const char *path, int field, char *state) {
	char buf[2048];
	char *p = slurp(path, buf, sizeof buf) ? strrchr(buf, ')') : 0;
	if (!p || !p[1]) return 0;
	p += 2;
	*state = *p;
	while (p && field-- > 0) p = (p = strchr(p, ' ')) ? p + 1 : 0;
	return p ? strtoull(p, 0, 10) : 0;
}

/* 0 where there is no such process. The path is the one that an emulator does not replace by its own invention. */
static uint64_t ticks_of(pid_t pid) {
	char path[64], state;
	snprintf(path, sizeof path, "/proc/%d/task/%d/stat", (int)pid, (int)pid);
	return stat_field(path, 19, &state);
}

static int signal_fd(int pidfd, int sig, unsigned flags) {
	return (int)syscall(SYS_pidfd_send_signal, pidfd, sig, 0, flags);
}

/* A descriptor of that very process, else -1: ESRCH if it is surely gone. Opened first, compared then: what we hold is
   what was compared. */
static int open_process(pid_t pid, uint64_t ticks) {
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0) return -1;
	uint64_t found = ticks_of(pid);
	if (found && found == ticks) return fd;
	int gone = found || (signal_fd(fd, 0, 0) && errno == ESRCH);
	close(fd);
	errno = gone ? ESRCH : EACCES;
	return -1;
}

static int open_regular(const char *path, int flags, int *fd) {
	struct stat s;
	*fd = open(path, flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
	if (*fd < 0) return errno;
	if (!fstat(*fd, &s) && S_ISREG(s.st_mode)) return 0;
	close(*fd);
	*fd = -1;
	return EINVAL;
}

static int watch(int fd, uint32_t events, void *what) {
	struct epoll_event e = {.events = events, .data.ptr = what};
	return epoll_ctl(poller, EPOLL_CTL_ADD, fd, &e);
}

/* ---- out-of-memory kills of our control group, else of the machine */

static long oom_kills(void) {
	char buf[16384] = "\n";
	if (!*oom_file || !slurp(oom_file, buf + 1, sizeof buf - 1)) return -1;
	char *line = strstr(buf, "\noom_kill ");
	return line ? atol(line + 10) : -1;
}

static int counts(const char *format, const char *group) {
	return snprintf(oom_file, sizeof oom_file, format, group) < (int)sizeof oom_file && oom_kills() >= 0;
}

static void find_oom_counter(void) {
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

/* ---- the tables of workers */

static unsigned hash(const char *text) {
	unsigned h = 2166136261u;
	while (*text) h = (h ^ (unsigned char)*text++) * 16777619u;
	return h % BUCKETS;
}

static struct worker *find(const char *id) {
	struct worker *w = by_id[hash(id)];
	while (w && strcmp(w->id, id)) w = w->next_id;
	return w;
}

/* All workers, in no order: the one behind w, the first one behind null. */
static struct worker *next_worker(const struct worker *w) {
	if (w && w->next_id) return w->next_id;
	for (unsigned b = w ? hash(w->id) + 1 : 0; b < BUCKETS; b++)
		if (by_id[b]) return by_id[b];
	return 0;
}

static struct worker *new_worker(const char *id, const char *lease) {
	struct worker *w = calloc(1, sizeof *w);
	if (!w) return 0;
	w->kind = WORKER;
	w->lockfd = w->pidfd = -1;
	strcpy(w->id, id);
	strcpy(w->lease, lease);
	w->next_id = by_id[hash(id)];
	by_id[hash(id)] = w;
	return w;
}

static void forget(struct worker *w) {
	struct worker **p = &by_id[hash(w->id)];
	while (*p != w) p = &(*p)->next_id;
	*p = w->next_id;
	if (w->lockfd >= 0) close(w->lockfd);
	if (w->pidfd >= 0) close(w->pidfd);
	free(w);
}

static void lives(struct worker *w) {
	struct worker **bucket = &by_pid[(unsigned)w->pid % BUCKETS];
	w->next_pid = *bucket;
	*bucket = w;
	living++;
}

static void lives_no_more(struct worker *w) {
	struct worker **p = &by_pid[(unsigned)w->pid % BUCKETS];
	while (*p != w) p = &(*p)->next_pid;
	*p = w->next_pid;
	living--;
	w->over = 1;
}

/* ---- journal */

static int put(int fd, const char *text) {
	size_t n = strlen(text);
	ssize_t written = write(fd, text, n);
	return written == (ssize_t)n ? 0 : written < 0 ? errno : ENOSPC;
}

/* Room for what is still to be written about every living worker: a full disk then costs no status. */
static int reserve(void) {
	uint64_t want = journal_length + (uint64_t)(living + 2) * ROOM, more = want + 64 * ROOM;
	if (want <= journal_room) return 0;
	if (fallocate(journal, FALLOC_FL_KEEP_SIZE, 0, (off_t)more)) {
		if (errno == EOPNOTSUPP || errno == ENOSYS) return 0;
		more = want;
		if (fallocate(journal, FALLOC_FL_KEEP_SIZE, 0, (off_t)more)) return errno;
	}
	journal_room = more;
	return 0;
}

static int write_kept(int fd) {
	char line[MAX_LINE];
	snprintf(line, sizeof line, "K %d %s %d %" PRIu64 "\n", VERSION, context, (int)getpid(), ticks_of(getpid()));
	int error = put(fd, line);
	for (struct worker *w = next_worker(0); w && !error; w = next_worker(w)) {
		error = put(fd, w->birth);
		if (!error) error = put(fd, w->end);
	}
	return error;
}

/* Writes the journal anew, without what was acknowledged. Where that fails the present one stays. */
static int rewrite(void) {
	int old = journal, fd = open("journal.new", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	uint64_t length = journal_length, room = journal_room;
	int error = fd < 0 ? errno : write_kept(fd);
	if (!error) {
		journal = fd;
		journal_length = (uint64_t)lseek(fd, 0, SEEK_END);
		journal_room = 0;
		error = reserve();
		if (!error && rename("journal.new", "journal")) error = errno;
	}
	if (error) {
		journal = old;
		journal_length = length;
		journal_room = room;
		unlink("journal.new");
	}
	journal_kept = journal_length; /* after a failure, too: it is not tried again at every turn */
	old = error ? fd : old;
	if (old >= 0) close(old);
	return error;
}

/* A line that found no room is taken back whole, so that it spoils none behind it; what was reserved goes with it. */
static void take_back(void) {
	journal_room = 0;
	if (ftruncate(journal, (off_t)journal_length)) rewrite();
	reserve();
}

static void append(const char *line) {
	if (put(journal, line))
		take_back();
	else
		journal_length += strlen(line);
}

static void forget_record(struct worker *w) {
	char line[MAX_LINE];
	snprintf(line, sizeof line, "A %s\n", w->id);
	append(line);
	forget(w);
	if (journal_length > CHUNK + 2 * journal_kept) rewrite();
}

/* ---- clients */

static void flush_out(struct client *c) {
	size_t off = 0;
	while (off < c->outlen && !c->dead) {
		ssize_t n = send(c->fd, c->out + off, c->outlen - off, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0)
			off += (size_t)n;
		else if (errno == EAGAIN)
			break;
		else if (errno != EINTR)
			c->dead = 1;
	}
	if (off) memmove(c->out, c->out + off, c->outlen - off);
	c->outlen -= off;
	if (!c->dead && c->blocked != (c->outlen > 0)) {
		c->blocked = !c->blocked;
		struct epoll_event e = {.events = EPOLLIN | (c->blocked ? EPOLLOUT : 0U), .data.ptr = c};
		epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &e);
	}
}

static void send_to(struct client *c, const char *frame, size_t n) {
	if (c->outlen + n + 4 > MAX_OUT) {
		c->dead = 1;
		return;
	}
	for (int i = 0; i < 4; i++) c->out[c->outlen++] = (char)(n >> 8 * i & 255);
	memcpy(c->out + c->outlen, frame, n);
	c->outlen += n;
}

/* Tabs of the format become the ends of fields; a client of null is every one that said HELLO. */
__attribute__((format(printf, 2, 3))) static void tell(struct client *to, const char *format, ...) {
	char frame[1024];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(frame, sizeof frame, format, args) + 1;
	va_end(args);
	if (n > (int)sizeof frame) n = sizeof frame;
	for (int i = 0; i < n; i++)
		if (frame[i] == '\t') frame[i] = 0;
	for (struct client *c = clients; c < clients + MAX_CLIENTS; c++)
		if (c->fd >= 0 && !c->dead && (to ? c == to : c->hello)) send_to(c, frame, (size_t)n);
}

static void failed(struct client *c, const char *tag, enum step step, int error) {
	tell(c, "FAILED\t%s\t%s\t%d\t%s", tag, STEPS[step], error, strerror(error));
}

/* What a request answers that either works or does not. */
static void done(struct client *c, const char *tag, const char *answer, int error) {
	if (error)
		failed(c, tag, AT_REQUEST, error);
	else
		tell(c, "%s\t%s", answer, tag);
}

static void hang_up(struct client *c) {
	close(c->fd);
	explicit_bzero(c->in, c->inlen); /* what was behind is wiped */
	free(c->in);
	memset(c, 0, sizeof *c);
	c->fd = -1;
	connected--;
}

/* ---- lock and fence */

static int take_lock(const char *path, int *fd) {
	int error = open_regular(path, O_CREAT, fd);
	if (!error && flock(*fd, LOCK_EX | LOCK_NB)) {
		error = errno;
		close(*fd);
		*fd = -1;
	}
	return error;
}

static uint64_t admitted(int lockfd) {
	char text[32];
	uint64_t value = 0;
	ssize_t n = pread(lockfd, text, sizeof text - 1, 0);
	text[n < 0 ? 0 : n] = 0;
	text[strcspn(text, "\n")] = 0;
	return number(text, 10, INT64_MAX, &value) ? value : 0;
}

static int admit(int lockfd, uint64_t epoch) {
	char line[32];
	int n = snprintf(line, sizeof line, "%019" PRIu64 "\n", epoch);
	ssize_t written = pwrite(lockfd, line, (size_t)n, 0);
	return written == n ? 0 : written < 0 ? errno : ENOSPC;
}

static void fence(struct client *c, char **v) {
	uint64_t wanted = strtoull(v[3], 0, 10), before;
	int fd, error = take_lock(v[2], &fd);
	if (error == EWOULDBLOCK) {
		tell(c, "HELD\t%s", v[1]);
	} else if (error) {
		failed(c, v[1], AT_LOCK, error);
	} else {
		before = admitted(fd);
		error = wanted > before ? admit(fd, wanted) : 0;
		close(fd);
		if (error)
			failed(c, v[1], AT_FENCE, error);
		else
			tell(c, "FENCED\t%s\t%" PRIu64, v[1], before);
	}
}

static void probe(struct client *c, char **v) {
	int fd, error = open_regular(v[2], 0, &fd);
	const char *found = !error ? "free" : error == ENOENT ? "absent" : "failed";
	if (!error) {
		if (flock(fd, LOCK_SH | LOCK_NB)) found = errno == EWOULDBLOCK ? "busy" : "failed";
		close(fd);
	}
	tell(c, "PROBED\t%s\t%s", v[1], found);
}

/* ---- start */

struct start {
	struct worker *w;
	const char *account, *cwd;
	char **argv, **envp; /* before argv is a slot for a shell */
	uint64_t epoch, before;
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

/* Its birth record; the answer is its start time. */
static uint64_t describe(const struct start *s, pid_t pid, char *line) {
	uint64_t ticks = ticks_of(pid);
	snprintf(line, MAX_LINE, "B %s %s %" PRIu64 " %s %s %s %d %" PRIu64 " %s\n", s->w->id, s->account, s->epoch, boot,
		pid_ns, time_ns, (int)pid, ticks, *s->w->lease ? s->w->lease : "-");
	return ticks;
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
	execve(s->argv[0], s->argv, s->envp);
	if (errno != ENOEXEC) return;
	int fd = open(s->argv[0], O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read(fd, head, sizeof head) >= 0 && memcmp(head, "\177ELF", sizeof head)) {
		s->argv[-1] = (char *)"/bin/sh";
		execve(s->argv[-1], s->argv - 1, s->envp);
	}
	errno = ENOEXEC;
}

_Noreturn static void child(struct start *s) {
	char line[MAX_LINE];
	sigset_t none;
	int leased = *s->w->lease != 0;
	if (setsid() < 0 || (leased && prctl(PR_SET_PDEATHSIG, SIGKILL))) give_up(s->report, AT_SESSION);
	if (leased && getppid() != s->keeper) /* it died before that signal was asked for */
		_exit(126);
	describe(s, getpid(), line);
	errno = put(journal, line);
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
	s->before = admitted(s->w->lockfd);
	error = s->epoch > s->before ? admit(s->w->lockfd, s->epoch) : ESTALE;
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
		w->ticks = describe(s, w->pid, w->birth);
		lives(w);
		tell(c, "RUN\t%s\t%d\t%" PRIu64, w->id, (int)w->pid, w->ticks);
	} else if (f.step == AT_LOCK && f.error == EWOULDBLOCK) {
		tell(c, "BUSY\t%s", w->id);
	} else if (f.step == AT_FENCE && s->epoch <= s->before) {
		tell(c, "SUPERSEDED\t%s\t%" PRIu64, w->id, s->before);
	} else {
		failed(c, w->id, f.step, f.error);
	}
	if (f.error && f.step == AT_RECORD)
		take_back();
	else if (f.step >= AT_FORK) /* the child has written, whose descriptor of the journal is not ours */
		journal_length = (uint64_t)lseek(journal, 0, SEEK_END);
	if (f.error && f.step > AT_RECORD)
		forget_record(w);
	else if (f.error)
		forget(w);
}

static int is_leased(const char *lease) {
	return leash && !strcmp(leash->name, lease) && clock_ms(CLOCK_BOOTTIME) < leash->stop_at;
}

/* START id account epoch lock log cwd umask nice lease limits argc arg... env... */
static void start(struct client *c, char **v, int n) {
	struct start s = {.account = v[2], .cwd = v[6], .logfd = -1};
	uint64_t argc;
	if (!read_limits(&s, v[10]) || !number(v[11], 10, (uint64_t)(n - 12), &argc) || argc < 1 || find(v[1])) {
		failed(c, v[1], AT_ARGUMENTS, find(v[1]) ? EEXIST : EINVAL);
		return;
	}
	if (*v[9] && !is_leased(v[9])) {
		tell(c, "UNLEASED\t%s", v[1]);
		return;
	}
	s.epoch = strtoull(v[3], 0, 10);
	s.mask = (mode_t)strtoul(v[7], 0, 8);
	s.nice = atoi(v[8]) - 20;
	s.w = new_worker(v[1], v[9]);
	if (!s.w) {
		failed(c, v[1], AT_FORK, ENOMEM);
		return;
	}
	s.w->oom = oom_kills();
	/* The words go down by one, over their number, and make room for the null between arguments and environment. */
	memmove(v + 11, v + 12, (size_t)argc * sizeof *v);
	s.argv = v + 11;
	s.argv[argc] = 0;
	s.envp = s.argv + argc + 1;
	launch(c, &s, v);
}

/* ---- end */

/* Children of ours that are no workers. Whatever a worker leaves behind falls to us when it ends, as we are its subreaper:
   where there are none, nothing of it is left, however it hides. -1 where we are none, as in an emulator, or the kernel does
   not list children. */
static int orphans(void) {
	static char list[1 << 17];
	char path[64], *rest = 0;
	int found = 0;
	snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
	size_t n = slurp(path, list, sizeof list);
	if (!subreaper || n == sizeof list - 1 || (n == 0 && access(path, R_OK))) return -1;
	for (char *word = strtok_r(list, " ", &rest); word; word = strtok_r(0, " ", &rest)) {
		pid_t pid = (pid_t)atol(word);
		const struct worker *w = by_pid[(unsigned)pid % BUCKETS];
		while (w && (w->pid != pid || w->pidfd >= 0)) w = w->next_pid;
		found += !w;
	}
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

/* Whoever sees the lock free must find the exit record, so this comes after it. Through /proc the same file is opened
   anew, without our own lock. */
static int still_locked(struct worker *w) {
	char path[40];
	snprintf(path, sizeof path, "/proc/self/fd/%d", w->lockfd);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	close(w->lockfd);
	w->lockfd = -1;
	int busy = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
	if (fd >= 0) close(fd);
	return busy;
}

static uint64_t micros(struct timeval t) { return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_usec; }

/* A status of null is one that nobody knows. */
static void ended(struct worker *w, const int *status, const struct rusage *use) {
	char how[16] = "-", left[16] = "-";
	int orphaned = w->pidfd < 0 && status ? orphans() : -1;
	long oom = status ? oom_kills() - w->oom : 0;
	if (status) snprintf(how, sizeof how, "%d", *status);
	if (orphaned >= 0) snprintf(left, sizeof left, "%d", orphaned);
	int n = snprintf(w->end, sizeof w->end, "E %s %s %" PRIu64 " %ld %" PRIu64 " %" PRIu64 " %ld %d %d %s\n", w->id, how,
		clock_ms(CLOCK_REALTIME), use->ru_maxrss, micros(use->ru_utime), micros(use->ru_stime), oom, w->sent,
		group_left(w), left);
	append(w->end);
	lives_no_more(w);
	if (w->lockfd >= 0 && still_locked(w)) {
		snprintf(w->end + n, sizeof w->end - (size_t)n, "L %s\n", w->id);
		append(w->end + n);
	}
	tell(0, "EXIT\t%s\t%s", w->id, how);
}

static void reap(void) {
	struct rusage use;
	int status;
	pid_t pid;
	while ((pid = wait4(-1, &status, WNOHANG, &use)) > 0) {
		struct worker *w = by_pid[(unsigned)pid % BUCKETS];
		while (w && (w->pid != pid || w->pidfd >= 0)) w = w->next_pid;
		if (w) /* else an orphan that one of them left behind */
			ended(w, &status, &use);
	}
}

/* A worker whose keeper died has ended: if it is reaped the kernel tells its status from Linux 6.15 on, else its zombie
   does. There it reads 0 for whoever may not see it, and so may not see its namespace. */
static void adopted_ended(struct worker *w) {
	static const struct rusage nothing;
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
	ended(w, known ? &status : 0, &nothing);
	close(w->pidfd);
	w->pidfd = -1;
}

/* ---- signals */

/* To a process whose number is its own: pinned by the descriptor or, a child of ours, as it is not reaped. */
static int send_signal(pid_t pid, int pidfd, int sig, int group) {
	if (pidfd < 0) return kill(group ? -pid : pid, sig) ? errno : 0;
	if (!signal_fd(pidfd, sig, group ? PIDFD_SIGNAL_GROUP : 0U)) return 0;
	if (!group || errno != EINVAL) return errno;
	/* Before Linux 6.9 no descriptor reaches a group: as close as it gets to the proof that the number is its own. */
	return signal_fd(pidfd, 0, 0) || kill(-pid, sig) ? errno : 0;
}

static int signal_worker(struct worker *w, int sig, int group) {
	int error = send_signal(w->pid, w->pidfd, sig, group);
	if (!error && sig) w->sent = sig;
	return error;
}

/* Of others than our workers, such as stragglers and what the sh launcher started, a group goes with its leader. */
static int signal_other(pid_t pid, uint64_t ticks, int sig, char scope) {
	int fd = open_process(pid, ticks);
	if (fd < 0) return errno;
	pid_t group = scope == 'p' ? -1 : getpgid(pid);
	int error = scope == 'm' && group > 1 && group != pid ? send_signal(group, -1, sig, 1)
														  : send_signal(pid, fd, sig, group == pid);
	close(fd);
	return error;
}

static void signal_request(struct client *c, char **v) {
	pid_t pid = (pid_t)atol(v[2]);
	uint64_t ticks = strtoull(v[3], 0, 10);
	int sig = atoi(v[4]);
	struct worker *w = by_pid[(unsigned)pid % BUCKETS];
	while (w && (w->pid != pid || w->ticks != ticks)) w = w->next_pid;
	int error = w ? signal_worker(w, sig, *v[5] != 'p') : signal_other(pid, ticks, sig, *v[5]);
	done(c, v[1], error == ESRCH ? "GONE" : "SENT", error == ESRCH ? 0 : error);
}

/* ---- leases */

static void signal_lease(const struct lease *l, int sig) {
	for (struct worker *w = next_worker(0); w; w = next_worker(w))
		if (!w->over && !strcmp(w->lease, l->name)) signal_worker(w, sig, 1);
}

/* Ends the workers of leases that have run out; the answer is when the next one does. */
static uint64_t check_leases(void) {
	uint64_t now = clock_ms(CLOCK_BOOTTIME), next = UINT64_MAX;
	for (struct lease *l = leases; l < leases + MAX_LEASES; l++) {
		if (!*l->name || l->killed) continue;
		if (now >= l->kill_at) {
			l->killed = 1;
			signal_lease(l, SIGKILL);
			continue;
		}
		if (now >= l->stop_at && !l->stopped) {
			l->stopped = 1;
			signal_lease(l, SIGTERM);
		}
		uint64_t due = l->stopped ? l->kill_at : l->stop_at;
		next = due < next ? due : next;
	}
	return next;
}

/* The lease of that name, else room for it: what is empty, else what is over. */
static struct lease *lease_named(const char *name) {
	struct lease *room = 0;
	for (struct lease *l = leases; l < leases + MAX_LEASES; l++) {
		if (!strcmp(l->name, name)) return l;
		if (!room && (!*l->name || (l->killed && l != leash))) room = l;
	}
	if (room) {
		memset(room, 0, sizeof *room);
		strcpy(room->name, name);
	}
	return room;
}

/* A lease is never shortened, and one whose workers were killed is over. */
static void leash_request(struct client *c, char **v) {
	uint64_t stop_at = strtoull(v[3], 0, 10), kill_at = strtoull(v[4], 0, 10);
	struct lease *l = kill_at < stop_at ? 0 : lease_named(v[2]);
	if (!l || l->killed) {
		failed(c, v[1], AT_REQUEST, l ? ESTALE : kill_at < stop_at ? EINVAL : ENOSPC);
		return;
	}
	leash = l;
	if (stop_at > l->stop_at) {
		l->stop_at = stop_at;
		l->stopped = 0;
	}
	if (kill_at > l->kill_at) l->kill_at = kill_at;
	tell(c, "DONE\t%s", v[1]);
}

/* ---- other requests */

static void hello(struct client *c, char **v) {
	c->hello = 1;
	tell(c, "KEEPER\t%s\t%d\t%s\t%d\t%" PRIu64, v[1], VERSION, context, (int)getpid(), ticks_of(getpid()));
}

static void acknowledge(struct client *c, char **v) {
	struct worker *w = find(v[2]);
	if (w && w->over) forget_record(w);
	tell(c, "DONE\t%s", v[1]);
}

static void punch(struct client *c, char **v) {
	off_t offset = (off_t)strtoull(v[3], 0, 10), length = (off_t)strtoull(v[4], 0, 10);
	int fd, error = open_regular(v[2], 0, &fd);
	if (!error) {
		error = fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length) ? errno : 0;
		close(fd);
	}
	done(c, v[1], "DONE", error);
}

/* i name, a account, l name or nothing, p path, o umask, n nice, d decimal, # pid, s signal, t target, * anything. */
static int fits(const char *field, char kind) {
	uint64_t n;
	switch (kind) {
	case 'i': return is_name(field, MAX_ID);
	case 'a': return is_name(field, MAX_ACCOUNT);
	case 'l': return !*field || is_name(field, MAX_ID);
	case 'p': return *field == '/';
	case 'd': return number(field, 10, INT64_MAX, &n);
	case 'o': return number(field, 8, 0777, &n);
	case 'n': return number(field, 10, 39, &n);
	case '#': return number(field, 10, INT32_MAX, &n) && n > 1;
	case 's': return number(field, 10, 64, &n);
	case 't': return !strcmp(field, "p") || !strcmp(field, "g") || !strcmp(field, "m");
	default: return 1;
	}
}

static void request(struct client *c, char **v, int n) {
	static const struct {
		const char *name, *fields; /* behind the name */
		void (*serve)(struct client *, char **);
	} REQUESTS[] = {{"HELLO", "**", hello}, {"FENCE", "*pd", fence}, {"PROBE", "*p", probe},
		{"SIGNAL", "*#dst", signal_request}, {"ACK", "*i", acknowledge}, {"LEASH", "*idd", leash_request},
		{"PUNCH", "*pdd", punch}, {"START", "iadppponl*dp", 0}};
	const char *tag = n > 1 ? v[1] : "-";
	size_t i = 0, fields = (size_t)n - 1;
	while (i < sizeof REQUESTS / sizeof *REQUESTS && strcmp(v[0], REQUESTS[i].name)) i++;
	if (i == sizeof REQUESTS / sizeof *REQUESTS || (i && !c->hello) || fields < strlen(REQUESTS[i].fields)
		|| (fields > strlen(REQUESTS[i].fields) && REQUESTS[i].serve)) {
		tell(c, "UNSUPPORTED\t%s", tag);
		return;
	}
	for (size_t field = 0; REQUESTS[i].fields[field]; field++)
		if (!fits(v[field + 1], REQUESTS[i].fields[field])) {
			failed(c, tag, AT_ARGUMENTS, EINVAL);
			return;
		}
	if (REQUESTS[i].serve)
		REQUESTS[i].serve(c, v);
	else
		start(c, v, n);
}

/* ---- input */

/* 0 if it is no frame. */
static int frame(struct client *c, char *p, size_t length) {
	int n = 0;
	if (!length || p[length - 1]) return 0;
	for (size_t i = 0; i < length; i++) n += !p[i];
	char **v = malloc(((size_t)n + 1) * sizeof *v);
	if (!v) return 0;
	n = 0;
	for (char *field = p; field < p + length; field += strlen(field) + 1) v[n++] = field;
	v[n] = 0;
	int good = n < 2 || (strlen(v[1]) <= MAX_ID && !strchr(v[1], '\t'));
	if (good) request(c, v, n);
	free(v);
	return good;
}

static size_t length_at(const char *p) {
	const unsigned char *b = (const unsigned char *)p;
	return (size_t)b[0] | (size_t)b[1] << 8 | (size_t)b[2] << 16 | (size_t)b[3] << 24;
}

/* Serves the whole frames among what has come, and says how many bytes they were. */
static size_t serve_frames(struct client *c) {
	size_t off = 0;
	for (int done = 1; !c->dead && c->inlen - off >= 4; done++) {
		size_t length = length_at(c->in + off);
		if (length > MAX_FRAME) {
			c->dead = 1;
			break;
		}
		if (c->inlen - off - 4 < length) break;
		if (!frame(c, c->in + off + 4, length)) c->dead = 1;
		off += 4 + length;
		if (done % 8 == 0) { /* a large batch holds up neither its own first answers nor a leash */
			flush_out(c);
			check_leases();
		}
	}
	return off;
}

static void input(struct client *c) {
	size_t room = MAX_FRAME + 4 - c->inlen;
	ssize_t n = recv(c->fd, c->in + c->inlen, room < CHUNK ? room : CHUNK, MSG_DONTWAIT);
	if (n <= 0) {
		c->dead |= n == 0 || (errno != EAGAIN && errno != EINTR);
		return;
	}
	c->inlen += (size_t)n;
	size_t served = serve_frames(c);
	if (!served) return;
	c->inlen -= served;
	memmove(c->in, c->in + served, c->inlen);
	explicit_bzero(c->in + c->inlen, served); /* environments hold secrets */
}

static void greet(void) {
	struct ucred peer;
	socklen_t size = sizeof peer;
	struct client *c = clients;
	int fd = accept4(listener, 0, 0, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0 && (errno == EMFILE || errno == ENFILE)) { /* let in to be let go, else it is announced for ever */
		close(spare_fd);
		close(accept4(listener, 0, 0, SOCK_CLOEXEC));
		spare_fd = fcntl(null_fd, F_DUPFD_CLOEXEC, 3);
	}
	if (fd < 0) return;
	while (c < clients + MAX_CLIENTS && c->fd >= 0) c++;
	char *buffers = c == clients + MAX_CLIENTS ? 0 : malloc(MAX_FRAME + 4 + MAX_OUT);
	if (!buffers || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) || peer.uid != geteuid()
		|| watch(fd, EPOLLIN, c)) {
		free(buffers);
		close(fd);
		return;
	}
	connected++;
	c->in = buffers;
	c->out = buffers + MAX_FRAME + 4;
	c->kind = CLIENT;
	c->fd = fd;
	idle_until = 0;
}

/* ---- what an earlier keeper left */

static void read_birth(const char *line, char **v) {
	uint64_t pid, ticks;
	if (find(v[1]) || !number(v[7], 10, INT32_MAX, &pid) || !number(v[8], 10, UINT64_MAX, &ticks)) return;
	struct worker *w = new_worker(v[1], strcmp(v[9], "-") ? v[9] : "");
	if (!w) return;
	strcpy(w->birth, line);
	w->pid = strcmp(v[4], boot) || strcmp(v[5], pid_ns) || strcmp(v[6], time_ns) ? 0 : (pid_t)pid;
	w->ticks = ticks;
}

static void read_line(const char *line) {
	char copy[MAX_LINE], *v[10], *rest = 0;
	int n = 0;
	strcpy(copy, line);
	for (char *word = strtok_r(copy, " \n", &rest); word && n < 10; word = strtok_r(0, " \n", &rest)) v[n++] = word;
	struct worker *w = n > 1 && is_name(v[1], MAX_ID) ? find(v[1]) : 0;
	if (n == 10 && *line == 'B' && is_name(v[1], MAX_ID) && strlen(v[9]) <= MAX_ID) {
		read_birth(line, v);
	} else if (w && *line == 'A') {
		forget(w);
	} else if (w && (*line == 'E' || *line == 'L') && strlen(w->end) + strlen(line) < sizeof w->end) {
		strcat(w->end, line);
		w->over = 1;
	}
}

/* One that lives and cannot be watched stays in the journal until that is written anew. */
static void adopt(struct worker *w) {
	static const struct rusage nothing;
	w->pidfd = open_process(w->pid, w->ticks);
	int gone = w->pidfd < 0 && errno == ESRCH;
	if (!gone && (w->pidfd < 0 || watch(w->pidfd, EPOLLIN, w))) {
		forget(w);
		return;
	}
	lives(w);
	w->oom = oom_kills();
	if (gone)
		ended(w, 0, &nothing);
	else if (*w->lease)
		signal_worker(w, SIGKILL, 1); /* its leash died with its keeper */
}

static int read_journal(void) {
	char line[MAX_LINE];
	int fd = open("journal", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	FILE *old = fd < 0 ? 0 : fdopen(fd, "r");
	if (!old) return errno == ENOENT ? 0 : errno;
	while (fgets(line, sizeof line, old))
		if (strchr(line, '\n')) read_line(line);
	int error = ferror(old) ? EIO : 0;
	fclose(old);
	return error;
}

/* Reads the journal, writes it anew, and adopts who lives. */
static int resume(void) {
	struct worker *w, *next;
	int error = read_journal();
	for (w = next_worker(0); w; w = next) {
		next = next_worker(w);
		if (!w->over && !w->pid) /* it died with its machine or namespace, or is another keeper's */
			forget(w);
	}
	if (!error) error = rewrite();
	for (w = error ? 0 : next_worker(0); w; w = next) {
		next = next_worker(w);
		if (!w->over) adopt(w);
	}
	return error;
}

/* ---- the loop */

static int has_children(void) {
	siginfo_t info;
	return living > 0 || waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

static void leave_if_done(void) {
	if (connected || clock_ms(CLOCK_BOOTTIME) < idle_until || has_children()) return;
	greet(); /* somebody may have come meanwhile; who comes now is cut off and tries again, at the next keeper */
	if (connected) return;
	unlink("sock");
	if (!next_worker(0)) unlink("journal");
	_exit(0);
}

/* The timeout of epoll stands still while the machine sleeps, and a leash does not. */
static void wake_at(uint64_t due) {
	static uint64_t set = UINT64_MAX;
	struct itimerspec t = {.it_value = {0, 0}};
	if (due == set) return;
	if (due != UINT64_MAX) {
		t.it_value.tv_sec = (time_t)(due / 1000);
		t.it_value.tv_nsec = (long)(due % 1000) * 1000000;
	}
	timerfd_settime(timer, TFD_TIMER_ABSTIME, &t, 0);
	set = due;
}

static void handle(const struct epoll_event *e) {
	enum kind *kind = e->data.ptr;
	struct signalfd_siginfo info[8];
	uint64_t times;
	switch (*kind) {
	case LISTENER: greet(); break;
	case SIGNALS:
		while (read(signals, info, sizeof info) > 0)
			; /* one signal may stand for many ends */
		reap();
		break;
	case TIMER:
		while (read(timer, &times, sizeof times) > 0); /* whatever is due is looked at in every turn */
		break;
	case WORKER: adopted_ended((struct worker *)kind); break;
	case CLIENT:
		if (e->events & EPOLLOUT) flush_out((struct client *)kind);
		if (e->events & (EPOLLIN | EPOLLHUP | EPOLLERR)) input((struct client *)kind);
		break;
	}
}

/* Their buffers may have been in use before the end of a turn. */
static void send_and_hang_up(void) {
	for (struct client *c = clients; c < clients + MAX_CLIENTS; c++) {
		if (c->fd >= 0 && !c->dead && c->outlen) flush_out(c);
		if (c->fd >= 0 && c->dead) hang_up(c);
	}
}

_Noreturn static void serve(void) {
	struct epoll_event events[32];
	for (;;) {
		uint64_t due = check_leases();
		send_and_hang_up();
		leave_if_done();
		if (clock_ms(CLOCK_BOOTTIME) < idle_until && idle_until < due) due = idle_until;
		wake_at(due);
		int n = epoll_wait(poller, events, 32, -1);
		check_leases(); /* before anybody is heard: a machine that slept past a deadline renews nothing */
		for (int i = 0; i < n; i++) handle(&events[i]);
	}
}

/* ---- begin */

_Noreturn static void die(int code, const char *what, int error) {
	dprintf(2, "keeper: %s: %s\n", what, strerror(error));
	_exit(code);
}

static void enter(const char *dir) {
	struct stat s;
	int fd, d = open(dir, O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_RDONLY);
	if (d < 0 || fstat(d, &s)) die(EX_FAILED, dir, errno);
	if (s.st_uid != geteuid() || (s.st_mode & 077)) die(EX_DENIED, "directory is not ours alone", EPERM);
	if (fchdir(d)) /* names are relative from here on: short enough for a socket, and not to be swapped */
		die(EX_FAILED, dir, errno);
	close(d);
	umask(077);
	int error = take_lock("lock", &fd); /* held until we end */
	if (error) die(error == EWOULDBLOCK ? EX_BUSY : EX_FAILED, "lock", error);
}

static void isolate(void) {
	sigset_t all;
	setsid();
	sigfillset(&all);
	sigprocmask(
		SIG_SETMASK, &all, 0); /* only KILL and STOP reach us: TERM of a service's stop must not cost a status */
	for (int sig = 1; sig <= 64; sig++) signal(sig, SIG_DFL);
	subreaper = !prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	prctl(PR_SET_NAME, "worker-keeper", 0, 0, 0);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* environments pass through our memory */
	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		struct rlimit most = {.rlim_cur = files.rlim_max, .rlim_max = files.rlim_max};
		setrlimit(RLIMIT_NOFILE, &most);
	}
	if (slurp("/proc/sys/kernel/random/boot_id", boot, sizeof boot) <= 1) strcpy(boot, "-");
	boot[strcspn(boot, "\n")] = 0;
	ssize_t n = readlink("/proc/self/ns/pid", pid_ns, sizeof pid_ns - 1);
	if (n > 0) pid_ns[n] = 0;
	n = readlink("/proc/self/ns/time", time_ns, sizeof time_ns - 1);
	if (n > 0) time_ns[n] = 0;
	find_oom_counter();
}

static void begin(void) {
	struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = "sock"};
	sigset_t some;
	sigemptyset(&some);
	sigaddset(&some, SIGCHLD);
	signals = signalfd(-1, &some, SFD_CLOEXEC | SFD_NONBLOCK);
	timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	poller = epoll_create1(EPOLL_CLOEXEC);
	spare_fd = fcntl(null_fd, F_DUPFD_CLOEXEC, 3);
	/* The numbers that a child gives to lock and report are never ours: it would close what it still needs. */
	if (signals < 0 || timer < 0 || poller < 0 || spare_fd < 0 || dup3(null_fd, LOCK_FD, O_CLOEXEC) < 0
		|| dup3(null_fd, REPORT_FD, O_CLOEXEC) < 0 || watch(signals, EPOLLIN, &signals_kind)
		|| watch(timer, EPOLLIN, &timer_kind))
		die(EX_FAILED, "descriptors", errno);
	int error = resume();
	if (error) die(EX_FAILED, "journal", error);
	unlink("sock");
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 128)
		|| watch(listener, EPOLLIN, &listener_kind))
		die(EX_FAILED, "sock", errno);
	idle_until = clock_ms(CLOCK_BOOTTIME) + IDLE_MS;
	for (int fd = 0; fd < 3; fd++) dup2(null_fd, fd);
}

int main(int argc, char **argv) {
	int ready[2], status;
	char code = 0;
	if (argc != 3 || !is_name(argv[2], 128)) {
		dprintf(2, "usage: keeper DIR CONTEXT\n");
		return EX_ARGUMENTS;
	}
	context = argv[2];
	for (struct client *c = clients; c < clients + MAX_CLIENTS; c++) c->fd = -1;
	syscall(SYS_close_range, 3, ~0U, 0);
	do null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (null_fd >= 0 && null_fd < 3); /* in place of standard descriptors that were closed */
	if (null_fd < 0 || pipe2(ready, O_CLOEXEC)) die(EX_FAILED, "descriptors", errno);
	pid_t pid = fork();
	if (pid < 0) die(EX_FAILED, "fork", errno);
	if (pid > 0) { /* the JVM waits for this process */
		close(ready[1]);
		if (read(ready[0], &code, 1) == 1) return 0;
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		return WIFEXITED(status) ? WEXITSTATUS(status) : EX_FAILED;
	}
	isolate();
	enter(argv[1]);
	begin();
	if (write(ready[1], &code, 1) != 1) return EX_FAILED;
	close(ready[0]);
	close(ready[1]);
	serve();
}
