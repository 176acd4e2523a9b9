/* SPDX-License-Identifier: MIT */
/* mailbox: gives its thread a name, and shows what others send to it, until somebody sends "end".
 * mailbox WORD: finds that thread by its name, and sends it the word.  So two programs that know
 * nothing of each other but a name exchange messages. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

#define NAME  "mailbox"
#define LABEL 0x4D41

enum { WORDS = 16, LETTERS = WORDS * 4 };       /* of a message */

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

static int serve(void)
{
    int error = hurd_task_name_set(task_server(), __hurd_startup_data->task.cap, L4_MyGlobalId(),
                                   NAME);
    if (error) {
        printf("mailbox: no name: %s\n", strerror(error));
        return 1;
    }
    printf("mailbox: waits for words\n");
    for (bool more = true; more;) {
        L4_ThreadId_t from;
        L4_MsgTag_t tag = L4_Wait(&from);
        if (L4_IpcFailed(tag))
            continue;
        more = show(tag, from);
        L4_LoadMR(0, 0);
        L4_Reply(from);         /* waits for nobody */
    }
    return 0;
}

static int send(const char *word)
{
    L4_ThreadId_t mailbox;
    L4_Word_t words[WORDS] = {0};
    int error = hurd_task_name_find(task_server(), __hurd_startup_data->task.cap, NAME, &mailbox);
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
    return argc > 1 ? send(argv[1]) : serve();
}
