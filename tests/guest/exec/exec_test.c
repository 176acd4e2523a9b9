/* SPDX-License-Identifier: MIT */
/* execve(): what stays, what goes, and each error. */
#include "tests/guest/exec/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <l4/ipc.h>

enum {
    GOOD = 7,
    MEMORY_SIZE_AT = 20,                /* of a program header */
    FRAMES_OF_COPY = 20, FRAMES_OF_PROGRAM = 30,
};

static char long_name[300], long_path[5000], long_text[9000];

int ended(pid_t child)
{
    int status = -1;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int status_of(char *const argv[], char *const envp[])
{
    pid_t child = fork();
    if (child == 0) {
        execve(SELF, argv, envp);
        _exit(errno);
    }
    EXPECT_EQ(child > 0, true);
    return ended(child);
}

void file_make(const char *path, const char *text, mode_t mode)
{
    int f = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
    EXPECT_EQ(write(f, text, strlen(text)), strlen(text));
    EXPECT_EQ(close(f), 0);
}

/* Our own program file, from the container of which `task` gave us a view. */
static bool self_make(void)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    struct hurd_pm_container_info info;
    uintptr_t at = 0;
    if (hurd_pm_container_info(L4_ThreadIdOfRaw(data->image.server), data->image.cap, &info) ||
        hurd_vm_map_container(&at, info.allocated, 0, HURD_VM_READ, data->image.cap, 0))
        return false;
    int f = open(SELF, O_WRONLY | O_CREAT | O_TRUNC, 0755);
    bool good = write(f, (void *) at, info.allocated) == (ssize_t) info.allocated;
    hurd_vm_deallocate(at, info.allocated);
    return close(f) == 0 && good;
}

bool suite_can_run(void)
{
    child_run();
    memset(long_name, 'n', sizeof long_name - 1);
    memset(long_path, '/', sizeof long_path - 1);
    memset(long_text, 't', sizeof long_text - 1);
    return self_make();
}

/* ---- what the new program gets ---- */

TEST(a_new_program_gets_its_arguments_and_environment)
{
    EXPECT_EQ(status_of((char *[]) { "my name", "child=args", "two words", "", NULL },
                        (char *[]) { "A=1", "B=", NULL }), GOOD);
}

TEST(a_long_environment_arrives_whole)
{
    static char filler[4000];
    memset(filler, 'f', sizeof filler - 1);
    memcpy(filler, "F=", 2);
    char *environment[] = { "HAS=yes", filler, NULL };
    EXPECT_EQ(status_of((char *[]) { "x", "child=has", "x", NULL }, environment), GOOD);
}

TEST(the_id_and_the_parent_stay)
{
    char mine[12], parents[12];
    snprintf(parents, sizeof parents, "%d", getpid());
    pid_t child = fork();
    if (child == 0) {
        snprintf(mine, sizeof mine, "%d", getpid());
        execle(SELF, "x", "child=id", mine, parents, NULL, (char *[]) { NULL });
    }
    EXPECT_EQ(ended(child), GOOD);
}

TEST(open_files_stay_but_for_those_to_be_closed)
{
    char text[8] = "";
    file_make("/letters", "abcdef", 0644);
    file_make("/log", "be", 0644);
    int f = open("/letters", O_RDONLY), g = open("/letters", O_RDONLY);
    pid_t child = fork();
    if (child == 0) {
        umask(006);
        chdir("/etc");
        read(f, text, 2);
        dup2(f, 10);
        dup2(f, 11);
        dup2(g, 12);
        dup2(g, 14);
        fcntl(12, F_SETFD, FD_CLOEXEC);
        fcntl(g, F_DUPFD_CLOEXEC, 13);
        dup2(open("/log", O_WRONLY | O_APPEND), 15);
        for (int i = 3; i < 10; i++)
            close(i);
        execl(SELF, "x", "child=files", NULL);
        _exit(errno);
    }
    EXPECT_EQ(ended(child), GOOD);
    EXPECT_EQ(lseek(f, 0, SEEK_CUR), 4);        /* positions are shared */
    EXPECT_EQ(lseek(g, 0, SEEK_CUR), 1);
    close(f);
    close(g);
    f = open("/log", O_RDONLY);
    EXPECT_EQ(read(f, text, sizeof text), 5);
    EXPECT_EQ(memcmp(text, "beend", 5), 0);
    close(f);
    unlink("/letters");
    unlink("/log");
}

/* env knows nothing of descriptors. */
TEST(a_program_without_descriptors_writes_into_a_pipe_and_keeps_no_end)
{
    char text[32] = "";
    int ends[2], n, total = 0;
    EXPECT_EQ(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        fcntl(ends[0], F_SETFD, FD_CLOEXEC);
        fcntl(ends[1], F_SETFD, FD_CLOEXEC);
        execle("/bin/env", "env", NULL, (char *[]) { "X=1", "Y=2", NULL });
        _exit(errno);
    }
    close(ends[1]);
    while ((n = read(ends[0], text + total, sizeof text - 1 - total)) > 0)
        total += n;
    EXPECT_EQ(strcmp(text, "X=1\nY=2\n"), 0);
    EXPECT_EQ(ended(child), 0);
    close(ends[0]);
}

TEST(an_end_that_is_to_be_closed_is_closed_before_the_program_runs)
{
    char c;
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    pid_t child = fork();
    if (child == 0) {
        execl(SELF, "x", "child=threads", NULL);    /* lives a while, and fails: no file 10 */
        _exit(errno);
    }
    close(ends[1]);
    EXPECT_EQ(read(ends[0], &c, 1), 0);
    EXPECT_EQ(waitpid(child, NULL, WNOHANG), 0);
    EXPECT_EQ(ended(child) != GOOD, true);
    close(ends[0]);
}

static void thread_writes(void *descriptor)
{
    L4_Sleep(L4_TimePeriod(50000));
    write((int) (intptr_t) descriptor, "x", 1);
}

TEST(threads_of_the_old_program_are_gone)
{
    int f = open("/empty", O_RDWR | O_CREAT | O_TRUNC, 0644);
    pid_t child = fork();
    if (child == 0) {
        L4_ThreadId_t thread;
        dup2(f, 10);
        hurd_thread_start(&thread, thread_writes, (void *) 10, 0);
        execl(SELF, "x", "child=threads", NULL);
        _exit(errno);
    }
    EXPECT_EQ(ended(child), GOOD);
    close(f);
    unlink("/empty");
}

TEST(children_stay_children)
{
    pid_t child = fork();
    if (child == 0) {
        char id[12];
        pid_t grandchild = fork();
        if (grandchild == 0) {
            L4_Sleep(L4_TimePeriod(50000));
            _exit(5);
        }
        snprintf(id, sizeof id, "%d", grandchild);
        execl(SELF, "x", "child=waits", id, NULL);
        _exit(errno);
    }
    EXPECT_EQ(ended(child), GOOD);
}

TEST(twenty_programs_follow_each_other_in_one_task)
{
    EXPECT_EQ(status_of((char *[]) { "x", "child=chain", "20", NULL }, environ), GOOD);
}

TEST(a_new_program_forks)
{
    file_make("/letters", "abc", 0644);
    int f = open("/letters", O_RDONLY);
    pid_t child = fork();
    if (child == 0) {
        dup2(f, 10);
        execl(SELF, "x", "child=forks", NULL);
        _exit(errno);
    }
    EXPECT_EQ(ended(child), GOOD);
    close(f);
    unlink("/letters");
}

TEST(a_fault_of_the_new_program_ends_the_child)
{
    EXPECT_EQ(status_of((char *[]) { "x", "child=fault", NULL }, environ), 139);
}

static L4_Word_t frames_used(void)
{
    const struct hurd_startup_cap control = __hurd_startup_data->physmem_control;
    struct hurd_pm_control_info info = { 0 };
    hurd_pm_control_info(L4_ThreadIdOfRaw(control.server), control.cap, &info);
    return info.guarantee - info.used;
}

TEST(no_frame_is_lost)
{
    char *argv[] = { "x", "child=chain", "2", NULL };
    L4_Word_t before = 0;
    for (int i = 0; i < 12; i++) {
        EXPECT_EQ(status_of(argv, environ), GOOD);
        if (i == 3)
            before = frames_used();
    }
    EXPECT_EQ(frames_used(), before);
}

static L4_Word_t frames_free(void)
{
    const struct hurd_startup_cap control = __hurd_startup_data->physmem_control;
    struct hurd_pm_statistics s = { 0 };
    hurd_pm_statistics(L4_ThreadIdOfRaw(control.server), control.cap, &s);
    return s.free;
}

/* `program`: it executes /self; otherwise the child remains the copy that it is. */
static pid_t child_stays(bool program, int input[2], int output[2])
{
    char c;
    pid_t child = fork();
    if (child == 0) {
        close(input[1]);
        dup2(input[0], 0);
        dup2(output[1], 1);
        if (program)
            execl(SELF, "x", "child=stays", NULL);
        _exit(write(1, "s", 1) == 1 && read(0, &c, 1) == 0 ? GOOD : 1);
    }
    EXPECT_EQ(read(output[0], &c, 1), 1);       /* it runs */
    return child;
}

/* How many frames a child takes beside others of its kind. */
static L4_Word_t frames_of_one(bool program)
{
    enum { CHILDREN = 4 };
    pid_t child[CHILDREN];
    int input[2], output[2];
    EXPECT_EQ(pipe(input), 0);
    EXPECT_EQ(pipe(output), 0);
    fcntl(input[1], F_SETFD, FD_CLOEXEC);
    L4_Word_t free = 0;
    for (int i = 0; i < CHILDREN; i++) {
        child[i] = child_stays(program, input, output);
        if (i == 0)
            free = frames_free();
    }
    L4_Word_t frames = (free - frames_free()) / (CHILDREN - 1);
    close(input[1]);
    for (int i = 0; i < CHILDREN; i++)
        EXPECT_EQ(ended(child[i]), GOOD);
    close(input[0]);
    close(output[0]);
    close(output[1]);
    printf("# a %s takes %lu frames\n", program ? "program" : "copy", frames);
    return frames;
}

/* The text, of which 13 pages are its pager's, are not among them. */
TEST(copies_and_programs_share_the_frames_of_their_text)
{
    EXPECT_EQ(frames_of_one(false) < FRAMES_OF_COPY, true);
    EXPECT_EQ(frames_of_one(true) < FRAMES_OF_PROGRAM, true);
}

/* ---- scripts ---- */

TEST(a_script_names_its_interpreter)
{
    file_make("/script", "#! " SELF " child=script\nanything\n", 0755);
    pid_t child = fork();
    if (child == 0) {
        execl("/script", "forgotten", "argument", NULL);
        _exit(errno);
    }
    EXPECT_EQ(ended(child), GOOD);
    file_make("/outer", "#!/script\n", 0755);
    child = fork();
    if (child == 0) {
        execl("/outer", "x", NULL);
        _exit(errno);
    }
    EXPECT_EQ(ended(child) > 20, true);         /* /script got /outer and no argument */
    unlink("/outer");
    unlink("/script");
}

/* ---- errors: the old program goes on, with its files ---- */

TEST(execve_says_what_is_wrong)
{
    char *argv[] = { "x", NULL };
    int f = open("/etc", O_RDONLY | O_CLOEXEC);
    file_make("/plain", "no program\n", 0755);
    file_make("/locked", "no program\n", 0644);
    file_make("/nothing", "", 0755);
    file_make("/around", "#!/around\n", 0755);
    file_make("/missing", "#!/none\n", 0755);
    file_make("/endless", "#!/bin/env", 0755);
    symlink("/loop", "/loop");
    EXPECT_FAILS(execve("/none", argv, environ), ENOENT);
    EXPECT_FAILS(execve("", argv, environ), ENOENT);
    EXPECT_FAILS(execve("/missing", argv, environ), ENOENT);
    EXPECT_FAILS(execve("/plain/x", argv, environ), ENOTDIR);
    EXPECT_FAILS(execve("/loop", argv, environ), ELOOP);
    EXPECT_FAILS(execve(long_path, argv, environ), ENAMETOOLONG);
    EXPECT_FAILS(execve(long_name, argv, environ), ENAMETOOLONG);
    EXPECT_FAILS(execve("/locked", argv, environ), EACCES);
    EXPECT_FAILS(execve("/etc", argv, environ), EACCES);
    EXPECT_FAILS(execve("/plain", argv, environ), ENOEXEC);
    EXPECT_FAILS(execve("/nothing", argv, environ), ENOEXEC);
    EXPECT_FAILS(execve("/around", argv, environ), ENOEXEC);
    EXPECT_FAILS(execve("/endless", argv, environ), ENOEXEC);
    EXPECT_FAILS(execve(SELF, (char *[]) { long_text, NULL }, environ), E2BIG);
    EXPECT_FAILS(execve(SELF, argv, (char *[]) { long_text, NULL }), E2BIG);
    EXPECT_FAILS(execve(NULL, argv, environ), EFAULT);
    EXPECT_FAILS(execve(SELF, NULL, environ), EFAULT);
    EXPECT_EQ(fcntl(f, F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(close(f), 0);
    unlink("/plain");
    unlink("/locked");
    unlink("/nothing");
    unlink("/around");
    unlink("/missing");
    unlink("/endless");
    unlink("/loop");
}

/* The last program header's size in memory becomes half of the address space. */
TEST(a_program_that_never_fits_is_refused)
{
    unsigned char head[0x34];
    unsigned size = 0x40000000, at;
    char *argv[] = { "x", NULL };
    int f = open(SELF, O_RDWR);
    EXPECT_EQ(read(f, head, sizeof head), sizeof head);
    at = head[0x1c] + head[0x2a] * (head[0x2c] - 1u) + MEMORY_SIZE_AT;
    EXPECT_EQ(pwrite(f, &size, sizeof size, at), sizeof size);
    EXPECT_FAILS(execve(SELF, argv, environ), ENOMEM);
    close(f);
    EXPECT_EQ(self_make(), true);
    EXPECT_EQ(status_of((char *[]) { "x", "child=has", "x", NULL },
                        (char *[]) { "HAS=yes", NULL }), GOOD);
}

const struct test tests[] = {
    T(a_new_program_gets_its_arguments_and_environment),
    T(a_long_environment_arrives_whole),
    T(the_id_and_the_parent_stay),
    T(open_files_stay_but_for_those_to_be_closed),
    T(a_program_without_descriptors_writes_into_a_pipe_and_keeps_no_end),
    T(an_end_that_is_to_be_closed_is_closed_before_the_program_runs),
    T(threads_of_the_old_program_are_gone),
    T(children_stay_children),
    T(twenty_programs_follow_each_other_in_one_task),
    T(a_new_program_forks),
    T(a_fault_of_the_new_program_ends_the_child),
    T(no_frame_is_lost),
    T(copies_and_programs_share_the_frames_of_their_text),
    T(a_script_names_its_interpreter),
    T(execve_says_what_is_wrong),
    T(a_program_that_never_fits_is_refused),
    T(a_spawned_program_runs_as_a_child),
    T(file_actions_are_done_in_their_order),
    T(a_spawned_program_has_what_the_caller_had),
    T(a_spawned_program_without_descriptors_has_its_streams),
    T(a_spawned_program_may_have_nothing_open),
    T(a_task_that_cannot_fork_spawns),
    T(spawning_says_what_is_wrong),
    T(the_report_makes_room_for_an_action),
    T(attributes_are_checked),
    T(each_form_of_exec_passes_what_it_gets),
    T(a_program_is_searched_for_in_the_path),
    T(a_malformed_request_costs_no_gift),
    T(a_program_starts_as_its_file_is_now),
    T(writes_through_a_map_are_in_the_next_start),
    T(a_program_from_a_file_does_not_pay_for_its_text),
    T(a_held_image_starts_programs),
    T(images_are_refused),
    T(an_image_charges_its_maker),
    T(the_file_server_says_why_there_is_no_image),
    T(an_empty_image_belongs_to_its_maker),
    T(the_file_of_a_running_program_is_not_written_to),
    T(a_running_program_keeps_a_file_that_is_replaced),
    T(what_the_file_server_cannot_bring_is_refused),
    T(a_program_from_a_file_starts_itself),
    T(a_task_is_changed_by_itself_only),
    T(gifts_of_the_wrong_kind_are_lost),
    T(what_is_no_program_is_refused),
    T(a_start_without_an_image_costs_no_memory),
    { NULL, NULL },
};
