/* The clients: their sockets, and the frames that they send and get. */
#include "keeper.h"
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

enum {
	MAX_CLIENTS = 256,
	MAX_FRAME = 8 << 20,
	MAX_OUT = 1 << 20, /* waiting for one client; one that does not read is let go and looks again later */
	CHUNK = 65536      /* read from one client at a time, so that the others and the leases have their turn */
};

static const char *const STEPS[AT_REQUEST + 1] = {"arguments", "journal", "lock", "fence", "log file", "fork", "session",
	"records", "descriptor", "directory", "limit", "program", "request"};

static enum kind listener_kind = LISTENER;
static struct client clients[MAX_CLIENTS];
static int listener = -1, spare_fd = -1; /* spare: given up to let somebody in where descriptors are used up */
static struct stat own_socket;
int connected;
void (*serve_request)(struct client *c, char **v, int n);
void (*between_requests)(void);

void flush_out(struct client *c) {
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
		watch(EPOLL_CTL_MOD, c->fd, EPOLLIN | (c->blocked ? EPOLLOUT : 0U), c);
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
__attribute__((format(printf, 2, 3))) void tell(struct client *to, const char *format, ...) {
	char frame[1024];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(frame, sizeof frame, format, args) + 1;
	va_end(args);
	if (n > (int)sizeof frame) n = sizeof frame;
	for (int i = 0; i < n; i++)
		if (frame[i] == '\t') frame[i] = 0;
	for (struct client *c = clients; c < clients + MAX_CLIENTS; c++)
		if (c->in && !c->dead && (to ? c == to : c->hello)) send_to(c, frame, (size_t)n);
}

void failed(struct client *c, const char *tag, enum step step, int error) {
	tell(c, "FAILED\t%s\t%s\t%d\t%s", tag, STEPS[step], error, strerror(error));
}

/* Answers a request that either works or does not. */
void done(struct client *c, const char *tag, const char *answer, int error) {
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
	connected--;
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
	if (good) serve_request(c, v, n);
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
			between_requests();
		}
	}
	return off;
}

void input(struct client *c) {
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

void greet(void) {
	struct ucred peer;
	socklen_t size = sizeof peer;
	int i = 0, fd = accept4(listener, 0, 0, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0 && (errno == EMFILE || errno == ENFILE)) { /* let in to be let go, else it is announced for ever */
		close(spare_fd);
		close(accept4(listener, 0, 0, SOCK_CLOEXEC));
		spare_fd = fcntl(null_fd, F_DUPFD_CLOEXEC, 3);
	}
	if (fd < 0) return;
	while (i < MAX_CLIENTS && clients[i].in) i++;
	char *buffers = i == MAX_CLIENTS ? 0 : malloc(MAX_FRAME + 4 + MAX_OUT);
	if (!buffers || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) || peer.uid != geteuid()
		|| watch(EPOLL_CTL_ADD, fd, EPOLLIN, &clients[i])) {
		free(buffers);
		close(fd);
		return;
	}
	connected++;
	clients[i] = (struct client){.kind = CLIENT, .fd = fd, .in = buffers, .out = buffers + MAX_FRAME + 4};
}

/* Their buffers may have been in use before the end of a turn. */
void send_and_hang_up(void) {
	for (struct client *c = clients; c < clients + MAX_CLIENTS; c++) {
		if (c->in && !c->dead && c->outlen) flush_out(c);
		if (c->in && c->dead) hang_up(c);
	}
}

/* In place of the one that was there: a dead keeper's, or our own, whose name was taken away. */
static int open_socket(void) {
	struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = "sock"};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) return errno;
	unlink("sock");
	if (bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 128) || lstat("sock", &own_socket)
		|| watch(EPOLL_CTL_ADD, fd, EPOLLIN, &listener_kind)) {
		int error = errno;
		close(fd);
		return error;
	}
	if (listener >= 0) close(listener);
	listener = fd;
	return 0;
}

int look_after_socket(void) {
	if (spare_fd < 0) spare_fd = fcntl(null_fd, F_DUPFD_CLOEXEC, 3);
	if (spare_fd < 0) return errno;
	return listener >= 0 && is_in_place("sock", &own_socket) ? 0 : open_socket();
}

/* Not a successor's. */
void remove_socket(void) {
	if (is_in_place("sock", &own_socket)) unlink("sock");
}
