/* Hands each request to its function; the functions of a few lines stand here. */
#include "keeper.h"

enum { MAX_ACCOUNT = 192 };

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

void request(struct client *c, char **v, int n) {
	static const struct {
		const char *name, *fields; /* behind the name; + more of them */
		void (*serve)(struct client *, char **);
	} REQUESTS[] = {{"HELLO", "**", hello}, {"FENCE", "*pd", fence}, {"PROBE", "*p", probe},
		{"SIGNAL", "*#dst", signal_request}, {"ACK", "*i", acknowledge}, {"LEASH", "*idd", leash_request},
		{"PUNCH", "*pdd", punch}, {"START", "iadppponl*pd*+", start}};
	const char *tag = n > 1 ? v[1] : "-";
	size_t i = 0, fields = (size_t)n - 1;
	while (i < sizeof REQUESTS / sizeof *REQUESTS && strcmp(v[0], REQUESTS[i].name)) i++;
	const char *kinds = i < sizeof REQUESTS / sizeof *REQUESTS && (!i || c->hello) ? REQUESTS[i].fields : 0;
	size_t wanted = kinds ? strcspn(kinds, "+") : 0;
	if (!kinds || fields < wanted || (fields > wanted && !kinds[wanted])) {
		tell(c, "UNSUPPORTED\t%s", tag);
		return;
	}
	for (size_t field = 0; field < wanted; field++)
		if (!fits(v[field + 1], kinds[field])) {
			failed(c, tag, AT_ARGUMENTS, EINVAL);
			return;
		}
	REQUESTS[i].serve(c, v);
}
