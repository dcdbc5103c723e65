/* Leases: a worker that has one is told to end, then killed, at times of CLOCK_BOOTTIME that only a LEASH moves. */
#include "keeper.h"

enum { MAX_LEASES = 16 };

struct lease {
	char name[MAX_ID + 1];
	uint64_t stop_at, kill_at;
	int stopped, killed;
};

static struct lease leases[MAX_LEASES], *leash; /* leash: the one that was renewed last */

int is_leased(const char *lease) {
	return leash && !strcmp(leash->name, lease) && clock_ms(CLOCK_BOOTTIME) < leash->stop_at;
}

static void signal_lease(const struct lease *l, int sig) {
	for (struct worker *w = next_worker(0); w; w = next_worker(w))
		if (!w->over && !strcmp(w->lease, l->name)) signal_worker(w, sig, 1);
}

/* Ends the workers of leases that have run out; the answer is when the next one does. */
uint64_t check_leases(void) {
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
void leash_request(struct client *c, char **v) {
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
