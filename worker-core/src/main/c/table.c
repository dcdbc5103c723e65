/* The table of workers: those that live, and those that are not acknowledged. */
#include "keeper.h"

enum {
	BUCKETS = 4096,
	END_LENGTH = 160 /* of the records E and L of one worker at most, but for its id in both */
};

static struct worker *by_id[BUCKETS], *by_pid[BUCKETS]; /* by pid: the living */
int living;

static unsigned hash(const char *text) {
	unsigned h = 2166136261u;
	while (*text) h = (h ^ (unsigned char)*text++) * 16777619u;
	return h % BUCKETS;
}

struct worker *find(const char *id) {
	struct worker *w = by_id[hash(id)];
	while (w && strcmp(w->id, id)) w = w->next_id;
	return w;
}

/* All workers, in no order: the one behind w, the first one behind null. */
struct worker *next_worker(const struct worker *w) {
	if (w && w->next_id) return w->next_id;
	for (unsigned b = w ? hash(w->id) + 1 : 0; b < BUCKETS; b++)
		if (by_id[b]) return by_id[b];
	return 0;
}

struct worker *new_worker(const char *id, const char *lease, size_t birth_length) {
	size_t ids = strlen(id) + 1, leases = strlen(lease) + 1, room = birth_length + END_LENGTH + 2 * ids;
	struct worker *w = calloc(1, sizeof *w + ids + leases + room);
	if (!w) return 0;
	w->kind = WORKER;
	w->lockfd = w->pidfd = -1;
	w->lease = memcpy(w->id + ids, lease, leases);
	w->records = w->lease + leases;
	w->room = room;
	memcpy(w->id, id, ids);
	w->next_id = by_id[hash(id)];
	by_id[hash(id)] = w;
	return w;
}

void forget(struct worker *w) {
	struct worker **p = &by_id[hash(w->id)];
	while (*p != w) p = &(*p)->next_id;
	*p = w->next_id;
	if (w->lockfd >= 0) close(w->lockfd);
	if (w->pidfd >= 0) close(w->pidfd);
	free(w);
}

void lives(struct worker *w) {
	struct worker **bucket = &by_pid[(unsigned)w->pid % BUCKETS];
	w->next_pid = *bucket;
	*bucket = w;
	living++;
}

/* The worker that is our child and has this number. */
struct worker *child_with(pid_t pid) {
	struct worker *w = by_pid[(unsigned)pid % BUCKETS];
	while (w && (w->pid != pid || w->pidfd >= 0)) w = w->next_pid;
	return w;
}

void lives_no_more(struct worker *w) {
	struct worker **p = &by_pid[(unsigned)w->pid % BUCKETS];
	while (*p != w) p = &(*p)->next_pid;
	*p = w->next_pid;
	living--;
	w->over = 1;
}

/* The living one that this very process is; null for any other. */
struct worker *worker_with(pid_t pid, uint64_t ticks) {
	struct worker *w = by_pid[(unsigned)pid % BUCKETS];
	while (w && (w->pid != pid || w->ticks != ticks)) w = w->next_pid;
	return w;
}
