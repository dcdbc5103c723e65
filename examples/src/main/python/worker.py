"""The worker's side of the contract, to copy or import; Python 3.8 and later, nothing else is needed.

    import worker

    def main():
        while not worker.stopping.wait(1.0):   # TERM sets it; end within the stop grace
            work()
            worker.heartbeat()                 # only needed where the spec promises one

    worker.run(main)

The log goes to standard error, in the form that operators query: ISO time, level, logger, message. An exception that
nobody catches leaves its traceback there, and the last words that explain the stop: map your library's own with reasons.
"""

import json
import logging
import os
import signal
import sys
import threading
import time

log = logging.getLogger("worker")
stopping = threading.Event()

# Class name -> reason; the seconds to wait are taken from an attribute of the exception.
reasons = {
    "AuthKeyDuplicatedError": "SESSION_CONFLICT",
    "FloodWaitError": "FLOOD_WAIT",
    "AuthKeyUnregisteredError": "AUTHORIZATION_LOST",
    "SessionRevokedError": "AUTHORIZATION_LOST",
    "UserDeactivatedBanError": "ACCOUNT_BANNED",
    "ConnectionError": "DISCONNECTED",
    "MemoryError": "OUT_OF_MEMORY",
}


def last_words(reason, message="", retry_after=None):
    """Says why this worker is about to end; written whole or not at all."""
    path = os.environ.get("WORKER_REASON_FILE")
    if not path:
        return
    words = {"reason": reason, "message": str(message)[:1000]}
    if retry_after is not None:
        words["retryAfterSeconds"] = retry_after
    part = path + ".part"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(words, out)
    os.replace(part, path)


def heartbeat():
    """Shows that this worker works, where the spec promises it."""
    path = os.environ.get("WORKER_HEARTBEAT_FILE")
    if path:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        os.utime(path)


def _uncaught(kind, error, trace):
    if not issubclass(kind, KeyboardInterrupt):
        names = [base.__name__ for base in kind.__mro__]
        reason = next((reasons[name] for name in names if name in reasons), "UNHANDLED_EXCEPTION")
        last_words(reason, f"{kind.__name__}: {error}", getattr(error, "seconds", None))
    sys.__excepthook__(kind, error, trace)


def set_up(level=logging.INFO):
    """Log lines, TERM and last words; call it before anything else."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S"))
    handler.formatter.converter = time.gmtime
    logging.basicConfig(level=level, handlers=[handler])
    sys.excepthook = _uncaught
    signal.signal(signal.SIGTERM, lambda number, frame: stopping.set())


def run(main):
    """Sets up, runs it, and ends with exit code 0; what it throws ends the worker with its last words."""
    set_up()
    log.info("account %s, worker %s", os.environ.get("WORKER_ACCOUNT"), os.environ.get("WORKER_ID"))
    main()
    log.info("ended%s", " on TERM" if stopping.is_set() else "")
