/* SPDX-License-Identifier: MIT */
/* What hurd_task_create() takes, and what it refuses. */
#include "task_test.h"

/* Asks for a task whose image and memory are handles in task's table: numbers, or gifts of ours, which do
 * not come in question again.  What was not named is taken back. */
enum { GIVEN = 0x1000000, GIVEN_OTHER /* the one of the other kind */ };

static int create_with(L4_Word_t image_named, L4_Word_t control_named)
{
    L4_Word_t image_handle, control;
    EXPECT_EQ(give(CHILD_FRAMES, &image_handle, &control), 0);
    L4_Word_t first = image_named == GIVEN ? image_handle : image_named == GIVEN_OTHER ? control : image_named;
    L4_Word_t second = control_named == GIVEN         ? control
                       : control_named == GIVEN_OTHER ? image_handle
                                                      : control_named;
    int error = hurd_task_create(server(), self(), first, PAGE, PAGE, second, "x", 2, NULL);
    bool image_used = first == image_handle || second == image_handle;
    bool control_used = first == control || second == control;
    EXPECT_EQ(hurd_cap_take_back(physmem(), HURD_TASK_TASK, image_handle), image_used ? EBADF : 0);
    EXPECT_EQ(hurd_cap_take_back(physmem(), HURD_TASK_TASK, control), control_used ? EBADF : 0);
    return error;
}

TEST(task_create_wants_handles_that_this_caller_gave)
{
    L4_Word_t before = guarantee_left();
    for (L4_Word_t theirs = 0; theirs < 3; theirs++) {      /* task's startup, image, control */
        EXPECT_EQ(create_with(theirs, GIVEN), EPERM);
        EXPECT_EQ(create_with(GIVEN, theirs), EPERM);
        EXPECT_EQ(create_with(theirs, theirs), EPERM);
    }
    EXPECT_EQ(create_with(0x3FFFF, GIVEN), EBADF);
    EXPECT_EQ(create_with(GIVEN, ~0ul), EBADF);
    EXPECT_EQ(create_with(GIVEN_OTHER, GIVEN), EPERM);
    EXPECT_EQ(create_with(GIVEN, GIVEN_OTHER), EPERM);
    EXPECT_EQ(create_with(GIVEN, GIVEN), ENOEXEC);
    EXPECT_EQ(guarantee_left(), before);                    /* all of them were consumed */
}

TEST(task_create_refuses_what_is_no_program)
{
    static const struct {
        L4_Word_t offset, size;
        int error;
    } wrong[] = {
        {0, 0, ENOEXEC},
        {0, 51, ENOEXEC},
        {0, PAGE / 2, ENOEXEC},
        {1, PAGE, ENOEXEC},
        {4096, PAGE, ENOEXEC},
        {0, 17u << 20, ENOEXEC},
        {0xFFFFF000, 0x2000, ENOEXEC},
        {0, 15u << 20, ENOMEM},
    };
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        L4_Word_t image_handle, control;
        EXPECT_EQ(give(64, &image_handle, &control), 0);
        int error = hurd_task_create(server(), self(), image_handle, wrong[i].offset, wrong[i].size,
                                     control, "x", 2, NULL);
        if (!expect(error == wrong[i].error || (wrong[i].error == ENOMEM && error == ENOENT),
                    "refused", __FILE__, __LINE__))
            printf("# case %u: error %d\n", i, error);
    }
}

/* `task` shows a new task its first page when that faults, and may have shown another one a page of an image meanwhile.
 * The place where it maps first pages goes by the task's number: each of 64 comes once. */
TEST(task_create_gives_each_task_a_first_page_of_its_own)
{
    char role[32];
    snprintf(role, sizeof role, "reads=%lx", L4_MyGlobalId().raw);
    struct hurd_task_created reader = child_of(role);
    for (unsigned i = 0; i < 64; i++) {
        L4_Word_t status = 0;
        struct hurd_task_created child = child_of("exit");
        L4_LoadMR(0, 0);
        EXPECT(L4_IpcSucceeded(L4_Call(reader.thread)));
        EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, &status, NULL), 0);
        EXPECT_EQ(status, 42);
        child_end(&child);
    }
    child_end(&reader);
}

TEST(task_create_takes_an_image_at_any_offset)
{
    L4_Word_t other, handle, control, before = guarantee_left(), status = 0;
    struct hurd_task_created child;
    uintptr_t from = 0, to = 0;
    EXPECT(image_make());
    EXPECT_EQ(
        hurd_pm_container_create(physmem(), __hurd_startup_data->physmem_control.cap, 0, &other),
        0);
    EXPECT_EQ(hurd_pm_container_allocate(physmem(), other, 0, 0, image_bytes + PAGE, NULL), 0);
    EXPECT_EQ(hurd_vm_map_container(&from, image_bytes, 0, HURD_VM_READ, image, 0), 0);
    EXPECT_EQ(
        hurd_vm_map_container(&to, image_bytes + PAGE, 0, HURD_VM_READ | HURD_VM_WRITE, other, 0),
        0);
    memcpy((char *) to + 124, (const char *) from, image_bytes);
    EXPECT_EQ(hurd_pm_container_share(physmem(), other, HURD_TASK_TASK, 5, &handle), 0);
    EXPECT_EQ(hurd_pm_control_split(physmem(), __hurd_startup_data->physmem_control.cap,
                                    CHILD_FRAMES, HURD_TASK_TASK, &control),
              0);
    EXPECT_EQ(hurd_task_create(server(), self(), handle, 124, image_bytes, control,
                               "child\0child=exit", 17, &child),
              0);
    EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, &status, NULL), 0);
    EXPECT_EQ(status, 42);
    child_end(&child);
    hurd_vm_deallocate(from, image_bytes);
    hurd_vm_deallocate(to, image_bytes + PAGE);
    EXPECT_EQ(hurd_pm_container_destroy(physmem(), other), 0);
    hurd_cap_drop(physmem(), other);
    EXPECT(guarantee_left() + 4 >= before); /* our own map may have grown by a page of records */
}

/* Starts a child with an environment of so many bytes, in a container if it is long.  `spoilt`: the
 * text has no zero at its end. */
static int environment_child(L4_Word_t envz, bool spoilt, struct hurd_task_created *child)
{
    static const char argz[] = "child\0child=environment";
    static char bytes[HURD_TASK_TEXT_MAX];
    struct hurd_task_text text = { bytes, sizeof argz, envz, 0, 0 };
    L4_Word_t image_handle, control, container = 0;
    uintptr_t at = 0;
    memset(bytes, 'b', sizeof bytes);
    memcpy(bytes, argz, sizeof argz);
    memcpy(bytes + sizeof argz, "A=1\0B=", 6);
    bytes[sizeof argz + envz - 1] = spoilt ? 'b' : '\0';
    if (sizeof argz + envz > HURD_TASK_ARGZ_MAX) {
        EXPECT_EQ(hurd_pm_container_create(physmem(), __hurd_startup_data->physmem_control.cap, 0,
                                           &container), 0);
        EXPECT_EQ(hurd_pm_container_allocate(physmem(), container, 0, 0, HURD_TASK_TEXT_MAX, NULL),
                  0);
        EXPECT_EQ(hurd_vm_map_container(&at, HURD_TASK_TEXT_MAX, 0, 6, container, 0), 0);
        memcpy((void *)at, bytes, sizeof bytes);
        hurd_vm_deallocate(at, HURD_TASK_TEXT_MAX);
        EXPECT_EQ(hurd_pm_container_share(physmem(), container, HURD_TASK_TASK, 4, &text.container),
                  0);
    }
    int error = give(CHILD_FRAMES, &image_handle, &control);
    EXPECT_EQ(error, 0);
    error = hurd_task_create_text(server(), self(), image_handle, 0, image_bytes, control, &text,
                                  child);
    if (container)
        hurd_pm_container_destroy(physmem(), container);
    return error;
}

TEST(task_create_gives_an_environment_short_or_long)
{
    static const L4_Word_t lengths[] = { 20, 170, 4000, HURD_TASK_TEXT_MAX - 24 };
    for (unsigned i = 0; i < 4; i++) {
        struct hurd_task_created child = { 0, 0, L4_nilthread };
        L4_Word_t status = 0, length = lengths[i];
        EXPECT_EQ(environment_child(length, false, &child), 0);
        EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, &status, NULL), 0);
        EXPECT_EQ(status, (length - 5) % 200);
        child_end(&child);
    }
}

TEST(task_create_refuses_text_without_an_end)
{
    struct hurd_task_created child;
    L4_Word_t before = guarantee_left();
    EXPECT_EQ(environment_child(4000, true, &child), EINVAL);
    EXPECT(guarantee_left() + 4 >= before);
}

TEST(task_create_takes_text_of_the_caller_only)
{
    L4_Word_t image_handle, control, before = guarantee_left();
    struct hurd_task_text text = { "x", 300, 0, 0x3FFFF, 0 };
    EXPECT_EQ(give(CHILD_FRAMES, &image_handle, &control), 0);
    EXPECT_EQ(hurd_task_create_text(server(), self(), image_handle, 0, image_bytes, control, &text,
                                    NULL), EBADF);
    EXPECT(guarantee_left() + 4 >= before);
    EXPECT_EQ(give(CHILD_FRAMES, &image_handle, &control), 0);
    text.container = control;
    EXPECT_EQ(hurd_task_create_text(server(), self(), image_handle, 0, image_bytes, control, &text,
                                    NULL), EPERM);
    EXPECT(guarantee_left() + 4 >= before);
}

TEST(task_create_without_enough_memory_gives_everything_back)
{
    struct hurd_task_created child;
    EXPECT(image_make());
    L4_Word_t before = guarantee_left();
    for (L4_Word_t frames = 1; frames < 12; frames++)
        EXPECT_EQ(child_make("exit", frames, &child), ENOMEM);
    EXPECT_EQ(guarantee_left(), before);
}

TEST(task_create_checks_its_words)
{
    L4_Word_t words[64] = { self() };
    EXPECT_EQ(request(HURD_TASK_CREATE, 1, words), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_CREATE, self(), 0, 0, PAGE, 0, HURD_TASK_TEXT_MAX + 1, 0, 0), E2BIG);
    EXPECT_EQ(REQUEST(HURD_TASK_CREATE, self(), 0, 0, PAGE, 0, 1 | HURD_TASK_TEXT_MAX << 16, 0, 0),
              E2BIG);
    EXPECT_EQ(REQUEST(HURD_TASK_CREATE, self(), 0, 0, PAGE, 0, ~0ul, 0), E2BIG);
    EXPECT_EQ(REQUEST(HURD_TASK_CREATE, self(), 0, 0, PAGE, 0, 201, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_CREATE, self(), 0, 0, PAGE, 0, 201, 0, 1), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_CREATE, self(), 0, 0, PAGE, 0, 201, 0, 0 - PAGE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_CREATE, self(), 0, 0, PAGE, 0, 2 | 2 << 16, 0x41410041), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_CREATE, self(), 0, 0, PAGE, 0, 8, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_CREATE, self(), 0, 0, PAGE, 0, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_CREATE, self(), 0, 0, PAGE, 0, 4, 0x41414141), EINVAL); /* no end */
}

const struct test task_create[] = {
    T(task_create_wants_handles_that_this_caller_gave),
    T(task_create_refuses_what_is_no_program),
    T(task_create_gives_each_task_a_first_page_of_its_own),
    T(task_create_takes_an_image_at_any_offset),
    T(task_create_without_enough_memory_gives_everything_back),
    T(task_create_gives_an_environment_short_or_long),
    T(task_create_refuses_text_without_an_end),
    T(task_create_takes_text_of_the_caller_only),
    T(task_create_checks_its_words),
    { 0 },
};
