/*
 * An account's lock, which its worker inherits, and the fence in it: the highest epoch that was admitted, one line of
 * fixed width. Only who has the lock writes there; a probe shares it for an instant and does not wait.
 */
#include "keeper.h"
#include <sys/file.h>

int take_lock(const char *path, int *fd) {
	int error = open_regular(path, O_CREAT, fd);
	if (!error && flock(*fd, LOCK_EX | LOCK_NB)) {
		error = errno;
		close(*fd);
		*fd = -1;
	}
	return error;
}

/* 0 where nothing was admitted yet. A number that cannot be read admits nobody. */
int admitted(int lockfd, uint64_t *epoch) {
	char text[32];
	*epoch = 0;
	ssize_t n = pread(lockfd, text, sizeof text - 1, 0);
	if (n < 0) return errno;
	text[n] = 0;
	text[strcspn(text, "\n")] = 0;
	return (n <= 1 && !*text) || number(text, 10, INT64_MAX, epoch) ? 0 : EINVAL;
}

int admit(int lockfd, uint64_t epoch) {
	char line[32];
	int n = snprintf(line, sizeof line, "%019" PRIu64 "\n", epoch);
	ssize_t written = pwrite(lockfd, line, (size_t)n, 0);
	return written == n ? 0 : written < 0 ? errno : ENOSPC;
}

void fence(struct client *c, char **v) {
	uint64_t wanted = strtoull(v[3], 0, 10), before;
	int fd, error = take_lock(v[2], &fd);
	if (error == EWOULDBLOCK) {
		tell(c, "HELD\t%s", v[1]);
	} else if (error) {
		failed(c, v[1], AT_LOCK, error);
	} else {
		error = admitted(fd, &before);
		if (!error && wanted > before) error = admit(fd, wanted);
		close(fd);
		if (error)
			failed(c, v[1], AT_FENCE, error);
		else
			tell(c, "FENCED\t%s\t%" PRIu64, v[1], before);
	}
}

void probe(struct client *c, char **v) {
	int fd, error = open_regular(v[2], 0, &fd);
	const char *found = !error ? "free" : error == ENOENT ? "absent" : "failed";
	if (!error) {
		if (flock(fd, LOCK_SH | LOCK_NB)) found = errno == EWOULDBLOCK ? "busy" : "failed";
		close(fd);
	}
	tell(c, "PROBED\t%s\t%s", v[1], found);
}

/* Comes after the exit record, which must be there for everybody who sees the lock free. Through /proc the same file is opened
   anew, without our own lock. */
int still_locked(struct worker *w) {
	char path[40];
	snprintf(path, sizeof path, "/proc/self/fd/%d", w->lockfd);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	close(w->lockfd);
	w->lockfd = -1;
	int busy = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
	if (fd >= 0) close(fd);
	return busy;
}
