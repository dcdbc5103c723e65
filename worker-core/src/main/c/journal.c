/* The journal: records, room for those to come, and what was acknowledged left out. */
#include "keeper.h"
#include <stdarg.h>
#include <sys/stat.h>

enum {
	ROOM = 1024,    /* bytes that all records of one worker take at most */
	WASTE = 65536,  /* bytes, and twice what was kept last time: so long may it grow before it is written anew */
	RETRY_MS = 1000 /* between attempts to write what could not be written */
};

static int journal = -1, behind; /* behind: a record is in memory alone */
static uint64_t journal_length, journal_room, journal_kept; /* bytes: written, reserved, left by the last compaction */
static char boot[40] = "-", pid_ns[32] = "-", time_ns[32] = "-";

static int put(int fd, const char *text) {
	size_t n = strlen(text);
	ssize_t written = write(fd, text, n);
	return written == (ssize_t)n ? 0 : written < 0 ? errno : ENOSPC;
}

/* Room for what is still to be written about every living worker: a full disk then costs no status. */
int reserve(void) {
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

static void keeper_line(char *line, size_t size) {
	snprintf(line, size, "K %d %s %d %" PRIu64 "\n", VERSION, context, (int)getpid(), ticks_of(getpid()));
}

static int write_kept(int fd) {
	char line[MAX_LINE];
	keeper_line(line, sizeof line);
	int error = put(fd, line);
	for (struct worker *w = next_worker(0); w && !error; w = next_worker(w))
		error = put(fd, w->records);
	return error;
}

/* True if a successor's journal stands where ours did. It may hold all that is known of workers, also when its keeper is
   gone; ours is read by nobody then. */
int is_replaced(void) {
	struct stat own, there;
	return journal >= 0 && !fstat(journal, &own) && !lstat("journal", &there) && !is_in_place("journal", &own);
}

/* Writes the journal anew, without what was acknowledged. Where that fails the present one stays. */
int rewrite(void) {
	if (is_replaced()) {
		behind = 0;
		journal_kept = journal_length;
		return 0;
	}
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
	} else {
		behind = 0;
	}
	journal_kept = journal_length; /* after a failure, too: it is not tried again at every turn */
	old = error ? fd : old;
	if (old >= 0) close(old);
	return error;
}

/* A line that was written in part is taken back whole, so that it spoils none behind it; what was reserved goes with it. */
static void take_back(void) {
	if ((uint64_t)lseek(journal, 0, SEEK_END) == journal_length) return;
	journal_room = 0;
	if (ftruncate(journal, (off_t)journal_length)) rewrite();
	reserve();
}

static int append(const char *line) {
	int error = put(journal, line);
	if (error)
		take_back();
	else
		journal_length += strlen(line);
	return error;
}

/* Tries again to write what could not be written; the answer is when to call next. */
uint64_t catch_up(void) {
	static uint64_t due;
	uint64_t now = behind ? clock_ms(CLOCK_BOOTTIME) : 0;
	if (behind && now >= due) {
		rewrite();
		due = now + RETRY_MS;
	}
	return behind ? due : UINT64_MAX;
}

/* Its birth record; the answer is its length, as from snprintf. */
size_t birth_line(char *line, size_t size, const struct birth *b, pid_t pid, uint64_t ticks) {
	return (size_t)snprintf(line, size, "B %s %s %" PRIu64 " %s %s %s %d %" PRIu64 " %s\n", b->id, b->account, b->epoch,
		boot, pid_ns, time_ns, (int)pid, ticks, *b->lease ? b->lease : "-");
}

/* By a worker's process, before its program runs. */
int put_birth(const char *line) { return put(journal, line); }

/* To the keeper's knowledge, as it was another process that wrote. */
void birth_was_put(int error) {
	if (error)
		take_back();
	else
		journal_length = (uint64_t)lseek(journal, 0, SEEK_END);
}

/* One more line about a worker. */
void record(struct worker *w, const char *format, ...) {
	size_t length = strlen(w->records);
	va_list args;
	va_start(args, format);
	vsnprintf(w->records + length, w->room - length, format, args);
	va_end(args);
	if (append(w->records + length)) behind = 1;
}

/* An end whose acknowledgement cannot be written stays, and is acknowledged again. */
void forget_record(struct worker *w) {
	char line[MAX_LINE];
	snprintf(line, sizeof line, "A %s\n", w->id);
	if (!append(line) || !w->over) forget(w);
	if (journal_length > WASTE + 2 * journal_kept) rewrite();
}

/* Written anew where its name was taken away. */
int look_after_journal(void) {
	struct stat own;
	return fstat(journal, &own) || is_in_place("journal", &own) ? 0 : rewrite();
}

void remove_journal(void) {
	if (!is_replaced()) unlink("journal");
}

void know_ourselves(void) {
	if (slurp("/proc/sys/kernel/random/boot_id", boot, sizeof boot) <= 1) strcpy(boot, "-");
	boot[strcspn(boot, "\n")] = 0;
	ssize_t n = readlink("/proc/self/ns/pid", pid_ns, sizeof pid_ns - 1);
	if (n > 0) pid_ns[n] = 0;
	n = readlink("/proc/self/ns/time", time_ns, sizeof time_ns - 1);
	if (n > 0) time_ns[n] = 0;
}

/* True if a birth record is of our boot and our namespaces, where its numbers name the same processes and times. */
int is_here(const char *its_boot, const char *its_pid_ns, const char *its_time_ns) {
	return !strcmp(its_boot, boot) && !strcmp(its_pid_ns, pid_ns) && !strcmp(its_time_ns, time_ns);
}

/* On a full disk the journal that is there goes on: an earlier keeper has reserved room behind it. */
int go_on(off_t whole) {
	char line[MAX_LINE];
	int fd = open("journal", O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) return ENOSPC;
	journal = fd;
	journal_length = journal_kept = (uint64_t)whole;
	take_back();
	keeper_line(line, sizeof line);
	append(line);
	return 0;
}
