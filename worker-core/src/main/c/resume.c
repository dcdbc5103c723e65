/* Reads the journal that an earlier keeper left, and adopts those of its workers that live. */
#include "keeper.h"
#include <sys/epoll.h>

static void read_birth(const char *line, char **v) {
	uint64_t pid, ticks;
	if (find(v[1]) || !number(v[7], 10, INT32_MAX, &pid) || !number(v[8], 10, UINT64_MAX, &ticks)) return;
	struct worker *w = new_worker(v[1], strcmp(v[9], "-") ? v[9] : "", strlen(line));
	if (!w) return;
	strcpy(w->records, line);
	w->pid = is_here(v[4], v[5], v[6]) ? (pid_t)pid : 0;
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
	} else if (w && (*line == 'E' || *line == 'L') && strlen(w->records) + strlen(line) < w->room) {
		strcat(w->records, line);
		w->over = 1;
	}
}

/* A worker that lives and cannot be watched stays in the journal until that is written anew. */
static void adopt(struct worker *w) {
	w->pidfd = open_process(w->pid, w->ticks);
	int gone = w->pidfd < 0 && errno == ESRCH;
	if (!gone && (w->pidfd < 0 || watch(EPOLL_CTL_ADD, w->pidfd, EPOLLIN, w))) {
		forget(w);
		return;
	}
	lives(w);
	w->oom = oom_kills();
	if (gone)
		ended(w, 0, 0);
	else if (*w->lease)
		signal_worker(w, SIGKILL, 1); /* its leash died with its keeper */
}

/* Sets how much of it are whole lines. */
static int read_journal(off_t *whole) {
	char line[MAX_LINE];
	int fd = open("journal", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	FILE *old = fd < 0 ? 0 : fdopen(fd, "r");
	if (!old) return errno == ENOENT ? 0 : errno;
	while (fgets(line, sizeof line, old))
		if (strchr(line, '\n')) {
			read_line(line);
			*whole = ftello(old);
		}
	int error = ferror(old) ? EIO : 0;
	fclose(old);
	return error;
}

/* Reads the journal, writes it anew, and adopts who lives. */
int resume(void) {
	struct worker *w, *next;
	off_t whole = 0;
	know_ourselves();
	int error = read_journal(&whole);
	for (w = next_worker(0); w; w = next) {
		next = next_worker(w);
		if (!w->over && !w->pid) /* it died with its machine or namespace, or is another keeper's */
			forget(w);
	}
	if (!error) error = rewrite();
	if (error == ENOSPC || error == EDQUOT) error = go_on(whole);
	for (w = error ? 0 : next_worker(0); w; w = next) {
		next = next_worker(w);
		if (!w->over) adopt(w);
	}
	if (!error) reserve(); /* for the adopted; where there is no room the next start says so */
	return error;
}
