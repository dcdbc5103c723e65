/*
 * keeper: starts, holds, signals and buries the workers of one execution context, and outlives the JVMs it serves.
 *
 *     keeper DIR CONTEXT     0: listens now, 75: another keeper has DIR, else standard error says what failed
 *
 * DIR is ours alone (0700). In it: lock, held while a keeper lives; sock; journal. One process, one thread, no polling.
 * This file begins and runs the loop; keeper.h tells what the others do.
 *
 * Frames, both ways: length (32 bits, little endian), then fields that end in NUL. Field 0 names the frame, field 1 is
 * a tag of the client's, 64 bytes at most and without a tab, that the answer repeats. Numbers are decimal. A frame that
 * is none (no NUL at its end, too long, a bad tag) ends the connection. One that is unknown, has another number of
 * fields or comes before HELLO is answered UNSUPPORTED; one whose fields are no good, FAILED tag arguments 22.
 *
 *     HELLO   tag version                                   KEEPER tag version context pid ticks
 *     START   id account epoch lock log cwd umask nice lease limits program argc arg... env...
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
 * of the kernel's numbers, - is unlimited, those that are left out stay as they are here. All paths are absolute. Program
 * is the path that is run, the first argument the name by which it is called.
 *
 * A start, in this order; its tag is the worker id:
 *   1. Its lease, if it names one, is the one that was leashed last, and stopping has not begun.
 *   2. Room in the journal for the records of every worker that lives.
 *   3. The account's lock, without waiting: BUSY, and the client may try again. The epoch is above the number in the
 * lock file (else SUPERSEDED), and is written there.
 *   4. The worker's process: session, birth record, descriptors, working directory, limits, exec. The lock is inherited
 * as descriptor 63, and a copy of it is kept here until the exit record is written.
 *
 * An end: group looked at, exit record, then our copy of the lock is let go, then EXIT. The record stays until ACK; one
 * that could not be written is written as soon as that is possible.
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
 * Lock, sock and journal are put back a second after somebody removes them, such as a cleaner of old files; who removes the
 * whole directory is through by then. A directory that another keeper has by now, or has left a journal in, is left to it
 * and the next one.
 *
 * A keeper that begins in a directory with a journal adopts the living and keeps the ended. It leaves when it has no
 * client, no child and no record to be written; the journal stays unless everything in it was acknowledged.
 */
#include "keeper.h"
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

enum { IDLE_MS = 10000, SETTLE_MS = 1000, EX_ARGUMENTS = 64, EX_FAILED = 74, EX_BUSY = 75, EX_DENIED = 77 };

static enum kind signals_kind = SIGNALS, timer_kind = TIMER, changes_kind = CHANGES;
static int signals, timer, changes, lock_fd;
static uint64_t idle_until, look_at; /* look_at: when to look after our files, 0: nobody touched them */

/* ---- the loop */

static int has_children(void) {
	siginfo_t info;
	return living > 0 || waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

static void leave_if_done(void) {
	if (connected) idle_until = 0;
	if (connected || clock_ms(CLOCK_BOOTTIME) < idle_until || has_children()) return;
	greet(); /* somebody may have come meanwhile; who comes now is cut off and tries again, at the next keeper */
	if (connected) return;
	remove_socket();
	if (!next_worker(0)) remove_journal();
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

/* An error is one that may pass; in a directory that was removed itself nothing can be made. */
static int look_after_files(void) {
	struct stat own;
	int fd, error = 0;
	if (!fstat(lock_fd, &own) && !is_in_place("lock", &own)) {
		error = take_lock("lock", &fd);
		if (error == EWOULDBLOCK || error == ENOENT) return 0;
		if (error) return error;
		if (is_replaced()) { /* its keeper is gone: the next one reads what it left */
			close(fd);
			return 0;
		}
		close(lock_fd);
		lock_fd = fd;
	}
	error = look_after_journal();
	return error ? error : look_after_socket();
}

static void handle(const struct epoll_event *e) {
	enum kind *kind = e->data.ptr;
	struct signalfd_siginfo info[8];
	char changed[4096];
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
	case CHANGES:
		while (read(changes, changed, sizeof changed) > 0); /* whichever they are */
		look_at = clock_ms(CLOCK_BOOTTIME) + SETTLE_MS;
		break;
	case WORKER: adopted_ended((struct worker *)kind); break;
	case CLIENT:
		if (e->events & EPOLLOUT) flush_out((struct client *)kind);
		if (e->events & (EPOLLIN | EPOLLHUP | EPOLLERR)) input((struct client *)kind);
		break;
	}
}

_Noreturn static void serve(void) {
	struct epoll_event events[32];
	for (;;) {
		uint64_t due = check_leases(), late = catch_up();
		if (look_at && clock_ms(CLOCK_BOOTTIME) >= look_at)
			look_at = look_after_files() ? clock_ms(CLOCK_BOOTTIME) + SETTLE_MS : 0;
		if (look_at && look_at < due) due = look_at;
		send_and_hang_up();
		if (late == UINT64_MAX)
			leave_if_done();
		else if (late < due)
			due = late;
		if (clock_ms(CLOCK_BOOTTIME) < idle_until && idle_until < due) due = idle_until;
		wake_at(due);
		int n = epoll_wait(poller, events, 32, -1);
		check_leases(); /* before anybody is heard: a machine that slept past a deadline renews nothing */
		for (int i = 0; i < n; i++) handle(&events[i]);
	}
}

static void look_at_leases(void) { check_leases(); }

/* ---- begin */

_Noreturn static void die(int code, const char *what, int error) {
	dprintf(2, "keeper: %s: %s\n", what, strerror(error));
	_exit(code);
}

static void enter(const char *dir) {
	struct stat s;
	int d = open(dir, O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_RDONLY);
	if (d < 0 || fstat(d, &s)) die(EX_FAILED, dir, errno);
	if (s.st_uid != geteuid() || (s.st_mode & 077)) die(EX_DENIED, "directory is not ours alone", EPERM);
	if (fchdir(d)) /* names are relative from here on: short enough for a socket, and not to be swapped */
		die(EX_FAILED, dir, errno);
	close(d);
	umask(077);
	int error = take_lock("lock", &lock_fd); /* held until we end */
	if (error) die(error == EWOULDBLOCK ? EX_BUSY : EX_FAILED, "lock", error);
}

static void isolate(void) {
	static const char NOTHING[64]; /* the default action, of no flags and no mask, as the kernel has it */
	uint64_t all = UINT64_MAX;
	setsid();
	/* Only KILL and STOP reach us: TERM of a service's stop must not cost a status. Not by the C library, which leaves out
	   those that it takes for its own. */
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, 0, sizeof all);
	for (int sig = 1; sig <= 64; sig++) syscall(SYS_rt_sigaction, sig, NOTHING, 0, sizeof all);
	subreaper = !prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	prctl(PR_SET_NAME, "worker-keeper", 0, 0, 0);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* environments pass through our memory */
	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		struct rlimit most = {.rlim_cur = files.rlim_max, .rlim_max = files.rlim_max};
		setrlimit(RLIMIT_NOFILE, &most);
	}
	find_oom_counter();
}

static void begin(void) {
	sigset_t some;
	sigemptyset(&some);
	sigaddset(&some, SIGCHLD);
	signals = signalfd(-1, &some, SFD_CLOEXEC | SFD_NONBLOCK);
	timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	poller = epoll_create1(EPOLL_CLOEXEC);
	/* The numbers that a child gives to lock and report are never ours: it would close what it still needs. */
	if (signals < 0 || timer < 0 || poller < 0 || dup3(null_fd, LOCK_FD, O_CLOEXEC) < 0
		|| dup3(null_fd, REPORT_FD, O_CLOEXEC) < 0 || watch(EPOLL_CTL_ADD, signals, EPOLLIN, &signals_kind)
		|| watch(EPOLL_CTL_ADD, timer, EPOLLIN, &timer_kind))
		die(EX_FAILED, "descriptors", errno);
	int error = resume();
	if (error) die(EX_FAILED, "journal", error);
	error = look_after_socket();
	if (error) die(EX_FAILED, "sock", error);
	/* Without this nobody looks after them: their number is limited. */
	changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (changes >= 0 && inotify_add_watch(changes, ".", IN_DELETE | IN_MOVED_FROM) >= 0)
		watch(EPOLL_CTL_ADD, changes, EPOLLIN, &changes_kind);
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
	serve_request = request;
	between_requests = look_at_leases;
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
