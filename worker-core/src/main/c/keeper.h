/* The names that the files of the keeper share; all others are static. A file calls only files that stand above it here. */
#ifndef KEEPER_H
#define KEEPER_H
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum {
	VERSION = 1,
	MAX_ID = 64,
	MAX_LINE = 512, /* of the journal */
	REPORT_FD = 62, /* in a child: all else of ours is closed before its program is loaded */
	LOCK_FD = 63    /* last of the table a process starts with: scripts use the low ones */
};

/* The first member of everything that an event of epoll points to. */
enum kind { LISTENER, SIGNALS, TIMER, CHANGES, CLIENT, WORKER };

/* How far a start or a request had come; wire.c has the names, in this order. */
enum step {
	AT_ARGUMENTS, AT_JOURNAL, AT_LOCK, AT_FENCE, AT_LOG, AT_FORK, AT_SESSION, AT_RECORD, AT_DESCRIPTOR, AT_DIRECTORY,
	AT_LIMIT, AT_PROGRAM, AT_REQUEST
};

struct client {
	enum kind kind;
	int fd, hello, dead, blocked;
	char *in, *out; /* as large as they may become: what is not used takes no memory; null: free */
	size_t inlen, outlen;
};

struct worker {
	enum kind kind;
	pid_t pid; /* 0 where the journal tells of another kernel or namespace */
	struct worker *next_id, *next_pid;
	uint64_t ticks;
	long oom;   /* counter before it started, -1 where there is none */
	int over;   /* its end is recorded */
	int lockfd; /* our copy, -1 where an earlier keeper had it */
	int pidfd;  /* watched, as it is no child of ours; else -1 */
	int sent;   /* the last signal that we sent */
	char *lease;
	char *records; /* its lines of the journal */
	size_t room;   /* for them */
	char id[]; /* lease and records stand behind it */
};

/* The part of a birth record that is known before the worker has a process. */
struct birth {
	const char *id, *account, *lease;
	uint64_t epoch;
};

struct stat;

/* system.c: numbers, names, and facts of the kernel */
extern const char *context;
extern int poller, null_fd, subreaper;
extern struct rlimit files; /* as we found it: ours is raised, a worker's is not */
int watch(int operation, int fd, uint32_t events, void *what);
uint64_t clock_ms(clockid_t clock);
int number(const char *text, unsigned base, uint64_t most, uint64_t *value);
int is_name(const char *text, size_t most);
ssize_t slurp(const char *path, char *buf, size_t cap);
uint64_t stat_field(const char *path, int field, char *state);
uint64_t ticks_of(pid_t pid);
int signal_fd(int pidfd, int sig, unsigned flags);
int open_process(pid_t pid, uint64_t ticks);
int open_regular(const char *path, int flags, int *fd);
int is_in_place(const char *name, const struct stat *own);
long oom_kills(void);
void find_oom_counter(void);

/* table.c: the workers */
extern int living;
struct worker *find(const char *id);
struct worker *next_worker(const struct worker *w);
struct worker *new_worker(const char *id, const char *lease, size_t birth_length);
void forget(struct worker *w);
void lives(struct worker *w);
void lives_no_more(struct worker *w);
struct worker *child_with(pid_t pid);
struct worker *worker_with(pid_t pid, uint64_t ticks);

/* wire.c: sockets and frames. A client of null is every one that said HELLO. */
extern int connected;
extern void (*serve_request)(struct client *c, char **v, int n);
extern void (*between_requests)(void); /* of a large batch, now and then */
int look_after_socket(void);
void remove_socket(void);
void greet(void);
void input(struct client *c);
void flush_out(struct client *c);
void send_and_hang_up(void);
__attribute__((format(printf, 2, 3))) void tell(struct client *to, const char *format, ...);
void failed(struct client *c, const char *tag, enum step step, int error);
void done(struct client *c, const char *tag, const char *answer, int error);

/* lock.c: an account's lock, and the fence in it */
int take_lock(const char *path, int *fd);
int still_locked(struct worker *w);
int admitted(int lockfd, uint64_t *epoch);
int admit(int lockfd, uint64_t epoch);
void fence(struct client *c, char **v);
void probe(struct client *c, char **v);

/* journal.c: records, and room for them */
int reserve(void);
int rewrite(void);
int is_replaced(void);
size_t birth_line(char *line, size_t size, const struct birth *b, pid_t pid, uint64_t ticks);
int put_birth(const char *line);
void birth_was_put(int error);
__attribute__((format(printf, 2, 3))) void record(struct worker *w, const char *format, ...);
void forget_record(struct worker *w);
uint64_t catch_up(void);
int look_after_journal(void);
void remove_journal(void);
void know_ourselves(void);
int is_here(const char *its_boot, const char *its_pid_ns, const char *its_time_ns);
int go_on(off_t whole);

/* worker.c: the ends of workers, and signals to them */
void ended(struct worker *w, const int *status, const struct rusage *use);
void adopted_ended(struct worker *w);
void reap(void);
int signal_worker(struct worker *w, int sig, int group);
void signal_request(struct client *c, char **v);

/* resume.c: the journal and the workers of an earlier keeper */
int resume(void);

/* lease.c: workers that end where nobody renews */
int is_leased(const char *lease);
uint64_t check_leases(void);
void leash_request(struct client *c, char **v);

/* start.c: from a request to a worker's program */
void start(struct client *c, char **v);

/* request.c: the function of each request */
void request(struct client *c, char **v, int n);

/* keeper.c: begin, loop */
#endif
