/* SPDX-License-Identifier: MIT */
/* flags: -idirafter lib/libc-mini/include */
/* Our malloc over the build machine's mmap: blocks do not overlap, contents stay, mistakes end the
 * program. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

void __libc_wait(volatile unsigned *word, unsigned value);
void __libc_wake(volatile unsigned *word, unsigned count);
void __libc_wait(volatile unsigned *word, unsigned value) { (void)word, (void)value; }
void __libc_wake(volatile unsigned *word, unsigned count) { (void)word, (void)count; }

static jmp_buf aborted;
static const char *mistake;
static const void *mistaken;

_Noreturn void __libc_mistake(const char *what, const void *at, const void *caller);
_Noreturn void __libc_mistake(const char *what, const void *at, const void *caller)
{
    (void)caller;
    mistake = what;
    mistaken = at;
    longjmp(aborted, 1);
}

_Noreturn void __libc_deadlock(const void *lock, const void *caller);
_Noreturn void __libc_deadlock(const void *lock, const void *caller)
{
    __libc_mistake("deadlock", lock, caller);
}
static size_t mapped;                   /* bytes that malloc has mapped */
static void *unmapped;                  /* the last mapping that went: the next one comes there */
static bool refuse;

static void *count_mmap(void *at, size_t size, int protection, int flags, int file, off_t offset)
{
    if (refuse)
        return MAP_FAILED;
    mapped += size;
    return mmap(at ? at : unmapped, size, protection, flags, file, offset);
}

static int count_munmap(void *at, size_t size)
{
    mapped -= size;
    unmapped = at;
    return munmap(at, size);
}

#define malloc mini_malloc
#define calloc mini_calloc
#define realloc mini_realloc
#define free mini_free
#define aligned_alloc mini_aligned_alloc
#define posix_memalign mini_posix_memalign
#undef strdup
#undef strndup
#define strdup mini_strdup
#define strndup mini_strndup
#define mmap count_mmap
#define munmap count_munmap
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *block, size_t size);
void free(void *block);
void *aligned_alloc(size_t alignment, size_t size);
int posix_memalign(void **block, size_t alignment, size_t size);
char *strdup(const char *s);
char *strndup(const char *s, size_t n);
#include "lib/libc-mini/mutex.c"
#include "lib/libc-mini/malloc.c"
#undef mmap
#undef munmap

enum { BLOCKS = 400 };
static unsigned char *block[BLOCKS];
static size_t size[BLOCKS];

static void check_block(int i)
{
    for (size_t k = 0; k < size[i]; k++)
        assert_int_equal(block[i][k], (unsigned char)i);
}

static size_t random_size(void)
{
    return (size_t)random() % (random() % 8 ? 700 : 40000);
}

static void blocks_keep_their_contents_under_random_use(void **state)
{
    (void)state;
    for (int step = 0; step < 20000; step++) {
        int i = (int)(random() % BLOCKS);
        check_block(i);
        size_t new_size = random_size();
        if (block[i] && random() % 2) {
            block[i] = realloc(block[i], new_size);
            size[i] = new_size < size[i] ? new_size : size[i];
            check_block(i);
        } else {
            free(block[i]);
            block[i] = random() % 3 ? malloc(new_size) : aligned_alloc(64, new_size);
        }
        assert_non_null(block[i]);
        assert_int_equal((uintptr_t)block[i] % 16, 0);
        size[i] = new_size;
        memset(block[i], i, new_size);
    }
    for (int i = 0; i < BLOCKS; i++) {
        check_block(i);
        free(block[i]);
        block[i] = NULL;
        size[i] = 0;
    }
}

static void small_blocks_are_used_again(void **state)
{
    (void)state;
    void *a = malloc(100);
    free(a);
    size_t before = mapped;
    for (int i = 0; i < 10000; i++) {
        void *b = malloc(97);
        assert_ptr_equal(a, b);
        free(b);
    }
    assert_int_equal(mapped, before);
}

static void large_blocks_go_back_to_the_system(void **state)
{
    (void)state;
    size_t before = mapped;
    void *a = malloc(1000000);
    assert_true(mapped > before + 999999);
    free(a);
    assert_int_equal(mapped, before);
    a = malloc(1000000);
    a = realloc(a, 100);                /* shrinks for good */
    assert_true(mapped <= before + 65536);
    free(a);
}

static void without_memory_null_comes_back_and_the_block_stays(void **state)
{
    (void)state;
    char *a = malloc(5000);
    strcpy(a, "still here");
    refuse = true;
    errno = 0;
    assert_null(malloc(100000));
    assert_int_equal(errno, ENOMEM);
    assert_null(realloc(a, 200000));
    assert_string_equal(a, "still here");
    assert_null(calloc(10, 100000));
    void *p = (void *)1;
    assert_int_equal(posix_memalign(&p, 4096, 100000), ENOMEM);
    assert_ptr_equal(p, (void *)1);
    refuse = false;
    free(a);
}

static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    errno = 0;
    assert_null(malloc(SIZE_MAX));
    assert_int_equal(errno, ENOMEM);
    assert_null(malloc(SIZE_MAX - 4096));
    assert_null(calloc(SIZE_MAX / 2, 3));
    assert_null(calloc((size_t)1 << (sizeof(size_t) * 4), (size_t)1 << (sizeof(size_t) * 4)));
    void *p;
    assert_int_equal(posix_memalign(&p, 16, SIZE_MAX - 15), ENOMEM);
    assert_int_equal(posix_memalign(&p, 3 * sizeof(void *), 10), EINVAL);
}

static const char *mistake_of_free(void *volatile what)
{
    mistake = "";
    if (setjmp(aborted) == 0)
        free(what);
    else
        assert_ptr_equal(mistaken, what);
    return mistake;
}

static void freeing_twice_is_called_so(void **state)
{
    static const size_t sizes[] = {1, 100, 8192, 8193, 100000, 3000000};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *a = malloc(sizes[i]);
        assert_string_equal(mistake_of_free(a), "");
        assert_string_equal(mistake_of_free(a), "double free");
        void *p;
        assert_int_equal(posix_memalign(&p, 256, sizes[i]), 0);
        assert_string_equal(mistake_of_free(p), "");
        assert_string_equal(mistake_of_free(p), "double free");
    }
}

/* The same address, but another block. */
static void a_block_where_another_one_was_can_be_freed(void **state)
{
    (void)state;
    char *a = malloc(100000);
    assert_string_equal(mistake_of_free(a), "");
    char *b = malloc(100000);
    assert_ptr_equal(a, b);
    assert_string_equal(mistake_of_free(b), "");
    assert_string_equal(mistake_of_free(b), "double free");
}

static void freeing_nonsense_ends_the_program(void **state)
{
    (void)state;
    char *a = malloc(100);
    assert_string_equal(mistake_of_free(a + 1), "not a block of malloc()");
    memset(a, 0x11, 32);
    assert_string_equal(mistake_of_free(a + 16),
                        "not a block of malloc(), or the bytes before it were overwritten");
    if (setjmp(aborted) == 0) {
        (void)!realloc(a + 16, 5);
        fail();
    }
    free(a);
}

static void strings_are_duplicated(void **state)
{
    (void)state;
    char *a = strdup("text"), *b = strndup("text", 2), *c = strndup("text", 99);
    assert_string_equal(a, "text");
    assert_string_equal(b, "te");
    assert_string_equal(c, "text");
    free(a);
    free(b);
    free(c);
}

static void a_lock_is_not_waited_for_by_the_thread_that_has_it(void **state)
{
    (void)state;
    static struct mutex twice;
    mutex_lock(&twice);
    assert_false(mutex_trylock(&twice));
    mistake = "";
    if (!setjmp(aborted))
        mutex_lock(&twice);
    assert_string_equal(mistake, "deadlock");
    assert_ptr_equal(mistaken, &twice);
    mutex_unlock(&twice);
    assert_true(mutex_trylock(&twice));
    mutex_unlock(&twice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_keep_their_contents_under_random_use),
        cmocka_unit_test(small_blocks_are_used_again),
        cmocka_unit_test(large_blocks_go_back_to_the_system),
        cmocka_unit_test(without_memory_null_comes_back_and_the_block_stays),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(freeing_twice_is_called_so),
        cmocka_unit_test(a_block_where_another_one_was_can_be_freed),
        cmocka_unit_test(freeing_nonsense_ends_the_program),
        cmocka_unit_test(strings_are_duplicated),
        cmocka_unit_test(a_lock_is_not_waited_for_by_the_thread_that_has_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
