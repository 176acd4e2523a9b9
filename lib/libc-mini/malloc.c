/* SPDX-License-Identifier: MIT */
/* malloc() and the functions like it: ISO C 7.22.3, over mmap().
 *
 * There is a free list for each class of sizes of small blocks.  If it is empty, a block is cut off
 * the current chunk of CHUNK bytes.  A large block has a mapping of its own, which goes back when
 * the block is freed.  In front of each block is a header:
 *
 *      | class | offset | size | check |  bytes ...     16 bytes: blocks are aligned to 16
 *
 * If a block was aligned to more than 16, its first header is `offset` bytes further down.  `check`
 * finds most pointers that malloc() did not return, and blocks that are freed twice.  The header of
 * a large block goes with its mapping, so the large blocks that were freed last are remembered. */
#include <errno.h>
#include <libc.h>
#include <mutex.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    ALIGNMENT = 16,
    CHUNK = 64 * 1024,
    PAGE = 4096,
    CLASSES = 18,
    LARGE = CLASSES,            /* the class of a block with a mapping of its own */
};

struct header {
    uint32_t class;
    uint32_t offset;
    size_t size;                /* the bytes that the caller may use; LARGE: the mapping without
                                   the header */
    uint32_t check;
} __attribute__((aligned(16)));

struct free_block {
    struct free_block *next;
};

/* The bytes for the caller in a block of this class.  There are two classes from each power of two
 * to the next. */
static const uint16_t class_size[CLASSES] = {
    16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192,
};

static struct free_block *free_blocks[CLASSES];
static char *chunk, *chunk_end;
static struct mutex lock;

enum { REMEMBERED = 16, FREED = 0x66726565 };   /* FREED: the check of a freed block */
static void *freed_large[REMEMBERED];
static unsigned freed_next;

static uint32_t check_of(const struct header *h)
{
    return 0x6d616c6cu ^ (uint32_t)(uintptr_t)h ^ (uint32_t)h->size ^ h->class << 24;
}

static void *header_fill(struct header *h, uint32_t class, size_t size)
{
    h->class = class;
    h->offset = 0;
    h->size = size;
    h->check = check_of(h);
    return h + 1;
}

static void *map(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) {
        errno = ENOMEM;
        return NULL;
    }
    for (unsigned i = 0; i < REMEMBERED; i++)
        if ((uintptr_t)freed_large[i] - (uintptr_t)p < size)
            freed_large[i] = NULL;      /* a new block is there now */
    return p;
}

static void *large_allocate(size_t size)
{
    if (size > SIZE_MAX / 2) {
        errno = ENOMEM;
        return NULL;
    }
    size_t whole = (size + sizeof(struct header) + PAGE - 1) & ~(size_t)(PAGE - 1);
    struct header *h = map(whole);
    return h ? header_fill(h, LARGE, whole - sizeof *h) : NULL;
}

static uint32_t class_of(size_t size)
{
    uint32_t class = 0;
    while (class < CLASSES && class_size[class] < size)
        class++;
    return class;
}

/* Pre: the lock is held.  The rest of a chunk that is too small goes to the free lists of the
 * classes that fit into it. */
static struct header *chunk_cut(uint32_t class)
{
    size_t need = sizeof(struct header) + class_size[class];
    if ((size_t)(chunk_end - chunk) < need) {
        while ((size_t)(chunk_end - chunk) >= sizeof(struct header) + class_size[0]) {
            size_t room = (size_t)(chunk_end - chunk) - sizeof(struct header);
            uint32_t fits = 0;
            while (fits + 1 < CLASSES && class_size[fits + 1] <= room)
                fits++;
            struct free_block *b = header_fill((struct header *)chunk, fits, class_size[fits]);
            b->next = free_blocks[fits];
            free_blocks[fits] = b;
            ((struct header *)b - 1)->check = FREED;
            chunk += sizeof(struct header) + class_size[fits];
        }
        chunk = map(CHUNK);
        chunk_end = chunk ? chunk + CHUNK : NULL;
        if (!chunk)
            return NULL;
    }
    struct header *h = (struct header *)chunk;
    chunk += need;
    return h;
}

void *malloc(size_t size)
{
    uint32_t class = class_of(size);
    if (class == CLASSES)
        return large_allocate(size);
    mutex_lock(&lock);
    struct free_block *b = free_blocks[class];
    struct header *h;
    if (b) {
        free_blocks[class] = b->next;
        h = (struct header *)b - 1;
    } else {
        h = chunk_cut(class);
    }
    mutex_unlock(&lock);
    return h ? header_fill(h, class, class_size[class]) : NULL;
}

static bool is_freed(const void *block)
{
    for (unsigned i = 0; i < REMEMBERED && i < freed_next; i++)
        if (freed_large[i] == block)
            return true;
    return ((const struct header *)block - 1)->check == FREED;
}

/* Returns the header of a block that malloc() gave out and that is not freed.  Any other pointer is
 * a mistake of the program, and ends it. */
static struct header *header_of(void *block, const void *caller)
{
    struct header *h = (struct header *)block - 1;
    if ((uintptr_t)block % ALIGNMENT)
        __libc_mistake("not a block of malloc()", block, caller);
    if (is_freed(block))
        __libc_mistake("double free", block, caller);
    if (h->check != check_of(h))
        __libc_mistake("not a block of malloc(), or the bytes before it were overwritten", block,
                       caller);
    return h;
}

/* Returns the first header, that of the block as malloc() made it. */
static struct header *header_base(struct header *h)
{
    return h->offset ? (struct header *)((char *)h - h->offset) : h;
}

static void block_free(void *block, const void *caller)
{
    int number = errno;
    struct header *h = header_of(block, caller), *base = header_base(h);
    h->check = FREED;
    if (base->class == LARGE) {
        freed_large[freed_next++ % REMEMBERED] = block;
        munmap(base, base->size + sizeof *base);
    } else {
        struct free_block *b = (struct free_block *)(base + 1);
        base->check = FREED;
        mutex_lock(&lock);
        b->next = free_blocks[base->class];
        free_blocks[base->class] = b;
        mutex_unlock(&lock);
    }
    errno = number;
}

void __malloc_hold(bool hold)
{
    if (hold)
        mutex_lock(&lock);
    else
        mutex_unlock(&lock);
}

void free(void *block)
{
    if (block)
        block_free(block, __builtin_return_address(0));
}

/* Memory that was never used is zero; memory from a free list may not be. */
void *calloc(size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size) {
        errno = ENOMEM;
        return NULL;
    }
    void *block = malloc(count * size);
    if (block && ((struct header *)block - 1)->class != LARGE)
        memset(block, 0, count * size);
    return block;
}

void *realloc(void *block, size_t size)
{
    if (!block)
        return malloc(size);
    struct header *h = header_of(block, __builtin_return_address(0));
    if (size <= h->size && (h->class != LARGE || size >= h->size / 2))
        return block;
    void *new = malloc(size);
    if (new) {
        memcpy(new, block, size < h->size ? size : h->size);
        block_free(block, __builtin_return_address(0));
    }
    return new;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    void *block;
    int error = posix_memalign(&block, alignment < sizeof(void *) ? sizeof(void *) : alignment,
                               size);
    if (error) {
        errno = error;
        return NULL;
    }
    return block;
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    if (alignment & (alignment - 1) || alignment < sizeof(void *))
        return EINVAL;
    if (size > SIZE_MAX / 2 || alignment > SIZE_MAX / 4)
        return ENOMEM;
    char *p = malloc(alignment <= ALIGNMENT ? size : size + alignment);
    if (!p)
        return ENOMEM;
    uintptr_t aligned = ((uintptr_t)p + alignment - 1) & ~(uintptr_t)(alignment - 1);
    if (aligned != (uintptr_t)p) {
        struct header *base = (struct header *)p - 1, *h = (struct header *)aligned - 1;
        h->class = base->class;
        h->offset = (uint32_t)((char *)h - (char *)base);
        h->size = base->size - (aligned - (uintptr_t)p);
        h->check = check_of(h);
    }
    *block = (void *)aligned;
    return 0;
}

char *strdup(const char *s)
{
    size_t size = strlen(s) + 1;
    char *copy = malloc(size);
    return copy ? memcpy(copy, s, size) : NULL;
}

char *strndup(const char *s, size_t n)
{
    size_t length = strnlen(s, n);
    char *copy = malloc(length + 1);
    if (copy) {
        memcpy(copy, s, length);
        copy[length] = 0;
    }
    return copy;
}
