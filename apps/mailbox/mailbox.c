/* SPDX-License-Identifier: MIT */
/* mailbox: starts a thread, gives it a name, and waits for its end.  The thread shows what others
 * send to it, until one of them sends "end".
 * mailbox WORD: finds that thread by its name, and sends it the word.  So two programs that know
 * nothing of each other but a name exchange messages. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <hurd/mm.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

#define NAME  "mailbox"
#define LABEL 0x4D41

enum {
    WORDS = 16, LETTERS = WORDS * 4,    /* of a message */
    STACK = 8192,
    LOOKS = 5,                          /* for a mailbox that may just start, */
    PAUSE = 100000000,                  /* with so many nanoseconds between them */
};

static L4_ThreadId_t task_server(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
}

/* Shows one message.  Returns false if it was the last one.  The reply has no words. */
static bool show(L4_MsgTag_t tag, L4_ThreadId_t from)
{
    char text[LETTERS + 1] = "";
    L4_Word_t words[WORDS];
    if (L4_Label(tag) != LABEL || L4_TypedWords(tag) || L4_UntypedWords(tag) > WORDS)
        return true;            /* not for us: a server survives any message */
    L4_StoreMRs(1, (int)L4_UntypedWords(tag), words);
    memcpy(text, words, L4_UntypedWords(tag) * sizeof *words);
    printf("mailbox: \"%s\" from task %lu\n", text, L4_Version(from));
    return strcmp(text, "end");
}

static void serve(void *parent)
{
    for (bool more = true; more;) {
        L4_ThreadId_t from;
        L4_MsgTag_t tag = L4_Wait(&from);
        if (L4_IpcFailed(tag))
            continue;
        more = show(tag, from);
        L4_LoadMR(0, 0);
        L4_Reply(from);         /* waits for nobody */
    }
    L4_LoadMR(0, 0);
    L4_Send(*(L4_ThreadId_t *)parent);  /* see join() */
}

/* There is no join() in the library.  A thread itself says that it ends, by a message, and the
 * thread that waits for that receives from it. */
static void join(L4_ThreadId_t thread)
{
    while (L4_IpcFailed(L4_Receive(thread)))
        ;
}

static int open(void)
{
    L4_ThreadId_t self = L4_MyGlobalId(), thread;
    int error = hurd_thread_start(&thread, serve, &self, STACK);
    if (!error)
        error = hurd_task_name_set(task_server(), __hurd_startup_data->task.cap, thread, NAME);
    if (error) {
        printf("mailbox: no thread with a name: %s\n", strerror(error));
        return 1;               /* all threads of the task end */
    }
    printf("mailbox: waits for words\n");
    join(thread);
    printf("mailbox: its thread has ended\n");
    return 0;
}

static int send(const char *word)
{
    static const struct timespec pause = {.tv_nsec = PAUSE};
    L4_ThreadId_t mailbox;
    L4_Word_t words[WORDS] = {0};
    int error = ESRCH;
    for (int i = 0; i < LOOKS && error == ESRCH; i++) {
        if (i > 0)
            nanosleep(&pause, NULL);
        error = hurd_task_name_find(task_server(), __hurd_startup_data->task.cap, NAME, &mailbox);
    }
    if (error) {
        printf("mailbox: there is none: start it by `mailbox &`\n");
        return 1;
    }
    strncpy((char *)words, word, LETTERS);
    L4_LoadMR(0, LABEL << 16 | WORDS);
    L4_LoadMRs(1, WORDS, words);
    if (L4_IpcSucceeded(L4_Call(mailbox)))
        return 0;
    printf("mailbox: it has ended\n");
    return 1;
}

int main(int argc, char **argv)
{
    return argc > 1 ? send(argv[1]) : open();
}
