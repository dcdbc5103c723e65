# The sh launch path. One process of this script stands behind each worker: it takes the account's lock, passes the
# fence, has the birth record written, runs the worker, writes the exit record and only then lets go of the lock.
#
#   start  LOCKER LOCK TRIES EPOCH RECORD LOG UMASK SETSID BIRTH ID ACCOUNT DATA PROGRAM [ARG...]
#   fence  LOCKER LOCK TRIES NUMBER          raises the admitted number, never lowers it
#   probe  LOCKER LOCK...                    a word a file: free, busy, absent, failed
#   signal PID TICKS NAME group|process      only if PID is still the process that started at TICKS
#
# LOCKER is the path of flock(1), "perl" or "none"; SETSID the path of setsid(1) or "perl"; numbers of the fence have 19
# digits. Answers are lines on standard output; the last one begins with born, busy, superseded, failed, fence, sent or
# gone. Lines beginning with #@ mark steps.

# Locks descriptor 9 without waiting; $1 is x (exclusive) or s (shared). 0 locked, 1 busy, else failed.
lock() {
    case $locker in
    none) ;;
    perl)
        perl -e 'use Fcntl ":flock"; use Errno; open(my $f, "<&=", 9) or exit 2;
            exit(flock($f, ($ARGV[0] eq "s" ? LOCK_SH : LOCK_EX) | LOCK_NB) ? 0 : $!{EWOULDBLOCK} ? 1 : 2)' "$1"
        ;;
    *) "$locker" "-$1" -n 9 ;;
    esac
}

# Opens the lock file on descriptor 9, or answers and ends. A failing exec would end some shells without an answer.
open_lock() {
    { true; } 9<>"$lockfile" || { echo "failed lock file"; exit 74; }
    exec 9<>"$lockfile"
}

# Takes the lock, or answers and ends. Probes and fences hold it for a moment only, hence the tries.
lock_or_leave() {
    while :; do
        lock x
        case $? in
        0) return ;;
        1) ;;
        *) echo "failed lock"; exit 74 ;;
        esac
        tries=$((tries - 1))
        if [ "$tries" -le 0 ]; then echo busy; exit 75; fi
        sleep 0.05 2>/dev/null || sleep 1
    done
}

# Sets $admitted to the number in the lock file.
read_admitted() {
    admitted=
    read -r admitted <&9
    case $admitted in '' | *[!0-9]*) admitted=0 ;; esac
}

# Sets $group and $ticks from a line of /proc/PID/stat; the name in parentheses may hold anything.
parse_stat() {
    set -- ${1##*) }
    group=$3 ticks=${20}
}

start() {
    locker=$1 lockfile=$2 tries=$3 epoch=$4 record=$5 log=$6 mask=$7 setsid=$8 birth=$9
    shift 9
    id=$1 account=$2 data=$3
    shift 3
    trap : HUP INT QUIT TERM # caught, not ignored: the worker gets the defaults back
    umask 077
    #@spawned
    open_lock
    lock_or_leave
    #@locked
    read_admitted
    if [ "$epoch" -le "$admitted" ]; then echo "superseded $admitted"; exit 76; fi
    echo "$epoch" 1<>"$lockfile" || { echo "failed fence"; exit 74; }
    #@admitted
    { true; } 8>>"$log" || { echo "failed log file"; exit 74; }
    exec 8>>"$log"
    exec 7>&1 >/dev/null 2>&1
    (
        exec 2>&7
        #@forked
        if [ -r /proc/self/stat ] && read -r stat </proc/self/stat; then
            parse_stat "$stat"
            pid=${stat%% *}
        else
            pid=$(exec sh -c 'echo $PPID')
            ticks=0
        fi
        # The exit record takes its room now, so that a full disk cannot take it away later.
        if ! { echo "$birth $pid $ticks $$" >"$record.birth" && printf '%64s' '' >"$record.exit"; }; then
            true >"$record.birth" # not a record: nothing was run
            echo "failed records" >&7
            exit 74
        fi
        #@born
        trap '' PIPE # the host may be dead by now
        echo "born $pid $ticks" >&7
        trap - PIPE
        #@answered
        WORKER_ID=$id WORKER_ACCOUNT=$account WORKER_EPOCH=${epoch#"${epoch%%[1-9]*}"} WORKER_DATA=$data
        export WORKER_ID WORKER_ACCOUNT WORKER_EPOCH WORKER_DATA
        umask "$mask"
        if [ "$setsid" = perl ]; then
            exec perl -e 'use POSIX; POSIX::setsid(); exec {$ARGV[0]} @ARGV;
                my $code = $!{ENOENT} ? 127 : 126; print STDERR "launcher: $!\n"; POSIX::_exit($code)' \
                "$@" </dev/null >&8 2>&8 7>&- 8>&-
        fi
        exec "$setsid" "$@" </dev/null >&8 2>&8 7>&- 8>&-
    )
    status=$?
    #@ended
    if [ -s "$record.birth" ]; then printf '%-63s\n' "$id $status" 1<>"$record.exit"; fi
    #@recorded
    exit 0
}

fence() {
    locker=$1 lockfile=$2 tries=$3 number=$4
    umask 077
    open_lock
    lock_or_leave
    read_admitted
    if [ "$number" -gt "$admitted" ]; then
        echo "$number" 1<>"$lockfile" || { echo "failed fence"; exit 74; }
    fi
    echo "fence $admitted"
}

probe() {
    locker=$1
    shift
    for file in "$@"; do
        if [ ! -e "$file" ]; then
            echo absent
            continue
        fi
        { lock s; } 9<"$file"
        case $? in
        0) echo free ;;
        1) [ -r "$file" ] && echo busy || echo failed ;;
        *) echo failed ;;
        esac
    done
}

signal() {
    pid=$1 wanted=$2 name=$3 scope=$4
    if [ "$wanted" != 0 ]; then
        read -r stat <"/proc/$pid/stat" || { echo gone; exit 0; }
        parse_stat "$stat"
        if [ "$ticks" != "$wanted" ]; then echo gone; exit 0; fi
        # Before it has a session of its own, a worker shares the group of its launcher.
        [ "$group" = "$pid" ] || scope=process
    fi
    if [ "$scope" = group ]; then pid=-$pid; fi
    kill "-$name" "$pid" && echo sent || echo "failed kill"
}

"$@"
