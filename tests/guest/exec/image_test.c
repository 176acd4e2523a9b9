/* SPDX-License-Identifier: MIT */
/* Images that `task` holds: which tasks share them, when the file server makes a new one, and what
 * both servers refuse. */
#include "tests/guest/exec/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hurd/cap.h>
#include <hurd/file.h>
#include <hurd/fs.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/thread.h>

#include "lib/posix/descriptors.h"

enum { GOOD = 7, LARGE = 4 << 20 };

#define PROGRAM "/program"

static L4_ThreadId_t server(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
}

/* ---- the file server's images follow the file ---- */

/* The program's exit status is the byte behind these, which the tests change in the file. */
static volatile char mark[] = "the status of this program: A";
enum { MARK = sizeof mark - 2 };

int image_status(void)
{
    return mark[MARK];
}

static off_t mark_at;

static bool mark_is_at(const char *bytes)
{
    for (int i = 0; i < MARK; i++) {
        if (bytes[i] != mark[i])
            return false;
    }
    return true;
}

/* Post: mark_at is the place in the file. */
static void program_copy(const char *path)
{
    struct stat s;
    int from = open(SELF, O_RDONLY), to = open(path, O_RDWR | O_CREAT | O_TRUNC, 0755);
    EXPECT_EQ(fstat(from, &s), 0);
    char *bytes = malloc((size_t) s.st_size);
    EXPECT_EQ(read(from, bytes, (size_t) s.st_size), s.st_size);
    EXPECT_EQ(write(to, bytes, (size_t) s.st_size), s.st_size);
    for (off_t at = 0; at + MARK < s.st_size; at++) {
        if (mark_is_at(bytes + at))
            mark_at = at + MARK;
    }
    free(bytes);
    close(from);
    close(to);
    EXPECT_EQ(mark_at > 0, true);
}

static int status_of_program(void)
{
    pid_t child = fork();
    if (child == 0) {
        execl(PROGRAM, "x", "child=image", NULL);
        _exit(errno);
    }
    return ended(child);
}

static void mark_write(const char *path, char value)
{
    int f = open(path, O_RDWR);
    EXPECT_EQ(pwrite(f, &value, 1, mark_at), 1);
    close(f);
}

void a_program_starts_as_its_file_is_now(void)
{
    program_copy(PROGRAM);
    EXPECT_EQ(status_of_program(), 'A');
    EXPECT_EQ(status_of_program(), 'A');
    mark_write(PROGRAM, 'B');
    EXPECT_EQ(status_of_program(), 'B');
    program_copy("/other");                     /* another file of the same name */
    mark_write("/other", 'C');
    EXPECT_EQ(rename("/other", PROGRAM), 0);
    EXPECT_EQ(status_of_program(), 'C');
    EXPECT_EQ(unlink(PROGRAM), 0);
    EXPECT_EQ(status_of_program(), ENOENT);
    program_copy(PROGRAM);                      /* the inode's number may be the old one's */
    mark_write(PROGRAM, 'D');
    EXPECT_EQ(status_of_program(), 'D');
    EXPECT_EQ(chmod(PROGRAM, 0644), 0);
    EXPECT_EQ(status_of_program(), EACCES);
    EXPECT_EQ(chmod(PROGRAM, 0755), 0);
    EXPECT_EQ(truncate(PROGRAM, 100), 0);
    EXPECT_EQ(status_of_program(), ENOEXEC);
    unlink(PROGRAM);
}

/* Writes what comes from descriptor 0 into the file, through one map. */
static _Noreturn void map_writer(void)
{
    int f = open(PROGRAM, O_RDWR);
    char *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, f, mark_at & ~(off_t) 4095);
    char value;
    while (at != MAP_FAILED && read(0, &value, 1) == 1) {
        at[mark_at % 4096] = value;
        write(1, &value, 1);
    }
    _exit(at == MAP_FAILED ? 1 : GOOD);
}

/* The server sees only the first write to a page that it has not cleaned since. */
void writes_through_a_map_are_in_the_next_start(void)
{
    int input[2], output[2];
    char value;
    program_copy(PROGRAM);
    EXPECT_EQ(status_of_program(), 'A');
    EXPECT_EQ(pipe(input), 0);
    EXPECT_EQ(pipe(output), 0);
    pid_t writer = fork();
    if (writer == 0) {
        close(input[1]);
        dup2(input[0], 0);
        dup2(output[1], 1);
        map_writer();
    }
    for (char next = 'K'; next <= 'O'; next++) {
        EXPECT_EQ(write(input[1], &next, 1), 1);
        EXPECT_EQ(read(output[0], &value, 1), 1);
        EXPECT_EQ(status_of_program(), next);
        EXPECT_EQ(status_of_program(), next);
    }
    close(input[1]);
    EXPECT_EQ(ended(writer), GOOD);
    close(input[0]);
    close(output[0]);
    close(output[1]);
    unlink(PROGRAM);
}

/* ---- which task pays, and what remains ---- */

L4_Word_t image_pages(void)
{
    struct hurd_pm_container_info info = { 0 };
    hurd_pm_container_info(physmem(), __hurd_startup_data->image.cap, &info);
    return info.allocated / HURD_MM_PAGE;
}

/* A program that began with a held image has no container of its own with all its pages. */
bool image_is_ours(void)
{
    struct hurd_pm_listed list[HURD_PM_LISTED_MOST];
    L4_Word_t n = 0, pages = image_pages();
    for (L4_Word_t at = 0; ; at += n) {
        if (hurd_pm_container_list(physmem(), __hurd_startup_data->physmem_control.cap,
                                   (L4_Word_t) getpid(), at, list, &n) || n == 0)
            return false;
        for (L4_Word_t i = 0; i < n; i++) {
            if (list[i].pages == pages && list[i].maker == HURD_TASK_TASK)
                return true;
        }
    }
}

void a_program_from_a_file_does_not_pay_for_its_text(void)
{
    EXPECT_EQ(image_is_ours(), true);           /* init started us from memory */
    EXPECT_EQ(status_of((char *[]) { "x", "child=shares", NULL }, environ), GOOD);
    EXPECT_EQ(status_of((char *[]) { "x", "child=shares", NULL }, environ), GOOD);
}

/* ---- HURD_TASK_IMAGE ---- */

static int image_ask(L4_Word_t container, L4_Word_t offset, L4_Word_t size, L4_Word_t *handle)
{
    return hurd_task_image(server(), __hurd_startup_data->task.cap, container, offset, size,
                           handle);
}

/* A container of ours with our program, as `task` sees it. */
static L4_Word_t program_container(L4_Word_t *shown)
{
    L4_Word_t container = 0;
    EXPECT_EQ(hurd_pm_container_create(physmem(), __hurd_startup_data->physmem_control.cap, 0,
                                       &container), 0);
    EXPECT_EQ(hurd_pm_container_copy(physmem(), __hurd_startup_data->image.cap, 0, container, 0,
                                     image_pages() * HURD_MM_PAGE, 0, NULL), 0);
    EXPECT_EQ(hurd_pm_container_share(physmem(), container, HURD_TASK_TASK, 5, shown), 0);
    return container;
}

static L4_Word_t shown_again(L4_Word_t container)
{
    L4_Word_t shown = 0;
    EXPECT_EQ(hurd_pm_container_share(physmem(), container, HURD_TASK_TASK, 5, &shown), 0);
    return shown;
}

/* CREATE with a held image; the control is split off ours. */
static int create(L4_Word_t image, L4_Word_t size, struct hurd_task_created *created)
{
    static const char argz[] = "x\0child=image";
    const struct hurd_task_text text = { argz, sizeof argz, 0, 0, 0 };
    L4_Word_t control = 0;
    EXPECT_EQ(hurd_pm_control_split(physmem(), __hurd_startup_data->physmem_control.cap, 200,
                                    HURD_TASK_TASK, &control), 0);
    int error = hurd_task_create_text(server(), __hurd_startup_data->task.cap, image,
                                      HURD_TASK_IMAGE_HELD, size, control, &text, created);
    if (error == EINVAL)
        EXPECT_EQ(hurd_cap_take_back(physmem(), HURD_TASK_TASK, control), 0);
    return error;
}

/* The maker's pages and handle may go: what was begun goes on. */
void a_held_image_starts_programs(void)
{
    L4_Word_t shown, image = 0, again = 0, status = 0, reason = 0;
    struct hurd_task_created created[2];
    L4_Word_t container = program_container(&shown), size = image_pages() * HURD_MM_PAGE;
    EXPECT_EQ(image_ask(shown, 0, size, &image), 0);
    EXPECT_EQ(image_ask(shown_again(container), 0, size, &again), 0);
    EXPECT_EQ(hurd_pm_container_destroy(physmem(), container), 0);
    EXPECT_EQ(create(image, 0, &created[0]), 0);
    EXPECT_EQ(create(again, 0, &created[1]), 0);
    int error = create(image, 0, &created[0]);          /* consumed: it is nothing, or a task */
    EXPECT_EQ(error == EBADF || error == EPERM, true);
    for (int i = 0; i < 2; i++) {
        EXPECT_EQ(hurd_task_wait(server(), created[i].handle, 0, &status, &reason), 0);
        EXPECT_EQ(status, 'A');
        EXPECT_EQ(reason, HURD_TASK_EXITED);
        EXPECT_EQ(hurd_cap_rpc(server(), HURD_TASK_RELEASE, 1, &created[i].handle, 0, NULL, NULL),
                  0);
    }
}

void images_are_refused(void)
{
    L4_Word_t shown, image = 0, images[HURD_TASK_IMAGES], control = 0;
    L4_Word_t container = program_container(&shown), size = image_pages() * HURD_MM_PAGE;
    struct hurd_task_created created;
    EXPECT_EQ(image_ask(shown, 100, size, &image), EINVAL);
    EXPECT_EQ(hurd_cap_rpc(server(), HURD_TASK_IMAGE, 1, &__hurd_startup_data->task.cap, 1, &image,
                           NULL), EINVAL);
    EXPECT_EQ(hurd_cap_take_back(physmem(), HURD_TASK_TASK, shown), 0);
    EXPECT_EQ(image_ask(4711, 0, size, &image), EBADF);
    for (int i = 0; i < 6; i++) {               /* more gifts than a program may have there */
        EXPECT_EQ(hurd_pm_control_split(physmem(), __hurd_startup_data->physmem_control.cap, 1,
                                        HURD_TASK_TASK, &control), 0);
        EXPECT_EQ(image_ask(control, 0, size, &image), EPERM);
        EXPECT_EQ(image_ask(shown_again(container), 0, 0, &image), ENOEXEC);
        EXPECT_EQ(image_ask(shown_again(container), 0, 100, &image), ENOEXEC);
        EXPECT_EQ(image_ask(shown_again(container), 0, size + HURD_MM_PAGE, &image), ENOENT);
    }
    unsigned n = 0;
    while (n < HURD_TASK_IMAGES &&
           image_ask(shown_again(container), 0, size, &images[n]) == 0)
        n++;
    EXPECT_EQ(n, HURD_TASK_IMAGES);
    EXPECT_EQ(image_ask(shown_again(container), 0, size, &image), EAGAIN);
    EXPECT_EQ(create(images[0], size, &created), EINVAL);
    EXPECT_EQ(create(__hurd_startup_data->task.cap, 0, &created), EPERM);
    EXPECT_EQ(create(4711, 0, &created), EBADF);
    EXPECT_EQ(hurd_cap_rpc(server(), HURD_TASK_INFO, 1, &images[0], 0, NULL, NULL), ENOSYS);
    while (n > 0)
        EXPECT_EQ(hurd_cap_drop(server(), images[--n]), 0);
    EXPECT_EQ(image_ask(shown_again(container), 0, size, &image), 0);
    EXPECT_EQ(hurd_cap_drop(server(), image), 0);
    EXPECT_EQ(hurd_pm_container_destroy(physmem(), container), 0);
}

/* A child that has not so many frames, and a task that is not the caller. */
void an_image_charges_its_maker(void)
{
    struct hurd_task_created child = { 0 };
    L4_Word_t shown, image = 0, container = program_container(&shown);
    const L4_Word_t size = image_pages() * HURD_MM_PAGE;
    int error = hurd_fork(image_pages(), &child);
    if (!error && !child.id) {
        L4_Sleep(L4_TimePeriod(200000));
        program_container(&shown);              /* so many pages, and then no more */
        _exit(image_ask(shown, 0, size, &image));
    }
    EXPECT_EQ(error, 0);
    EXPECT_EQ(hurd_task_image(server(), child.handle, shown, 0, size, &image), EPERM);
    EXPECT_EQ(hurd_cap_take_back(physmem(), HURD_TASK_TASK, shown), 0);
    EXPECT_EQ(ended((pid_t) child.id), ENOMEM);
    EXPECT_EQ(hurd_pm_container_destroy(physmem(), container), 0);
}

/* ---- HURD_FILE_IMAGE ---- */

static int file_image(const char *path, unsigned flags, bool slot, L4_Word_t *image)
{
    struct files *files;
    struct file file;
    posix_lock();
    int error = posix_files(&files);
    if (!error)
        error = file_open(files, &file, path, flags, 0);
    if (!error) {
        if (slot)
            error = hurd_cap_open(server(), 1, L4_Version(file.server));
        if (!error)
            error = hurd_cap_rpc(file.server, HURD_FILE_IMAGE, 1, &file.handle, 1, image, NULL);
        hurd_cap_open(server(), 0, L4_Version(file.server));
        file_close(&file);
    }
    posix_unlock();
    return error;
}

void the_file_server_says_why_there_is_no_image(void)
{
    L4_Word_t image = 0;
    file_make("/plain", "no program\n", 0755);
    file_make("/empty", "", 0755);
    program_copy("/large");
    EXPECT_EQ(truncate("/large", LARGE), 0);
    EXPECT_EQ(file_image("/large", HURD_DIR_READS, true, &image), 0);       /* of any size */
    EXPECT_EQ(hurd_cap_drop(server(), image), 0);
    int writer = open("/large", O_RDWR);        /* then it comes as a whole */
    EXPECT_EQ(file_image(SELF, HURD_DIR_READS, true, &image), 0);
    EXPECT_EQ(hurd_cap_drop(server(), image), 0);
    EXPECT_EQ(file_image(SELF, HURD_DIR_READS, false, &image), EPERM);
    EXPECT_EQ(file_image(SELF, HURD_DIR_WRITES, true, &image), EACCES);
    EXPECT_EQ(file_image("/etc", HURD_DIR_READS, true, &image), EACCES);
    EXPECT_EQ(file_image("/plain", HURD_DIR_READS, true, &image), ENOEXEC);
    EXPECT_EQ(file_image("/empty", HURD_DIR_READS, true, &image), ENOEXEC);
    EXPECT_EQ(file_image("/large", HURD_DIR_READS, true, &image), EFBIG);
    close(writer);
    EXPECT_EQ(chmod("/plain", 0644), 0);
    EXPECT_EQ(file_image("/plain", HURD_DIR_READS, true, &image), EACCES);
    unlink("/plain");
    unlink("/empty");
    unlink("/large");
}

/* ---- images whose pages come later: HURD_TASK_IMAGE with a number, HURD_FS_IMAGE ---- */

void an_empty_image_belongs_to_its_maker(void)
{
    L4_Word_t shown, image = 0, pages = 0, users = 1;
    L4_Word_t container = program_container(&shown), size = image_pages() * HURD_MM_PAGE;
    struct hurd_task_created created;
    struct hurd_pm_container_info info = { 0 };
    const L4_Word_t six[] = { __hurd_startup_data->task.cap, shown, 0, size, 1, 1 };
    EXPECT_EQ(hurd_cap_rpc(server(), HURD_TASK_IMAGE, 6, six, 0, NULL, NULL), EINVAL);
    EXPECT_EQ(hurd_task_image_empty(server(), __hurd_startup_data->task.cap, shown, size, 4711,
                                    &image, &pages), 0);
    EXPECT_EQ(hurd_pm_container_info(physmem(), pages, &info), 0);
    EXPECT_EQ(info.allocated, 0);
    EXPECT_EQ(hurd_pm_container_copy(physmem(), container, 0, pages, 0, size, 0, NULL), 0);
    EXPECT_EQ(hurd_task_image_users(server(), image, &users), 0);
    EXPECT_EQ(users, 0);
    const L4_Word_t two[] = { image, 1 };
    EXPECT_EQ(hurd_cap_rpc(server(), HURD_TASK_IMAGE_USERS, 2, two, 0, NULL, NULL), EINVAL);
    EXPECT_EQ(hurd_task_image_users(server(), 4711, &users), EBADF);
    EXPECT_EQ(create(image, 0, &created), 0);
    L4_Word_t status = 0, reason = 0;
    EXPECT_EQ(hurd_task_wait(server(), created.handle, 0, &status, &reason), 0);
    EXPECT_EQ(status, 'A');
    EXPECT_EQ(hurd_cap_rpc(server(), HURD_TASK_RELEASE, 1, &created.handle, 0, NULL, NULL), 0);
    EXPECT_EQ(hurd_cap_drop(physmem(), pages), 0);
    EXPECT_EQ(hurd_pm_container_destroy(physmem(), container), 0);
}

/* A program that runs and waits for a byte; what becomes of its file meanwhile? */
static pid_t program_waits(int *input)
{
    int in[2], out[2];
    char byte;
    EXPECT_EQ(pipe(in), 0);
    EXPECT_EQ(pipe(out), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        for (int i = 0; i < 2; i++) {
            close(in[i]);
            close(out[i]);
        }
        execl(PROGRAM, "x", "child=late", NULL);
        _exit(errno);
    }
    close(in[0]);
    close(out[1]);
    EXPECT_EQ(read(out[0], &byte, 1), 1);
    close(out[0]);
    *input = in[1];
    return child;
}

static int open_error(int flags)
{
    errno = 0;
    int f = open(PROGRAM, flags);
    if (f >= 0)
        close(f);
    return errno;
}

void the_file_of_a_running_program_is_not_written_to(void)
{
    int input;
    program_copy(PROGRAM);
    pid_t child = program_waits(&input);
    EXPECT_EQ(open_error(O_RDWR), ETXTBSY);
    EXPECT_EQ(open_error(O_WRONLY | O_TRUNC), ETXTBSY);
    EXPECT_FAILS(truncate(PROGRAM, 100), ETXTBSY);
    EXPECT_EQ(open_error(O_RDONLY), 0);
    EXPECT_EQ(chmod(PROGRAM, 0644), 0);
    EXPECT_EQ(write(input, "x", 1), 1);
    EXPECT_EQ(ended(child), 'A');
    EXPECT_EQ(open_error(O_RDWR), 0);
    close(input);
    unlink(PROGRAM);
}

/* By another file, or by none: it goes on with the old one. */
void a_running_program_keeps_a_file_that_is_replaced(void)
{
    for (int i = 0; i < 2; i++) {
        int input;
        program_copy(PROGRAM);
        pid_t child = program_waits(&input);
        program_copy("/other");
        mark_write("/other", 'C');
        EXPECT_EQ(i ? unlink(PROGRAM) : rename("/other", PROGRAM), 0);
        EXPECT_EQ(i ? open_error(O_RDWR) : status_of_program(), i ? ENOENT : 'C');
        EXPECT_EQ(write(input, "x", 1), 1);
        EXPECT_EQ(ended(child), 'A');
        close(input);
    }
    unlink("/other");
}

static int fs_image(L4_ThreadId_t fs, unsigned words, L4_Word_t number, L4_Word_t page,
                    L4_Word_t count)
{
    const L4_Word_t in[] = { number, page, count, 0 };
    return hurd_cap_rpc(fs, HURD_FS_IMAGE, words, in, 0, NULL, NULL);
}

/* In a program from a file: 0, or which condition does not hold. */
int pages_are_refused(void)
{
    const L4_ThreadId_t fs = L4_ThreadIdOfRaw(__hurd_startup_data->image_pages.server);
    const L4_Word_t number = __hurd_startup_data->image_pages.cap;
    return L4_IsNilThread(fs)                            ? 1
           : fs_image(fs, 3, number, 0, 1)                    ? 2
           : fs_image(fs, 3, number, 1u << 30, 1) != ENXIO    ? 3
           : fs_image(fs, 3, number + 4711, 0, 1) != ENOENT   ? 4
           : fs_image(fs, 3, number, 0, 0) != EINVAL          ? 5
           : fs_image(fs, 3, number, 0, 17) != EINVAL         ? 6
           : fs_image(fs, 2, number, 0, 1) != EINVAL          ? 7
           : fs_image(fs, 4, number, 0, 1) != EINVAL          ? 8
                                                              : 0;
}

/* The copy of a program from a file is started by the program itself. */
int starts_itself(void)
{
    static const char argz[] = "x\0child=image";
    struct hurd_task_created created;
    L4_Word_t status = 0, reason = 0;
    int error = hurd_spawn_self(100, argz, sizeof argz, &created);
    if (!error)
        error = hurd_task_wait(server(), created.handle, 0, &status, &reason);
    return error ? error : status == 'A' ? 0 : 200;
}

void what_the_file_server_cannot_bring_is_refused(void)
{
    EXPECT_EQ(status_of((char *[]) { "x", "child=refused", NULL }, environ), 0);
}

void a_program_from_a_file_starts_itself(void)
{
    EXPECT_EQ(status_of((char *[]) { "x", "child=itself", NULL }, environ), 0);
}
