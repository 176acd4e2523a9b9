/* SPDX-License-Identifier: MIT */
/* POSIX signals: SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGTRAP by the instruction that a thread
 * executes; any signal by raise(), and from other tasks by kill().  Numbers and layouts are those
 * of Linux.  In lib/hurd-mm.
 *
 * A handler runs in the thread that caused the signal, on the thread's stack or on its alternate
 * one.  What comes for the task goes to a thread that waits for it by sigwait(), or else to any
 * thread that does not block it, the first one first (in a child of fork() that is the thread that
 * called it), and runs between any two of its instructions; until there is one, it waits.  A new
 * thread has the mask of the one that made it.  A handler may change the
 * context that it gets: the thread goes on with the changed context.  Registers, FPU and SSE state
 * and the whole UTCB are kept for the thread.  A page fault in the middle of a string copy breaks
 * off the IPC.
 *
 * A handler breaks off read() and write() of a console or pipe, waitpid() and what sleeps or waits
 * for events: EINTR, but with SA_RESTART the first three are tried again.
 * A handler may call what POSIX calls async-signal-safe, but no malloc() and no stdio. */
#ifndef LIBC_SIGNAL_H
#define LIBC_SIGNAL_H

#include <stddef.h>
#include <sys/types.h>

#define SIGHUP    1
#define SIGINT    2
#define SIGQUIT   3
#define SIGILL    4
#define SIGTRAP   5
#define SIGABRT   6
#define SIGBUS    7
#define SIGFPE    8
#define SIGKILL   9
#define SIGUSR1   10
#define SIGSEGV   11
#define SIGUSR2   12
#define SIGPIPE   13
#define SIGALRM   14
#define SIGTERM   15
#define SIGCHLD   17
#define SIGCONT   18
#define SIGSTOP   19
#define SIGTSTP   20
#define SIGTTIN   21                    /* it read the console in the background */
#define SIGTTOU   22                    /* tcsetpgrp() in the background */
#define SIGURG    23
#define SIGXCPU   24                    /* nothing here sends these, but kill() */
#define SIGXFSZ   25
#define SIGVTALRM 26
#define SIGPROF   27
#define SIGWINCH  28
#define SIGIO     29
#define SIGPOLL   SIGIO
#define SIGSYS    31
#define SIGRTMIN  34                    /* these queue, and the lowest one comes first */
#define SIGRTMAX  64
#define NSIG      65

typedef int sig_atomic_t;
typedef unsigned long long sigset_t;    /* bit n - 1: signal n */

union sigval {
    int sival_int;
    void *sival_ptr;
};

typedef struct {
    int si_signo, si_errno, si_code;
    pid_t si_pid;                       /* SI_USER, SI_QUEUE: its sender.  CLD_...: the child */
    uid_t si_uid;
    void *si_addr;                      /* SEGV, BUS: the address that was touched; other
                                           signals: the address of the instruction */
    int si_status;                      /* CLD_...: the exit status, or the signal */
    union sigval si_value;              /* of sigqueue() */
    long si_band;                       /* nothing sets it */
} siginfo_t;

#define SI_USER       0                 /* raise(), kill() */
#define SI_QUEUE      (-1)              /* sigqueue() */
#define SI_TIMER      (-2)              /* nothing here sends these */
#define SI_MESGQ      (-3)
#define SI_ASYNCIO    (-4)
#define SI_KERNEL     0x80              /* an exception without more details */
#define ILL_ILLOPN    2
#define FPE_INTDIV    1
#define FPE_FLTDIV    3
#define FPE_FLTOVF    4
#define FPE_FLTUND    5
#define FPE_FLTRES    6
#define FPE_FLTINV    7
#define SEGV_MAPERR   1                 /* nothing is mapped there */
#define SEGV_ACCERR   2                 /* something is mapped there, but not for this access */
#define BUS_ADRALN    1
#define BUS_ADRERR    2
#define BUS_OBJERR    3                 /* the page did not come: si_errno says why */
#define TRAP_BRKPT    1
#define TRAP_TRACE    2
#define CLD_EXITED    1
#define CLD_KILLED    2
#define CLD_DUMPED    3
#define CLD_TRAPPED   4
#define CLD_STOPPED   5
#define CLD_CONTINUED 6

typedef struct {
    void *ss_sp;
    int ss_flags;
    size_t ss_size;
} stack_t;

#define SS_ONSTACK    1
#define SS_DISABLE    2
#define MINSIGSTKSZ   4096
#define SIGSTKSZ      16384

enum {
    REG_GS, REG_FS, REG_ES, REG_DS, REG_EDI, REG_ESI, REG_EBP, REG_ESP, REG_EBX, REG_EDX, REG_ECX,
    REG_EAX, REG_TRAPNO, REG_ERR, REG_EIP, REG_CS, REG_EFL, REG_UESP, REG_SS, NGREG
};
typedef int greg_t;
typedef greg_t gregset_t[NGREG];

/* A handler may change EDI to EAX, EIP, the mask, and what fpregs points to.  In EFL it may change
 * the flags that arithmetic sets, DF, and TF: with TF, SIGTRAP comes after one instruction. */
typedef struct {
    gregset_t gregs;
    void *fpregs;                       /* as FXSAVE writes it; as FNSAVE writes it if there is
                                           no FXSAVE */
    unsigned long oldmask, cr2;
} mcontext_t;

typedef struct ucontext {
    unsigned long uc_flags;
    struct ucontext *uc_link;
    stack_t uc_stack;
    mcontext_t uc_mcontext;
    sigset_t uc_sigmask;
} ucontext_t;

struct sigaction {
    union {
        void (*sa_handler)(int);
        void (*sa_sigaction)(int, siginfo_t *, void *);
    };
    sigset_t sa_mask;
    int sa_flags;
};

#define SA_NOCLDSTOP  1                 /* SIGCHLD for deaths only */
#define SA_NOCLDWAIT  2                 /* children leave no status; so does SIG_IGN for SIGCHLD */
#define SA_SIGINFO    4
#define SA_ONSTACK    0x08000000
#define SA_RESTART    0x10000000
#define SA_NODEFER    0x40000000
#define SA_RESETHAND  0x80000000

#define SIG_DFL ((void (*)(int))0)
#define SIG_IGN ((void (*)(int))1)
#define SIG_ERR ((void (*)(int))-1)

/* EINVAL: there is no such signal, or it is SIGKILL or SIGSTOP.  EAGAIN, ENOMEM: the thread that
 * fetches signals of others cannot start.  If an instruction causes a signal that is ignored or
 * blocked, the task ends, as without a handler. */
int sigaction(int signal, const struct sigaction *action, struct sigaction *old);
void (*signal(int signal, void (*handler)(int)))(int);

/* The alternate stack of the calling thread.  EPERM: the thread runs on the old one.  EINVAL:
 * unknown flags.  ENOMEM: it is smaller than MINSIGSTKSZ, or there is no record left. */
int sigaltstack(const stack_t *stack, stack_t *old);

#define SIG_BLOCK     0
#define SIG_UNBLOCK   1
#define SIG_SETMASK   2

/* The mask of the calling thread.  EINVAL: unknown `how`. */
int sigprocmask(int how, const sigset_t *set, sigset_t *old);
int pthread_sigmask(int how, const sigset_t *set, sigset_t *old);       /* it returns the error */

/* The handler runs in the calling thread, before raise() returns.  EINVAL: there is no such signal.
 * A blocked signal waits until the thread lets it through; it is dropped if it is ignored. */
int raise(int signal);
/* The same for a thread of <pthread.h> (lib/posix); what a signal does by default, it does to the
 * whole task.  signal 0: only the check.  Returns the error.  EINVAL: no such signal.
 * ESRCH: it has ended, and nobody has joined it yet. */
int pthread_kill(pthread_t thread, int signal);

/* To a task that this one started, or that such a task started, and so on; or to itself.  A child
 * of fork() or posix_spawn() may send what its parent may, and to the parent.  pid 0: to the own
 * group, but not to those above this task or beside it; below -1: so to the group -pid.  signal 0:
 * only the check.  A task that neither handles nor ignores the signal ends, but for SIGCHLD, SIGURG
 * and SIGWINCH; SIGTSTP, SIGTTIN and SIGTTOU stop it, as SIGSTOP does in any case; SIGCONT makes it
 * go on.  What comes to a stopped task waits, but for SIGKILL.  EINVAL: no such signal, or pid -1.
 * EPERM: another task.  ESRCH: there is no such task or group. */
int kill(pid_t pid, int signal);
int killpg(pid_t group, int signal);
/* The same with a value for one task, pid above 0.  A handler with SA_SIGINFO, sigwaitinfo() and
 * sigtimedwait() get it.  A signal from SIGRTMIN on waits each time it is sent, in order, with or
 * without a value; of another one that waits, the last value is kept, and SIGCHLD and SIGCONT have
 * none.  EAGAIN: SIGQUEUE_MAX signals of the caller wait, or the system has no room.  A task that
 * handles no signal ends by one from SIGRTMIN on. */
int sigqueue(pid_t pid, int signal, const union sigval value);
int sigpending(sigset_t *set);          /* what waits for the task, and for the calling thread */
int sigsuspend(const sigset_t *mask);   /* until a handler has run: EINTR */

/* Take a signal of the set that waits, or wait for one; the set should be blocked in all
 * threads. Several that wait for the same signal: one gets it.  A signal of the thread's own
 * fault never comes this way.  sigwait() returns the error, the others the signal; info may be
 * NULL, and gets si_signo, si_code, si_pid and si_value.  EINTR (but for sigwait()): a handler
 * has run.  EAGAIN: none came in that time; there is no thread to fetch signals.  EINVAL: the
 * time is none.  ENOMEM. */
struct timespec;
int sigwait(const sigset_t *__restrict set, int *__restrict signal);
int sigwaitinfo(const sigset_t *__restrict set, siginfo_t *__restrict info);
int sigtimedwait(const sigset_t *__restrict set, siginfo_t *__restrict info,
                 const struct timespec *__restrict timeout);

int sigemptyset(sigset_t *set);
int sigfillset(sigset_t *set);
int sigaddset(sigset_t *set, int signal);       /* EINVAL */
int sigdelset(sigset_t *set, int signal);       /* EINVAL */
int sigismember(const sigset_t *set, int signal);       /* EINVAL */

/* ---- POSIX's older functions, for programs that link lib/posix ---- */

#define SIG_HOLD ((void (*)(int))2)
void (*sigset(int signal, void (*handler)(int)))(int);
int sighold(int signal);
int sigrelse(int signal);
int sigignore(int signal);
int sigpause(int signal);               /* EINTR */
int siginterrupt(int signal, int breaks_off);
void psignal(int signal, const char *prefix);

#endif
