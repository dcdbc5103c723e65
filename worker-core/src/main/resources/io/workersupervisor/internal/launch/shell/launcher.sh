# The sh launch path. One process of this script stands behind each worker: it takes the account's lock, passes the
# fence, has the birth record written, runs the worker, writes the exit record and only then lets go of the lock.
#
#   start  LOCKER LOCK TRIES EPOCH RECORD LOG UMASK SETSID SIGNALS BIRTH ID ACCOUNT DATA PROGRAM [ARG...]
#   fence  LOCKER LOCK TRIES NUMBER          raises the admitted number, never lowers it
#   probe  LOCKER LOCK...                    a word a file: free, busy, absent, failed
#   discard LOCKER LOCK FILE                 deletes a file, unless the lock is held
#   signal PID TICKS NAME group|its-group|process
#                                            only if PID is still the process that started at TICKS
#
# LOCKER is the path of flock(1), "perl" or "none"; SETSID the path of setsid(1) or "perl"; SIGNALS the path of a perl, a
# python3 or an env(1), or "none"; numbers of the fence have 19 digits. Answers are lines on standard output; the last one begins with born, busy, superseded, failed, fence, sent or
# gone. Lines beginning with #@ mark steps.

# Variables begin with ws_: a shell hands those it was started with on to the worker, with the values they have then.

# Locks descriptor 9 without waiting; $1 is x (exclusive) or s (shared). 0 locked, 1 busy, else failed.
lock() {
    case $ws_locker in
    none) ;;
    perl)
        perl -e 'use Fcntl ":flock"; use Errno; open(my $f, "<&=", 9) or exit 2;
            exit(flock($f, ($ARGV[0] eq "s" ? LOCK_SH : LOCK_EX) | LOCK_NB) ? 0 : $!{EWOULDBLOCK} ? 1 : 2)' "$1"
        ;;
    *) "$ws_locker" "-$1" -n 9 ;;
    esac
}

# Opens the lock file on descriptor 9, or answers and ends. A failing exec would end some shells without an answer.
open_lock() {
    { true; } 9<>"$ws_lockfile" || { echo "failed lock file"; exit 74; }
    exec 9<>"$ws_lockfile"
}

# Sets $ws_now to hundredths of a second since boot, to 0 where the system does not tell.
now() {
    ws_now=0
    if [ -r /proc/uptime ] && read -r ws_now ws_idle </proc/uptime; then
        ws_now=$((${ws_now%.*} * 100 + 1${ws_now#*.} - 100))
    fi
}

# Waits for a moment, or not at all where there is no sleep.
pause() {
    PATH=/usr/bin:/bin sleep 0.05 2>/dev/null || sleep 0.05 2>/dev/null || sleep 1 2>/dev/null
}

# Takes the lock, or answers and ends. Probes and fences hold it for a moment only, hence the tries: a twentieth of a
# second each, by the clock where there is one, as a pause may be none or longer.
lock_or_leave() {
    now
    ws_until=$((ws_now + ws_tries * 5))
    while :; do
        lock x
        case $? in
        0) return ;;
        1) ;;
        *) echo "failed lock"; exit 74 ;;
        esac
        now
        ws_tries=$((ws_tries - 1))
        if [ "$ws_now" = 0 ] && [ "$ws_tries" -le 0 ] || [ "$ws_now" -gt "$ws_until" ]; then echo busy; exit 75; fi
        pause
    done
}

# Sets $ws_admitted to the number in the lock file. One that cannot be read admits nobody.
read_admitted() {
    ws_admitted=
    read -r ws_admitted <&9
    case $ws_admitted in
    '') ws_admitted=0 ;;
    *[!0-9]*) echo "$ws_lockfile is damaged"; echo "failed fence"; exit 74 ;;
    esac
}

# Sets $ws_group and $ws_ticks from a line of /proc/PID/stat; the name in parentheses may hold anything.
parse_stat() {
    set -- ${1##*) }
    ws_group=$3 ws_ticks=${20}
}

# A worker would inherit signals that are blocked or ignored here, by nohup say, and a shell cannot undo it. 32 and 33 are
# the C library's own.
has_odd_signals() {
    [ -r /proc/self/status ] || return 1
    while read -r ws_key ws_value; do
        case $ws_key in
        SigBlk: | SigIgn:) case $ws_value in 0000000[01][08]0000000) ;; *) return 0 ;; esac ;;
        esac
    done </proc/self/status
    return 1
}

start() {
    ws_locker=$1 ws_lockfile=$2 ws_tries=$3 ws_epoch=$4 ws_record=$5 ws_log=$6 ws_mask=$7 ws_setsid=$8 ws_signals=$9
    shift 9
    ws_birth=$1 ws_id=$2 ws_account=$3 ws_data=$4
    shift 4
    trap : HUP INT QUIT TERM # caught, not ignored: the worker gets the defaults back
    umask 077
    #@spawned
    open_lock
    lock_or_leave
    #@locked
    read_admitted
    if [ "$ws_epoch" -le "$ws_admitted" ]; then echo "superseded $ws_admitted"; exit 76; fi
    echo "$ws_epoch" 1<>"$ws_lockfile" || { echo "failed fence"; exit 74; }
    #@admitted
    { true; } 8>>"$ws_log" || { echo "failed log file"; exit 74; }
    exec 8>>"$ws_log"
    exec 7>&1 >/dev/null 2>&1
    (
        exec 2>&7
        #@forked
        if [ -r /proc/self/stat ] && read -r ws_stat </proc/self/stat; then
            parse_stat "$ws_stat"
            ws_pid=${ws_stat%% *}
        else
            ws_pid=$(exec sh -c 'echo $PPID')
            ws_ticks=0
        fi
        # The exit record takes its room now, so that a full disk cannot take it away later.
        if ! { echo "$ws_birth $ws_pid $ws_ticks $$" >"$ws_record.birth" && printf '%64s' '' >"$ws_record.exit"; }; then
            true >"$ws_record.birth" # not a record: nothing was run
            echo "failed records" >&7
            exit 74
        fi
        #@born
        trap '' PIPE # the host may be dead by now
        echo "born $ws_pid $ws_ticks" >&7
        trap - PIPE
        #@answered
        WORKER_ID=$ws_id WORKER_ACCOUNT=$ws_account WORKER_EPOCH=${ws_epoch#"${ws_epoch%%[1-9]*}"} WORKER_DATA=$ws_data
        WORKER_REASON_FILE=$ws_record.reason WORKER_HEARTBEAT_FILE=$ws_record.heartbeat
        WORKER_READY_FILE=$ws_record.ready
        export WORKER_ID WORKER_ACCOUNT WORKER_EPOCH WORKER_DATA WORKER_REASON_FILE WORKER_HEARTBEAT_FILE WORKER_READY_FILE
        umask "$ws_mask"
        ws_run=$ws_setsid
        if [ "$ws_signals" != none ] && has_odd_signals; then ws_run=$ws_signals; fi
        exec </dev/null >&8 2>&8 7>&- 8>&-
        case ${ws_run##*/} in
        perl*)
            exec "$ws_run" -e 'use POSIX; POSIX::setsid(); sigprocmask(SIG_SETMASK, POSIX::SigSet->new);
                $SIG{$_} = "DEFAULT" for keys %SIG; exec {$ARGV[0]} @ARGV;
                my $code = $!{ENOENT} ? 127 : 126; print STDERR "launcher: $!\n"; POSIX::_exit($code)' "$@"
            ;;
        python3*)
            # Its own execvp would not run a script without an interpreter, as all others do.
            exec "$ws_run" -Ic 'import os, signal, sys
for one in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}: signal.signal(one, signal.SIG_DFL)
signal.pthread_sigmask(signal.SIG_SETMASK, [])
os.execv(sys.argv[1], sys.argv[1:])' "$ws_setsid" -- "$@"
            ;;
        env) if "$ws_run" --default-signal true 2>/dev/null; then exec "$ws_run" --default-signal "$ws_setsid" -- "$@"; fi ;;
        esac
        exec "$ws_setsid" -- "$@"
    )
    ws_status=$?
    #@ended
    if [ -s "$ws_record.birth" ]; then printf '%-63s\n' "$ws_id $ws_status" 1<>"$ws_record.exit"; fi
    #@recorded
    exit 0
}

fence() {
    ws_locker=$1 ws_lockfile=$2 ws_tries=$3 ws_number=$4
    umask 077
    open_lock
    lock_or_leave
    read_admitted
    if [ "$ws_number" -gt "$ws_admitted" ]; then
        echo "$ws_number" 1<>"$ws_lockfile" || { echo "failed fence"; exit 74; }
    fi
    echo "fence $ws_admitted"
}

probe() {
    ws_locker=$1
    shift
    for ws_file in "$@"; do
        if [ ! -e "$ws_file" ]; then
            echo absent
            continue
        fi
        { lock s; } 9<"$ws_file"
        case $? in
        0) echo free ;;
        1) [ -r "$ws_file" ] && echo busy || echo failed ;;
        *) echo failed ;;
        esac
    done
}

discard() {
    ws_locker=$1 ws_lockfile=$2 ws_tries=1
    open_lock
    lock_or_leave
    rm -f "$3" && echo discarded
}

# Sets $ws_stat to the line of a process, by the shell itself as no other program may be at hand; the name of the program
# in it may hold a newline. Fails where there is nothing to be read.
read_stat() {
    ws_stat=
    while IFS= read -r ws_line; do ws_stat="$ws_stat$ws_line "; done
    [ -n "$ws_stat" ]
} 2>/dev/null <"/proc/$ws_pid/stat"

# Answers gone only if it is known, and ends.
gone_or_failed() {
    if [ -e /proc/1 ]; then
        if [ -e "/proc/$ws_pid" ]; then echo "failed to read /proc/$ws_pid/stat"; else echo gone; fi
    else
        # Here /proc hides processes.
        case $(kill -0 "$ws_pid" 2>&1) in
        *'o such process'*) echo gone ;;
        *) echo "failed to look at $ws_pid" ;;
        esac
    fi
    exit 0
}

signal() {
    ws_pid=$1 ws_wanted=$2 ws_name=$3 ws_scope=$4 ws_group=$1 ws_to=$1
    if [ "$ws_wanted" != 0 ]; then
        read_stat || gone_or_failed
        parse_stat "$ws_stat"
        if [ "$ws_ticks" != "$ws_wanted" ]; then echo gone; exit 0; fi
        if [ "$ws_scope" = its-group ]; then ws_to=-$ws_group; fi
    fi
    # Before it has a session of its own, a worker shares the group of its launcher.
    if [ "$ws_scope" = group ] && [ "$ws_group" = "$ws_pid" ]; then ws_to=-$ws_pid; fi
    kill "-$ws_name" "$ws_to" || { echo "failed kill"; exit 0; }
    # A process that is stopped hears TERM only when it goes on.
    if [ "$ws_name" = TERM ] && read_stat && parse_stat "$ws_stat" &&
        { [ "$ws_ticks" = "$ws_wanted" ] || [ "$ws_wanted" = 0 ]; }; then
        kill -CONT "$ws_to" 2>/dev/null
    fi
    echo sent
}

"$@"
